#include "tests/support/tiny_tokenizer.h"

#include <cstdint>
#include <vector>

namespace mixscope {
namespace {

constexpr std::uint32_t kBlock = 256;
constexpr std::uint32_t kUnused = 0x80000000U; // a label that no byte has

std::string byte_piece(int byte)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    return {'<', '0', 'x', kDigits[std::size_t(byte) / 16], kDigits[std::size_t(byte) % 16], '>'};
}

template <class T> void append_raw(std::string& out, const T* values, std::size_t count)
{
    out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

} // namespace

SentencePieceModel tiny_tokenizer(SentencePieceModel::Algorithm algorithm, bool bytes)
{
    using Type = SentencePieceModel::Type;
    SentencePieceModel model;
    model.algorithm = algorithm;
    model.byte_fallback = bytes;
    model.remove_extra_whitespaces = false;
    model.pieces = {{"<unk>", 0.0F, Type::unknown},   {"<s>", 0.0F, Type::control},
                    {"</s>", 0.0F, Type::control},    {"<|end|>", 0.0F, Type::user_defined},
                    {"▁▁", 0.0F, Type::user_defined}, {"▁", -4.0F, Type::normal},
                    {"a", -5.0F, Type::normal},       {"b", -6.0F, Type::normal},
                    {"c", -7.0F, Type::normal},       {"ab", -2.0F, Type::normal},
                    {"▁a", -3.0F, Type::normal},      {"abc", -1.0F, Type::normal}};
    for (int byte = 0; bytes && byte < 256; ++byte) {
        model.pieces.push_back({byte_piece(byte), 0.0F, Type::byte});
    }
    return model;
}

std::string tiny_charsmap(const std::map<std::string, std::string>& rules)
{
    std::map<std::string, std::uint32_t> block {{"", 1}}; // of the children of each prefix
    for (const auto& [key, replacement] : rules) {
        for (std::size_t n = 1; n <= key.size(); ++n) {
            block.emplace(key.substr(0, n), std::uint32_t(block.size() + 1));
        }
    }
    std::vector<std::uint32_t> units((block.size() + 1) * kBlock, kUnused);
    std::string strings;
    for (const auto& [prefix, number] : block) {
        const std::uint32_t base = number * kBlock;
        const bool root = prefix.empty();
        const std::uint32_t label = root ? 0 : static_cast<unsigned char>(prefix.back());
        const std::uint32_t index =
            root ? 0 : (block.at(prefix.substr(0, prefix.size() - 1)) * kBlock) ^ label;
        const auto rule = rules.find(prefix);
        const bool leaf = rule != rules.end();
        units[index] = (index ^ base) << 10 | (leaf ? 1U << 8 : 0U) | label;
        if (!leaf) continue;
        units[base] = kUnused | std::uint32_t(strings.size());
        strings += rule->second + '\0';
    }
    const auto trie_bytes = std::uint32_t(units.size() * sizeof(std::uint32_t));
    std::string blob;
    append_raw(blob, &trie_bytes, 1);
    append_raw(blob, units.data(), units.size());
    return blob + strings;
}

} // namespace mixscope
