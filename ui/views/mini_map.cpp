#include "ui/views/mini_map.h"

#include "ui/accessibility.h"
#include "ui/plot/plot_map.h"
#include "ui/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace mixscope {

MiniMap::MiniMap(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Overview"));
    setToolTip(tr("The whole map and the part that is shown. Click or drag to move it."));
    setCursor(Qt::PointingHandCursor);
    hide();
}

void MiniMap::setPicture(Paint paint)
{
    paint_ = std::move(paint);
}

void MiniMap::setWindow(const QRectF& extent, const QRectF& window)
{
    extent_ = extent;
    window_ = window;
    setAccessibleDescription(tr("rows %1 to %2, keys %3 to %4 are shown")
                                 .arg(int(window.top()))
                                 .arg(int(window.bottom()) - 1)
                                 .arg(int(window.left()))
                                 .arg(int(window.right()) - 1));
    update();
}

QRectF MiniMap::inner() const
{
    return QRectF(rect()).adjusted(1, 1, -1, -1);
}

QRectF MiniMap::windowRect() const
{
    const PlotMap map {.rect = inner(), .window = extent_};
    QRectF shown(QPointF(map.x(window_.left()), map.y(window_.top())),
                 QPointF(map.x(window_.right()), map.y(window_.bottom())));
    const double least = Theme::instance().px(6); // of a tiny window, so that it is seen
    const double grow = std::max(0.0, least - std::min(shown.width(), shown.height())) / 2;
    return shown.adjusted(-grow, -grow, grow, grow) & inner();
}

void MiniMap::paintEvent(QPaintEvent*)
{
    const Palette& colors = Theme::instance().palette();
    QPainter painter(this);
    painter.fillRect(rect(), colors.panel);
    if (paint_) paint_(painter, inner());
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colors.muted, 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    painter.setPen(QPen(colors.text, 2));
    painter.drawRect(windowRect());
}

void MiniMap::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) moveTo(event->position());
}

void MiniMap::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton) moveTo(event->position());
}

void MiniMap::moveTo(QPointF pixel)
{
    Q_EMIT centreWanted(PlotMap {.rect = inner(), .window = extent_}.at(pixel));
}

} // namespace mixscope
