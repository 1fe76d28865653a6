#pragma once

#include <QString>
#include <Qt>

class QFont;
class QPainter;
class QRectF;

namespace mixscope {

/// Draws a token's label (ui/models/token_text.h) or a sentence with labels in it, in the
/// painter's font and pen: text as text, what stands between ⟨ and ⟩ in a small box. It stays in
/// `box`: what is too long ends in "…". Characters that no font has keep the room Qt gives them.
void paintLabel(QPainter& painter, const QRectF& box, Qt::Alignment align, const QString& label);
/// Pixels that the label takes in this font.
double labelWidth(const QFont& font, const QString& label);
/// The font of a name in a box beside text of the given font.
QFont boxedFont(const QFont& text);
/// The small box itself, behind a name.
void paintNameBox(QPainter& painter, const QRectF& box);

} // namespace mixscope
