#include "engine/tokenizers/sentencepiece_tokenizer.h"

#include "engine/utf8.h"

#include <algorithm>
#include <sentencepiece_processor.h>
#include <set>
#include <stdexcept>

namespace mixscope {
namespace {

using Type = SentencePieceModel::Type;

constexpr std::string_view kSpaceSymbol = "\xE2\x96\x81"; // ▁

// Four bytes, the first of which announces a four-byte character to the library but starts none.
std::string sentinel(TokenId id)
{
    const auto byte = [id](int shift) { return char(0x80 | (id >> shift & 0x7F)); };
    return {char(0xFF), byte(14), byte(7), byte(0)};
}

bool looks_special(std::string_view text)
{
    return text.size() > 2 && text.front() == '<' && text.back() == '>';
}

bool makes_special(const SentencePieceModel::Piece& piece, const TokenizerConfig& config)
{
    if (piece.type == Type::control) return true;
    if (piece.type != Type::user_defined && piece.type != Type::normal) return false;
    if (piece.type == Type::user_defined && looks_special(piece.text)) return true;
    return utf8_length(piece.text) != piece.text.size() // one character stays text
        && std::find(config.special.begin(), config.special.end(), piece.text)
        != config.special.end();
}

Error bad_config(const std::string& why)
{
    return {ErrorCode::bad_format, "tokenizer_config.json: " + why,
            "Check that it belongs to this tokenizer; download both again."};
}

} // namespace

SentencePieceTokenizer::SentencePieceTokenizer(SentencePieceModel model)
    : model_(std::move(model))
{
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

Result<std::unique_ptr<SentencePieceTokenizer>>
SentencePieceTokenizer::create(SentencePieceModel model, const TokenizerConfig& config,
                               std::string_view name)
{
    std::unique_ptr<SentencePieceTokenizer> tokenizer(new SentencePieceTokenizer(std::move(model)));
    for (int id = 0; id < tokenizer->size(); ++id) {
        tokenizer->by_text_.emplace(tokenizer->model_.pieces[std::size_t(id)].text, id);
    }
    if (const auto done = tokenizer->add_tokens(config, name); !done) return done.error();
    tokenizer->mark_special(config);
    if (const auto done = tokenizer->choose_ids(config, name); !done) return done.error();
    if (const auto done = tokenizer->start_library(name); !done) return done.error();
    return tokenizer;
}

// Tokens that the config adds must continue the vocabulary without a gap.
Result<void> SentencePieceTokenizer::add_tokens(const TokenizerConfig& config,
                                                std::string_view name)
{
    for (const TokenizerConfig::Added& token : config.added) {
        const std::string label =
            "added token " + std::to_string(token.id) + " \"" + token.text + "\"";
        if (known(token.id)) {
            const std::string& present = model_.pieces[std::size_t(token.id)].text;
            if (present == token.text) continue;
            return bad_config(label + " is \"" + present + "\" in " + std::string(name));
        }
        if (token.id != size() || token.text.empty() || find_piece(token.text) >= 0) {
            return bad_config(label + " does not continue the " + std::to_string(size())
                              + " pieces of " + std::string(name));
        }
        by_text_.emplace(token.text, token.id);
        model_.pieces.push_back({token.text, 0.0F, Type::user_defined});
    }
    if (!config.added.empty()) return check_sentencepiece_model(model_, name);
    return {};
}

void SentencePieceTokenizer::mark_special(const TokenizerConfig& config)
{
    std::set<std::size_t, std::greater<>> lengths;
    for (const SentencePieceModel::Piece& piece : model_.pieces) {
        const bool special = makes_special(piece, config);
        special_.push_back(special);
        if (!special) continue;
        lengths.insert(piece.text.size());
        special_starts_.set(static_cast<unsigned char>(piece.text.front()));
    }
    special_lengths_.assign(lengths.begin(), lengths.end());
}

Result<void> SentencePieceTokenizer::choose_ids(const TokenizerConfig& config,
                                                std::string_view name)
{
    const auto choose = [&](const std::optional<std::string>& text, int fallback, const char* key,
                            TokenId& id) -> Result<void> {
        id = text ? find_piece(*text) : fallback;
        if (text && !text->empty() && id < 0) {
            return bad_config("\"" + std::string(key) + "\" is \"" + *text + "\", which "
                              + std::string(name) + " does not contain");
        }
        return {};
    };
    if (auto done = choose(config.bos, model_.bos_id, "bos_token", bos_); !done) return done;
    if (auto done = choose(config.eos, model_.eos_id, "eos_token", eos_); !done) return done;
    adds_bos_ = config.adds_bos && bos_ >= 0;
    return {};
}

Result<void> SentencePieceTokenizer::start_library(std::string_view name)
{
    SentencePieceModel rewritten = model_;
    rewritten.pieces.push_back({"hole", 0.0F, Type::user_defined});
    for (int id = 0; id <= size(); ++id) {
        if (known(id) && !is_special(id)) continue;
        SentencePieceModel::Piece& piece = rewritten.pieces[std::size_t(id)];
        piece = {sentinel(id), 0.0F, Type::user_defined};
    }
    library_ = std::make_unique<sentencepiece::SentencePieceProcessor>();
    std::string why;
    try {
        const auto status = library_->LoadFromSerializedProto(serialize(rewritten));
        if (status.ok()) return {};
        why = status.ToString();
    } catch (const std::exception& failure) { // its trie builder throws
        why = failure.what();
    }
    return Error {ErrorCode::bad_format, std::string(name) + ": " + why,
                  "Download the tokenizer again; it is damaged."};
}

const char* SentencePieceTokenizer::kind() const
{
    return model_.algorithm == SentencePieceModel::Algorithm::bpe ? "sentencepiece-bpe"
                                                                  : "sentencepiece-unigram";
}

// `text` must be UTF-8 except for sentinels. The library cannot fail on such text with a checked
// model, so a failure is a broken promise.
std::vector<SentencePieceTokenizer::Encoded>
SentencePieceTokenizer::run(std::string_view text) const
{
    sentencepiece::ImmutableSentencePieceText result;
    const auto status = library_->Encode(text, result.mutable_proto());
    if (!status.ok()) throw std::runtime_error("SentencePiece: " + status.ToString());
    std::vector<Encoded> out;
    out.reserve(result.pieces_size());
    for (std::size_t i = 0; i < result.pieces_size(); ++i) {
        const auto piece = result.pieces(int(i));
        out.push_back({TokenId(piece.id()), piece.begin()});
    }
    return out;
}

std::vector<TokenId> SentencePieceTokenizer::encode(std::string_view text) const
{
    std::vector<TokenId> ids;
    for (const Encoded& piece : run(sanitized_utf8(text))) {
        ids.push_back(piece.id);
    }
    return ids;
}

TokenId SentencePieceTokenizer::special_at(std::string_view text) const
{
    if (!special_starts_.test(static_cast<unsigned char>(text.front()))) return -1;
    for (const std::size_t length : special_lengths_) {
        if (length > text.size()) continue;
        const TokenId id = find_piece(text.substr(0, length));
        if (id >= 0 && is_special(id)) return id;
    }
    return -1;
}

// Joins segments into one text for the library and remembers which bytes came from where.
class SentencePieceTokenizer::Joiner {
public:
    explicit Joiner(const SentencePieceTokenizer& tokenizer)
        : tokenizer_(tokenizer)
    {
    }

    void add(const PromptSegment& segment, int index)
    {
        starts.push_back({text.size(), index});
        if (!segment.ids.empty()) {
            text += sentinel(tokenizer_.size());
            holes.push_back(&segment.ids);
        } else if (segment.source == PromptSegment::Source::content) {
            text += sanitized_utf8(segment.text);
        } else {
            add_markup(segment.text, index);
        }
    }

    struct Start {
        std::size_t byte;
        int segment;
    };
    std::vector<Start> starts;
    std::vector<const std::vector<TokenId>*> holes;
    std::vector<std::pair<TokenId, int>> leading; // control pieces before any text, and segments
    std::string text;

private:
    // Control pieces at the start stay outside: the dummy prefix comes after them.
    void add_markup(std::string_view markup, int index)
    {
        while (!markup.empty()) {
            const TokenId id = tokenizer_.special_at(markup);
            if (id < 0) {
                const std::size_t length = std::max<std::size_t>(utf8_length(markup), 1);
                text += sanitized_utf8(markup.substr(0, length));
                markup.remove_prefix(length);
                continue;
            }
            const SentencePieceModel::Piece& piece = tokenizer_.model_.pieces[std::size_t(id)];
            if (text.empty() && piece.type == Type::control) {
                leading.emplace_back(id, index);
            } else {
                text += sentinel(id);
            }
            markup.remove_prefix(piece.text.size());
        }
    }

    const SentencePieceTokenizer& tokenizer_;
};

std::vector<TokenId>
SentencePieceTokenizer::encode_segments(const std::vector<PromptSegment>& segments,
                                        std::vector<int>* owner) const
{
    Joiner joined(*this);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        joined.add(segments[i], int(i));
    }

    std::vector<TokenId> ids;
    if (owner != nullptr) owner->clear();
    const auto put = [&](TokenId id, int segment) {
        ids.push_back(id);
        if (owner != nullptr) owner->push_back(segment);
    };
    for (const auto& [id, segment] : joined.leading) {
        put(id, segment);
    }

    const TokenId hole = size();
    const bool starts_with_hole = joined.text.compare(0, 4, sentinel(hole)) == 0;
    std::size_t at = 0; // in joined.starts
    std::size_t next_hole = 0;
    for (const Encoded& piece : run(joined.text)) {
        while (at + 1 < joined.starts.size() && joined.starts[at + 1].byte <= piece.begin) {
            ++at;
        }
        const int segment = joined.starts[at].segment;
        if (piece.id == hole) {
            for (const TokenId id : *joined.holes[next_hole]) {
                put(id, segment);
            }
            ++next_hole;
        } else if (!starts_with_hole || next_hole > 0) { // exact ids bring their own prefix
            put(piece.id, segment);
        }
    }
    return ids;
}

std::string SentencePieceTokenizer::bytes_of(TokenId id) const
{
    if (!known(id) || is_special(id)) return {};
    const SentencePieceModel::Piece& piece = model_.pieces[std::size_t(id)];
    if (piece.type == Type::unknown) return model_.unknown_surface;
    if (piece.type == Type::byte) return {char(byte_of_piece(piece.text))};
    return surface(id);
}

// The text of an ordinary piece, with spaces for space symbols.
std::string SentencePieceTokenizer::surface(TokenId id) const
{
    std::string text = model_.pieces[std::size_t(id)].text;
    for (std::size_t at = 0; (at = text.find(kSpaceSymbol, at)) != std::string::npos; ++at) {
        text.replace(at, kSpaceSymbol.size(), " ");
    }
    return text;
}

// As the library decodes: the space of the dummy prefix goes, and with remove_extra_whitespaces
// the spaces of all pieces before the first text.
std::string SentencePieceTokenizer::decode(const std::vector<TokenId>& ids) const
{
    const bool drops_space = model_.add_dummy_prefix || model_.remove_extra_whitespaces;
    std::string text;
    Utf8Stream bytes;
    bool at_start = drops_space;
    for (const TokenId id : ids) {
        const std::string added = bytes_of(id);
        if (known(id) && model_.pieces[std::size_t(id)].type == Type::byte) {
            text += bytes.push(added);
            continue;
        }
        text += bytes.finish();
        at_start = at_start && text.empty();
        const bool dropped = at_start
            && piece(id).compare(0, kSpaceSymbol.size(), kSpaceSymbol) == 0 && !added.empty();
        text.append(added, dropped ? 1 : 0);
        if (dropped && !model_.remove_extra_whitespaces) at_start = false;
    }
    return text + bytes.finish();
}

std::string SentencePieceTokenizer::piece(TokenId id) const
{
    return known(id) ? model_.pieces[std::size_t(id)].text : std::string();
}

bool SentencePieceTokenizer::is_special(TokenId id) const
{
    return known(id) && special_[std::size_t(id)];
}

TokenId SentencePieceTokenizer::find_piece(std::string_view piece) const
{
    const auto at = by_text_.find(std::string(piece));
    return at == by_text_.end() ? -1 : at->second;
}

} // namespace mixscope
