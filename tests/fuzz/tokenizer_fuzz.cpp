#include "engine/tokenizers/sentencepiece_tokenizer.h"
#include "tests/support/tiny_tokenizer.h"

#include <algorithm>
#include <cstdlib>

using namespace mixscope;

namespace {

using Algorithm = SentencePieceModel::Algorithm;

// First byte: what the rest is. Second byte: how many bytes of it are text to encode.
enum Kind { model_file, rules_of_bpe, rules_of_unigram, kKinds };

Result<SentencePieceModel> read_model(int kind, std::string_view rest)
{
    if (kind == model_file) return parse_sentencepiece_model(rest, "fuzz.model");
    SentencePieceModel model =
        tiny_tokenizer(kind == rules_of_bpe ? Algorithm::bpe : Algorithm::unigram, false);
    model.charsmap = rest;
    if (const auto checked = check_sentencepiece_model(model, "fuzz.model"); !checked) {
        return checked.error();
    }
    return model;
}

void check_text(const SentencePieceTokenizer& tokenizer, const std::string& text)
{
    const std::vector<TokenId> ids = tokenizer.encode(text);
    std::string bytes;
    for (const TokenId id : ids) {
        if (id < 0 || id >= tokenizer.size() || tokenizer.is_special(id)) std::abort();
        bytes += tokenizer.bytes_of(id);
    }
    (void)tokenizer.decode(ids);

    using Source = PromptSegment::Source;
    std::vector<int> owner;
    const std::vector<TokenId> prompt =
        tokenizer.encode_segments({{Source::markup, "<s><|end|>" + text, -1, {}},
                                   {Source::content, text, 0, {}},
                                   {Source::content, "", 1, {1, 2}},
                                   {Source::markup, "</s>", -1, {}}},
                                  &owner);
    if (owner.size() != prompt.size()) std::abort();
    for (std::size_t i = 0; i < prompt.size(); ++i) {
        if (prompt[i] < 0 || owner[i] < 0 || owner[i] > 3) std::abort();
        if (owner[i] == 1 && tokenizer.is_special(prompt[i])) std::abort();
    }
}

} // namespace

// What passes the checks must not bring the library down, and text never gives special pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::string text(rest.substr(0, data[1]));
    rest.remove_prefix(text.size());
    auto model = read_model(data[0] % kKinds, rest);
    if (!model) return model.error().what.empty() ? std::abort(), 0 : 0;
    TokenizerConfig config;
    config.special = {"ab", "<s>"};
    const auto tokenizer =
        SentencePieceTokenizer::create(std::move(model).value(), config, "fuzz.model");
    if (!tokenizer) return 0;
    check_text(**tokenizer, text);
    check_text(**tokenizer, " abc  <|end|>ABé</s>");
    return 0;
}
