#include "ui/plot/pin_mark.h"

#include "ui/models/selection.h"
#include "ui/theme.h"

#include <QPainter>
#include <QPainterPath>

namespace mixscope {

namespace {

QPainterPath shapeOf(int place, QPointF center, double size)
{
    const double r = size / 2;
    const QRectF box(center.x() - r, center.y() - r, size, size);
    QPainterPath path;
    switch (place) {
    case 0:
        path.addEllipse(box);
        break;
    case 1:
        path.addPolygon(QPolygonF {QPointF(center.x(), box.top() - r * 0.35),
                                   QPointF(box.right() + r * 0.35, box.bottom()),
                                   QPointF(box.left() - r * 0.35, box.bottom())});
        break;
    case 2:
        path.addRect(box.adjusted(r * 0.1, r * 0.1, -r * 0.1, -r * 0.1));
        break;
    default:
        path.addPolygon(QPolygonF {QPointF(center.x(), box.top() - r * 0.25),
                                   QPointF(box.right() + r * 0.25, center.y()),
                                   QPointF(center.x(), box.bottom() + r * 0.25),
                                   QPointF(box.left() - r * 0.25, center.y())});
    }
    path.closeSubpath();
    return path;
}

} // namespace

QColor pinColor(int place)
{
    const Palette& colors = Theme::instance().palette();
    const QColor all[] = {colors.attn, colors.ssm, colors.ok, colors.moe};
    return all[place];
}

void paintPin(QPainter& painter, QPointF center, double size, int place)
{
    const Theme& theme = Theme::instance();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.palette().panel, 1));
    painter.setBrush(pinColor(place));
    painter.drawPath(shapeOf(place, center, size));
    QFont font = theme.font(10, 700);
    font.setPixelSize(std::max(6, int(size * 0.72)));
    painter.setFont(font);
    painter.setPen(theme.palette().bg);
    const double down = place == 1 ? size * 0.08 : 0.0;
    painter.drawText(QRectF(center.x() - size, center.y() - size + down, 2 * size, 2 * size),
                     Qt::AlignCenter, Selection::pinName(place));
    painter.restore();
}

} // namespace mixscope
