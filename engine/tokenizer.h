#pragma once

#include "engine/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mixscope {

using TokenId = std::int32_t;

/// A piece of a rendered prompt. Special tokens are recognised only in `markup`; what a person
/// or a model wrote can never become one. `ids`, when not empty, are used instead of the text
/// (the exact tokens a model wrote before).
struct PromptSegment {
    enum class Source { markup, content };
    Source source = Source::content;
    std::string text;
    int message = -1; ///< index of the message the content came from, -1 for markup
    std::vector<TokenId> ids;
};

/// Text <-> token ids of one model. Immutable after loading; any thread.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    virtual const char* kind() const = 0; ///< "sentencepiece-bpe", "sentencepiece-unigram"
    virtual int size() const = 0;

    /// Ids of plain text; no special tokens are recognised or added.
    virtual std::vector<TokenId> encode(std::string_view text) const = 0;
    /// Ids of the segments as one text; nothing is added. `owner`, if given, receives for each id
    /// the index of its segment.
    virtual std::vector<TokenId> encode_segments(const std::vector<PromptSegment>& segments,
                                                 std::vector<int>* owner = nullptr) const = 0;
    /// The whole text of the ids (special tokens give nothing).
    virtual std::string decode(const std::vector<TokenId>& ids) const = 0;
    /// The bytes that `id` adds to a running text; may be part of a UTF-8 character; empty for
    /// special tokens. Concatenated over the ids of a text they give the text, but for a leading
    /// space that decode() drops.
    virtual std::string bytes_of(TokenId id) const = 0;
    /// How the vocabulary writes the piece, e.g. "▁Once", "<|end|>", "<0x0A>".
    virtual std::string piece(TokenId id) const = 0;
    virtual bool is_special(TokenId id) const = 0;
    /// Id of an exact vocabulary piece such as "<|end|>", or -1.
    virtual TokenId find_piece(std::string_view piece) const = 0;

    TokenId bos() const { return bos_; } ///< -1 when there is none
    TokenId eos() const { return eos_; }
    bool adds_bos() const { return adds_bos_; } ///< as tokenizer_config says

protected:
    TokenId bos_ = -1;
    TokenId eos_ = -1;
    bool adds_bos_ = false;
};

/// Reads the tokenizer of a model folder. Errors: not_found, unsupported (names the file that was
/// found and is not understood), bad_format.
Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& folder);

/// Assembles UTF-8 from token bytes: holds back an incomplete character; invalid bytes become
/// U+FFFD. One per stream.
class Utf8Stream {
public:
    /// Text that became complete with these bytes.
    std::string push(std::string_view bytes);
    /// What is left at the end; an incomplete character gives U+FFFD.
    std::string finish();

private:
    std::string pending_;
};

} // namespace mixscope
