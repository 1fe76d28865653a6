#pragma once

#include "engine/tokenizer.h"
#include "engine/tokenizers/sentencepiece_model.h"

#include <bitset>
#include <optional>
#include <unordered_map>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace mixscope {

/// What tokenizer_config.json adds to a vocabulary.
struct TokenizerConfig {
    struct Added {
        TokenId id = -1;
        std::string text;
        bool special = true;
    };
    std::vector<Added> added; ///< sorted by id
    std::vector<std::string> special; ///< named as bos_token, pad_token, …
    /// Empty optional: the file does not say. Empty string: there is none.
    std::optional<std::string> bos;
    std::optional<std::string> eos;
    bool adds_bos = false;
};

/// SentencePiece BPE and unigram, encoded by the SentencePiece library.
///
/// The library sees a rewritten vocabulary: each special piece is spelt as four bytes that occur
/// in no UTF-8 text ("sentinel") and marked user-defined. So text can never become a special
/// piece, while the segments of a prompt, with sentinels for the special pieces of its markup,
/// are encoded as one text: one dummy prefix, no borders at segments. Segments that come with
/// their own ids are kept by one more sentinel, the "hole".
class SentencePieceTokenizer : public Tokenizer {
public:
    /// `model` must come from parse_sentencepiece_model. `name` is used in error sentences.
    static Result<std::unique_ptr<SentencePieceTokenizer>>
    create(SentencePieceModel model, const TokenizerConfig& config, std::string_view name);
    ~SentencePieceTokenizer() override;

    const char* kind() const override;
    int size() const override { return int(model_.pieces.size()); }
    std::vector<TokenId> encode(std::string_view text) const override;
    std::vector<TokenId> encode_segments(const std::vector<PromptSegment>& segments,
                                         std::vector<int>* owner) const override;
    std::string decode(const std::vector<TokenId>& ids) const override;
    std::string bytes_of(TokenId id) const override;
    std::string piece(TokenId id) const override;
    bool is_special(TokenId id) const override;
    TokenId find_piece(std::string_view piece) const override;

private:
    class Joiner;
    struct Encoded {
        TokenId id;
        std::size_t begin; // byte of the text where the piece starts
    };

    explicit SentencePieceTokenizer(SentencePieceModel model);
    Result<void> add_tokens(const TokenizerConfig& config, std::string_view name);
    void mark_special(const TokenizerConfig& config);
    Result<void> choose_ids(const TokenizerConfig& config, std::string_view name);
    Result<void> start_library(std::string_view name);

    bool known(TokenId id) const { return id >= 0 && id < size(); }
    TokenId special_at(std::string_view text) const;
    std::vector<Encoded> run(std::string_view text) const;
    std::string surface(TokenId id) const;

    SentencePieceModel model_;
    std::vector<bool> special_;
    std::unordered_map<std::string, TokenId> by_text_;
    std::vector<std::size_t> special_lengths_; // distinct, longest first
    std::bitset<256> special_starts_; // first bytes of special pieces
    std::unique_ptr<sentencepiece::SentencePieceProcessor> library_;
};

} // namespace mixscope
