#pragma once

#include <QColor>
#include <QPointF>

class QPainter;

namespace mixscope {

/// Colour of pin A, B, C, D (place 0 … 3) in the present theme.
QColor pinColor(int place);

/// The mark of a pin: a disc, triangle, square or diamond of its colour with its letter, so that
/// colour is never the only difference. `size`: height in logical pixels.
void paintPin(QPainter& painter, QPointF center, double size, int place);

} // namespace mixscope
