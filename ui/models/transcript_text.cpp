#include "ui/models/transcript_text.h"

#include "engine/utf8.h"
#include "ui/models/run_store.h"
#include "ui/models/token_text.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mixscope {

namespace {

constexpr QChar kReplacement(0xFFFD);

/// Adds to the last piece what comes from the same token.
void add(std::vector<TextPiece>& out, TextPiece piece)
{
    const bool goesOn = !out.empty() && out.back().token == piece.token
        && out.back().first == piece.first && !out.back().boxed && !piece.boxed;
    if (goesOn)
        out.back().text += piece.text;
    else
        out.push_back(std::move(piece));
}

/// Text as pieces: what must not be drawn as itself gets its name.
void addText(std::vector<TextPiece>& out, int token, int first, const QString& text)
{
    for (const char32_t character : text.toUcs4()) {
        const QString name = nameOfHidden(character);
        const bool boxed = !name.isEmpty();
        add(out, {token, first, boxed ? name : QString::fromUcs4(&character, 1), boxed});
    }
}

} // namespace

std::vector<TextPiece> TextJoiner::push(int token, const TokenInfo& info)
{
    std::vector<TextPiece> out;
    if (info.special) return out;
    bytes_ += info.bytes;
    owners_.resize(bytes_.size(), token);
    ready_ += QString::fromStdString(info.text);
    take(out);
    if (!ready_.isEmpty()) { // not what the bytes say: the engine's word counts
        addText(out, token, token, std::exchange(ready_, {}));
        bytes_.clear();
        owners_.clear();
    }
    return out;
}

std::vector<TextPiece> TextJoiner::finish(const QString& tail)
{
    std::vector<TextPiece> out;
    ready_ += tail;
    take(out);
    addText(out, -1, -1, std::exchange(ready_, {}));
    return out;
}

/// Gives out what is ready as long as the bytes agree with it.
void TextJoiner::take(std::vector<TextPiece>& out)
{
    while (!ready_.isEmpty() && !bytes_.empty()) {
        const int length = int(utf8_length(bytes_));
        if (length == 0) {
            if (ready_.front() != kReplacement) return;
            ready_.remove(0, 1);
            takeSome(out, 1, byteName(bytes_.front()), true);
            continue;
        }
        const std::string character = bytes_.substr(0, std::size_t(length));
        const QString text = QString::fromStdString(character);
        if (!ready_.startsWith(text)) return;
        ready_.remove(0, text.size());
        takeSome(out, length, text, false);
    }
}

void TextJoiner::takeSome(std::vector<TextPiece>& out, int count, const QString& text, bool boxed)
{
    const int first = owners_.front(), last = owners_[std::size_t(count) - 1];
    if (boxed)
        add(out, {last, first, text, true});
    else
        addText(out, last, first, text);
    bytes_.erase(0, std::size_t(count));
    owners_.erase(owners_.begin(), owners_.begin() + count);
}

MessageText messageText(const RunStore& store, int message, const QString& content)
{
    MessageText out;
    const auto append = [&out](std::vector<TextPiece> pieces) {
        std::move(pieces.begin(), pieces.end(), std::back_inserter(out.pieces));
    };
    bool begins = true;
    for (int token = 0; token < store.tokens(); ++token) {
        if (store.messageOf(token) != message) continue;
        const TokenInfo& info = store.token(token);
        QString text = info.special ? QString() : QString::fromStdString(info.text);
        std::vector<TextPiece> pieces = out.joiner.push(token, info);
        if (begins && text.startsWith(' ') && !content.startsWith(' ') && !pieces.empty()) {
            text.remove(0, 1);
            pieces.front().text.remove(0, 1);
            if (pieces.front().text.isEmpty()) pieces.erase(pieces.begin());
        }
        begins = begins && text.isEmpty();
        out.text += text;
        append(std::move(pieces));
    }
    if (!content.startsWith(out.text) || content.size() == out.text.size()) return out;
    append(out.joiner.finish(content.mid(out.text.size())));
    out.text = content;
    return out;
}

} // namespace mixscope
