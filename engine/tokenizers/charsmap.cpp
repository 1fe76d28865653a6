#include "engine/tokenizers/charsmap.h"

#include "engine/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace mixscope {
namespace {

constexpr std::size_t kMaxTrieBytes = std::size_t(8) << 20; // published tables have 0.2 MB
constexpr std::size_t kMaxReplacementBytes = 256; // the longest of NFKC has 33
constexpr int kMaxMatches = 32; // size of the library's result buffer
constexpr std::uint32_t kBlock = 256; // children of a unit lie in one block of this size

Error damaged(std::string_view name, const std::string& why)
{
    return {ErrorCode::bad_format, std::string(name) + ": the normaliser table " + why,
            "Download the tokenizer again; it is damaged."};
}

// One unit of a Darts-clone double array.
struct Unit {
    std::uint32_t bits;

    bool has_leaf() const { return (bits >> 8 & 1U) != 0; }
    std::uint32_t value() const { return bits & 0x7FFFFFFFU; }
    std::uint32_t label() const { return bits & 0x800000FFU; }
    std::uint32_t offset() const { return (bits >> 10) << ((bits & 0x200U) >> 6); }
};

// usable[i]: a replacement may start at byte i. Filled from the end, one character at a time.
std::vector<bool> usable_starts(std::string_view strings)
{
    std::vector<bool> usable(strings.size(), false);
    std::vector<std::uint16_t> length(strings.size(), 0); // to the terminator, capped
    for (std::size_t i = strings.size(); i-- > 0;) {
        if (strings[i] == '\0') {
            usable[i] = true;
            continue;
        }
        const std::size_t step = utf8_length(strings.substr(i));
        if (step == 0 || i + step >= strings.size() || !usable[i + step]) continue;
        const std::size_t total = length[i + step] + step;
        length[i] = std::uint16_t(std::min(total, kMaxReplacementBytes + 1));
        usable[i] = total <= kMaxReplacementBytes;
    }
    return usable;
}

class TrieCheck {
public:
    TrieCheck(std::vector<Unit> units, std::vector<bool> usable)
        : units_(std::move(units))
        , usable_(std::move(usable))
        , matches_(units_.size(), kUnseen)
    {
    }

    /// What is wrong, or null. A depth-first walk with its own stack: the depth is the attacker's.
    const char* run()
    {
        const char* problem = enter(0);
        while (problem == nullptr && !stack_.empty()) {
            Visit& visit = stack_.back();
            if (visit.next == kBlock) {
                problem = leave();
            } else {
                const std::uint32_t label = visit.next++;
                const std::uint32_t child = visit.base ^ label;
                if (units_[child].label() == label) problem = follow(child);
            }
        }
        return problem;
    }

private:
    static constexpr std::int8_t kUnseen = -1;
    static constexpr std::int8_t kOpen =
        -2; // on the path from the root: seeing it again is a cycle

    struct Visit {
        std::uint32_t unit;
        std::uint32_t base;
        std::uint32_t next = 0; // label to try
        int deepest = 0; // most matches below
    };

    const char* enter(std::uint32_t index)
    {
        const Unit unit = units_[index];
        const std::uint32_t base = index ^ unit.offset();
        if ((base | (kBlock - 1)) >= units_.size()) return "points outside itself";
        if (unit.has_leaf() && index != 0) {
            const std::uint32_t value = units_[base].value();
            if (value >= usable_.size() || !usable_[value]) return "has a bad replacement";
        }
        matches_[index] = kOpen;
        stack_.push_back({index, base});
        return nullptr;
    }

    const char* follow(std::uint32_t child)
    {
        if (matches_[child] == kOpen) return "contains a loop";
        if (matches_[child] == kUnseen) return enter(child);
        stack_.back().deepest = std::max(stack_.back().deepest, int(matches_[child]));
        return nullptr;
    }

    const char* leave()
    {
        const Visit done = stack_.back();
        stack_.pop_back();
        const bool matches = units_[done.unit].has_leaf() && done.unit != 0;
        const int most = done.deepest + (matches ? 1 : 0);
        if (most > kMaxMatches) return "has too many rules for one prefix";
        matches_[done.unit] = std::int8_t(most);
        if (!stack_.empty()) stack_.back().deepest = std::max(stack_.back().deepest, most);
        return nullptr;
    }

    std::vector<Unit> units_;
    std::vector<bool> usable_;
    std::vector<std::int8_t> matches_; // most matches from here on, or a mark
    std::vector<Visit> stack_;
};

} // namespace

Result<void> check_charsmap(std::string_view blob, std::string_view name)
{
    if (blob.empty()) return {};
    std::uint32_t trie_bytes = 0;
    if (blob.size() < sizeof trie_bytes) return damaged(name, "is shorter than its length field");
    std::memcpy(&trie_bytes, blob.data(), sizeof trie_bytes);
    blob.remove_prefix(sizeof trie_bytes);
    if (trie_bytes >= blob.size() || trie_bytes % (kBlock * sizeof(Unit)) != 0 || trie_bytes == 0
        || trie_bytes > kMaxTrieBytes) {
        return damaged(name,
                       "has a trie of " + std::to_string(trie_bytes)
                           + " bytes, wanted a multiple of 1024 below "
                           + std::to_string(std::min(blob.size(), kMaxTrieBytes + 1)));
    }
    std::vector<Unit> units(trie_bytes / sizeof(Unit));
    std::memcpy(units.data(), blob.data(), trie_bytes);
    TrieCheck check(std::move(units), usable_starts(blob.substr(trie_bytes)));
    if (const char* problem = check.run()) return damaged(name, problem);
    return {};
}

} // namespace mixscope
