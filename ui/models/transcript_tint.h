#pragma once

#include <QString>
#include <QStringList>

namespace mixscope {

class RunStore;
class Selection;

/// What colours the words of the transcript.
enum class Tint { none, attention, surprise, keep, write };

/// The choices as a menu names them, in the order of Tint.
QStringList tintNames();

/// Strength of a token's colour, 0 … 1; 0 where nothing is known. Attention: root of the weight
/// that the focused query puts on it. Surprise: bits of 12. Keep and write: of the focused state
/// head; write as a part of its locked range.
double tintOf(const RunStore& store, const Selection& selection, Tint tint, int token);

/// What is shown, for the headline: "attention · layer 3 · head 0"; empty for none.
QString tintText(const RunStore& store, const Selection& selection, Tint tint);

} // namespace mixscope
