#pragma once

#include "engine/tokenizer.h"

#include <QString>

#include <string_view>
#include <vector>

namespace mixscope {

struct ModelInfo;
struct TokenInfo;

// How a token is read. What cannot stand as text has a name between ⟨ and ⟩, which is drawn as a
// small box (see ui/label_paint.h): white space and control characters by what they are called,
// bytes that are not a whole character in hex. "⟨newline ×2⟩", "⟨E4⟩", "word⟨tab⟩".

/// A token's text for a short label: specials by their name, spaces around a word not shown.
QString tokenLabel(const TokenInfo& token);
/// The same for a token of the vocabulary.
QString pieceLabel(const ModelInfo& model, TokenId id);
/// The same with the spaces that belong to the token, for quotes and tables.
QString tokenText(const TokenInfo& token);
/// The label as a part of a sentence: text that runs from right to left does not turn what stands
/// beside it.
QString tokenInline(const TokenInfo& token);
QString isolated(const QString& label);

/// "⟨E4⟩".
QString byteName(char byte);
/// The name of a character that must not be drawn as itself anywhere, not even in running text:
/// control characters but line feed and tab, overrides of the direction, what Qt takes for its
/// own marks. Empty for all others.
QString nameOfHidden(char32_t character);
/// True when some of the text runs from right to left.
bool runsLeft(QStringView text);

/// A stretch of a label: text, or the name inside a box.
struct LabelPart {
    QString text;
    bool boxed = false;
};
std::vector<LabelPart> labelParts(const QString& label);

} // namespace mixscope
