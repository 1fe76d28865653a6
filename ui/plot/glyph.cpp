#include "ui/plot/glyph.h"

#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace mixscope {

namespace {

/// A growing triangle of cells: each token looks at all before it.
void drawTriangle(QPainter& painter, const QRectF& box)
{
    constexpr int kCells = 3;
    const double step = box.width() / kCells;
    for (int row = 0; row < kCells; ++row) {
        for (int column = 0; column <= row; ++column) {
            painter.drawRect(QRectF(box.left() + column * step, box.top() + row * step, step * 0.78,
                                    step * 0.78));
        }
    }
}

/// Two waves: a state that carries on.
void drawWaves(QPainter& painter, const QRectF& box)
{
    for (const double middle : {0.34, 0.68}) {
        const double y = box.top() + middle * box.height();
        const double rise = box.height() * 0.22;
        const double half = box.width() / 2;
        QPainterPath wave(QPointF(box.left(), y));
        wave.cubicTo({box.left() + half * 0.35, y - rise * 1.6},
                     {box.left() + half * 0.65, y - rise * 1.6}, {box.left() + half, y});
        wave.cubicTo({box.left() + half * 1.35, y + rise * 1.6},
                     {box.left() + half * 1.65, y + rise * 1.6}, {box.right(), y});
        painter.drawPath(wave);
    }
}

QPolygonF polygon(const QRectF& box, int corners, double turn)
{
    QPolygonF shape;
    for (int i = 0; i < corners; ++i) {
        const double angle = turn + i * 2 * M_PI / corners;
        shape << box.center() + QPointF(std::cos(angle), std::sin(angle)) * box.width() / 2;
    }
    return shape;
}

} // namespace

void drawGlyph(QPainter& painter, const QRectF& box, const QString& kind, const QColor& color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QPen pen(color, std::max(1.2, box.width() / 10), Qt::SolidLine, Qt::RoundCap,
                   Qt::RoundJoin);
    if (kind == QLatin1String("attn")) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        drawTriangle(painter, box);
    } else {
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        const QRectF inner = box.adjusted(1, 1, -1, -1);
        if (kind == QLatin1String("ssm"))
            drawWaves(painter, box);
        else if (kind == QLatin1String("moe"))
            painter.drawPolygon(polygon(inner, 6, M_PI / 6));
        else if (kind == QLatin1String("io"))
            painter.drawPolygon(polygon(inner, 4, 0));
        else
            painter.drawRect(inner.adjusted(1, 1, -1, -1));
    }
    painter.restore();
}

} // namespace mixscope
