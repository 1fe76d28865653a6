#pragma once

#include "engine/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mixscope {

/// What a SentencePiece `.model` file says: its pieces and the settings that encoding needs.
/// Field numbers and defaults: sentencepiece_model.proto of the SentencePiece project.
struct SentencePieceModel {
    enum class Type {
        normal = 1,
        unknown = 2,
        control = 3,
        user_defined = 4,
        unused = 5,
        byte = 6
    };
    enum class Algorithm { unigram = 1, bpe = 2 };

    struct Piece {
        std::string text;
        float score = 0.0F;
        Type type = Type::normal;
    };

    std::vector<Piece> pieces;
    Algorithm algorithm = Algorithm::unigram;
    bool byte_fallback = false;
    std::string unknown_surface = " \xE2\x81\x87 "; ///< what an unknown piece decodes to
    int bos_id = 1; ///< -1: none; likewise eos_id
    int eos_id = 2;
    std::string charsmap; ///< compiled normalisation rules; empty: none
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
};

/// Reads and checks a `.model` file so thoroughly that the SentencePiece library, which aborts on
/// or reads beyond some damaged models, can be given what `serialize` makes of the result.
/// Errors: bad_format, unsupported (word and char models, whitespace as suffix, denormaliser).
Result<SentencePieceModel> parse_sentencepiece_model(std::string_view bytes, std::string_view name);

/// The checks of parse_sentencepiece_model on a model that was changed since.
Result<void> check_sentencepiece_model(const SentencePieceModel& model, std::string_view name);

/// A minimal model file with exactly the fields above.
std::string serialize(const SentencePieceModel& model);

/// The byte that a piece such as "<0x0A>" stands for, or -1.
int byte_of_piece(std::string_view piece);

} // namespace mixscope
