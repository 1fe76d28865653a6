#pragma once

#include <QColor>
#include <QRectF>
#include <QString>

class QPainter;

namespace mixscope {

/// Draws the glyph of a layer kind ("attn", "ssm", "moe", "mlp", "io"): always beside its colour,
/// so that colour is never the only channel.
void drawGlyph(QPainter& painter, const QRectF& box, const QString& kind, const QColor& color);

} // namespace mixscope
