#include "engine/tokenizers/sentencepiece_model.h"

#include "engine/tokenizers/charsmap.h"
#include "engine/tokenizers/wire_format.h"
#include "engine/utf8.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <unordered_set>

namespace mixscope {
namespace {

using Model = SentencePieceModel;
using Field = WireReader::Field;

constexpr std::size_t kMaxFileBytes = std::size_t(64) << 20;
constexpr std::size_t kMaxPieces = std::size_t(1) << 20;
// The library builds its trie by recursion over the bytes of a piece.
constexpr std::size_t kMaxPieceBytes = 1024;
// The library's matcher of user-defined symbols keeps at most this many matches of one prefix.
constexpr std::size_t kMaxNested = 64;

Error damaged(std::string_view name, const std::string& why)
{
    return {ErrorCode::bad_format, std::string(name) + ": " + why,
            "Download the tokenizer again; it is damaged or not a SentencePiece model."};
}

Error unsupported(std::string_view name, const std::string& what)
{
    return {ErrorCode::unsupported, std::string(name) + ": " + what + " is not supported",
            "Choose a model with a BPE or unigram tokenizer."};
}

std::string label(std::size_t id, const Model::Piece& piece)
{
    return "piece " + std::to_string(id) + " \"" + sanitized_utf8(piece.text) + "\"";
}

// Collects the fields of the file; complains only about what cannot be represented.
class Parser {
public:
    explicit Parser(std::string_view name)
        : name_(name)
    {
    }

    Result<Model> parse(std::string_view bytes)
    {
        WireReader reader(bytes);
        while (const auto field = reader.next()) {
            const bool message = field->kind == WireReader::Kind::bytes;
            Result<void> done;
            if (message && field->number == 1) done = add_piece(field->bytes);
            if (message && field->number == 2) done = read_trainer(field->bytes);
            if (message && field->number == 3) done = read_normalizer(field->bytes);
            if (message && field->number == 5) done = read_denormalizer(field->bytes);
            if (!done) return done.error();
        }
        if (reader.damaged()) return broken_wire();
        return std::move(model_);
    }

private:
    Error broken_wire() const { return damaged(name_, "the protobuf fields are damaged"); }

    Result<void> add_piece(std::string_view message)
    {
        Model::Piece piece;
        WireReader reader(message);
        while (const auto field = reader.next()) {
            if (field->number == 1) piece.text = field->bytes;
            if (field->number == 2) piece.score = field->as_float();
            if (field->number == 3) {
                if (field->value < 1 || field->value > 6) {
                    return damaged(name_,
                                   label(model_.pieces.size(), piece) + " has the type "
                                       + std::to_string(field->value) + ", wanted 1 to 6");
                }
                piece.type = Model::Type(field->value);
            }
        }
        if (reader.damaged()) return broken_wire();
        model_.pieces.push_back(std::move(piece));
        return {};
    }

    Result<void> read_trainer(std::string_view message)
    {
        WireReader reader(message);
        while (const auto field = reader.next()) {
            switch (field->number) {
            case 3:
                if (field->value != 1 && field->value != 2) {
                    return unsupported(name_, "model type " + std::to_string(field->value));
                }
                model_.algorithm = Model::Algorithm(field->value);
                break;
            case 24:
                if (field->value != 0) return unsupported(name_, "whitespace as a suffix");
                break;
            case 35:
                model_.byte_fallback = field->value != 0;
                break;
            case 41:
                model_.bos_id = int(field->value);
                break;
            case 42:
                model_.eos_id = int(field->value);
                break;
            case 44:
                model_.unknown_surface = sanitized_utf8(field->bytes);
                break;
            default:
                break;
            }
        }
        if (reader.damaged()) return broken_wire();
        return {};
    }

    Result<void> read_normalizer(std::string_view message)
    {
        WireReader reader(message);
        while (const auto field = reader.next()) {
            switch (field->number) {
            case 2:
                model_.charsmap = field->bytes;
                break;
            case 3:
                model_.add_dummy_prefix = field->value != 0;
                break;
            case 4:
                model_.remove_extra_whitespaces = field->value != 0;
                break;
            case 5:
                model_.escape_whitespaces = field->value != 0;
                break;
            default:
                break;
            }
        }
        if (reader.damaged()) return broken_wire();
        return {};
    }

    Result<void> read_denormalizer(std::string_view message)
    {
        WireReader reader(message);
        while (const auto field = reader.next()) {
            if (field->number == 2 && !field->bytes.empty()) {
                return unsupported(name_, "a denormaliser");
            }
        }
        if (reader.damaged()) return broken_wire();
        return {};
    }

    std::string_view name_;
    Model model_;
};

Result<void> check_piece(std::size_t id, const Model::Piece& piece, bool byte_fallback,
                         std::string_view name)
{
    const std::string& text = piece.text;
    if (text.empty() || text.size() > kMaxPieceBytes || text.find('\0') != std::string::npos
        || !valid_utf8(text)) {
        return damaged(name,
                       label(id, piece) + " has " + std::to_string(text.size())
                           + " bytes, wanted 1 to " + std::to_string(kMaxPieceBytes)
                           + " bytes of UTF-8 without a zero");
    }
    if (!std::isfinite(piece.score)) {
        return damaged(name, label(id, piece) + " has no finite score");
    }
    if (piece.type == Model::Type::byte && (!byte_fallback || byte_of_piece(text) < 0)) {
        return damaged(
            name,
            label(id, piece) + " is marked as a byte"
                + (byte_fallback ? ", wanted the form <0xHH>" : " but byte_fallback is off"));
    }
    return {};
}

// The most pieces of `texts` (sorted) that are all prefixes of one piece, itself included.
std::size_t deepest_nesting(std::vector<std::string_view> texts)
{
    std::sort(texts.begin(), texts.end());
    std::vector<std::string_view> open;
    std::size_t deepest = 0;
    for (const std::string_view text : texts) {
        while (!open.empty() && text.substr(0, open.back().size()) != open.back()) {
            open.pop_back();
        }
        open.push_back(text);
        deepest = std::max(deepest, open.size());
    }
    return deepest;
}

Result<void> check_vocabulary(const Model& model, std::string_view name)
{
    if (model.pieces.size() > kMaxPieces) {
        return damaged(name,
                       "has " + std::to_string(model.pieces.size()) + " pieces, wanted at most "
                           + std::to_string(kMaxPieces));
    }
    std::unordered_set<std::string_view> seen;
    std::bitset<256> bytes;
    std::vector<std::string_view> user_defined;
    std::size_t unknown = 0;
    std::size_t usable = 0;
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        const Model::Piece& piece = model.pieces[id];
        const auto checked = check_piece(id, piece, model.byte_fallback, name);
        if (!checked) return checked.error();
        if (!seen.insert(piece.text).second) {
            return damaged(name, label(id, piece) + " is there twice");
        }
        if (piece.type == Model::Type::byte) bytes.set(std::size_t(byte_of_piece(piece.text)));
        if (piece.type == Model::Type::user_defined) user_defined.push_back(piece.text);
        unknown += piece.type == Model::Type::unknown ? 1 : 0;
        usable += piece.type == Model::Type::normal ? 1 : 0;
    }
    if (unknown != 1) {
        return damaged(name, "has " + std::to_string(unknown) + " unknown pieces, wanted 1");
    }
    if (usable == 0) return damaged(name, "has no ordinary piece");
    if (model.byte_fallback && !bytes.all()) {
        return damaged(name, "has " + std::to_string(bytes.count()) + " byte pieces, wanted 256");
    }
    if (deepest_nesting(std::move(user_defined)) > kMaxNested) {
        return damaged(name, "has more than 64 user-defined pieces that begin alike");
    }
    return {};
}

Result<void> check_ids(const Model& model, std::string_view name)
{
    const int count = int(model.pieces.size());
    for (const int id : {model.bos_id, model.eos_id}) {
        if (id < -1 || id >= count) {
            return damaged(name,
                           "names the special piece " + std::to_string(id) + " of "
                               + std::to_string(count));
        }
    }
    return {};
}

} // namespace

Result<Model> parse_sentencepiece_model(std::string_view bytes, std::string_view name)
{
    if (bytes.size() > kMaxFileBytes) {
        return damaged(name,
                       "has " + std::to_string(bytes.size()) + " bytes, wanted at most "
                           + std::to_string(kMaxFileBytes));
    }
    Result<Model> model = Parser(name).parse(bytes);
    if (!model) return model;
    if (const auto checked = check_sentencepiece_model(*model, name); !checked) {
        return checked.error();
    }
    return model;
}

Result<void> check_sentencepiece_model(const Model& model, std::string_view name)
{
    if (auto checked = check_vocabulary(model, name); !checked) return checked;
    if (auto checked = check_ids(model, name); !checked) return checked;
    return check_charsmap(model.charsmap, name);
}

std::string serialize(const Model& model)
{
    WireWriter file;
    for (const Model::Piece& piece : model.pieces) {
        WireWriter fields;
        fields.bytes(1, piece.text);
        fields.fixed32(2, piece.score);
        fields.varint(3, std::uint64_t(piece.type));
        file.bytes(1, fields.message());
    }
    WireWriter trainer;
    trainer.varint(3, std::uint64_t(model.algorithm));
    trainer.varint(35, model.byte_fallback ? 1 : 0);
    file.bytes(2, trainer.message());
    WireWriter normalizer;
    normalizer.bytes(2, model.charsmap);
    normalizer.varint(3, model.add_dummy_prefix ? 1 : 0);
    normalizer.varint(4, model.remove_extra_whitespaces ? 1 : 0);
    normalizer.varint(5, model.escape_whitespaces ? 1 : 0);
    file.bytes(3, normalizer.message());
    return file.message();
}

int byte_of_piece(std::string_view piece)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (piece.size() != 6 || piece.substr(0, 3) != "<0x" || piece[5] != '>') return -1;
    const std::size_t high = kDigits.find(piece[3]);
    const std::size_t low = kDigits.find(piece[4]);
    if (high == std::string_view::npos || low == std::string_view::npos) return -1;
    return int(high * 16 + low);
}

} // namespace mixscope
