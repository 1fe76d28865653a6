#pragma once

#include <QColor>
#include <QIcon>
#include <QRectF>
#include <QString>

class QPainter;

namespace mixscope {

/// Draws an icon of resources/icons in one colour, sharp at any size. UI thread only.
void drawIcon(QPainter& painter, const QRectF& box, const QString& name, QColor color);

/// The same as a QIcon for buttons and menus, `size` logical pixels.
QIcon icon(const QString& name, QColor color, int size);

/// Icon name of a layer kind: "attn", "ssm" for any recurrent mixer, "moe", "mlp", "io".
QString kindIcon(const QString& mixer);

} // namespace mixscope
