#include "ui/views/load_grid.h"

#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

LoadGrid::LoadGrid(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Expert load by layer"));
    setFocusPolicy(Qt::StrongFocus);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void LoadGrid::setRows(std::vector<int> layers, int experts, const ExpertLoad& load)
{
    layers_ = std::move(layers);
    experts_ = experts;
    shares_.clear();
    QStringList words;
    for (const int layer : layers_) {
        int best = 0;
        for (int e = 0; e < experts_; ++e) {
            shares_.push_back(load.share(layer, e));
            if (load.share(layer, e) > load.share(layer, best)) best = e;
        }
        words << tr("layer %1: expert %2 takes %3 %")
                     .arg(layer)
                     .arg(best)
                     .arg(100 * load.share(layer, best), 0, 'f', 0);
    }
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    update();
}

void LoadGrid::setFocus(int layer)
{
    focus_ = layer;
    update();
}

QSize LoadGrid::sizeHint() const
{
    const Theme& theme = Theme::instance();
    return {theme.px(220), theme.px(18) * (int(layers_.size()) + 1)};
}

QSize LoadGrid::minimumSizeHint() const
{
    const Theme& theme = Theme::instance();
    return {theme.px(160), theme.px(6) * int(layers_.size()) + theme.px(18)};
}

/// Cells without the row of column numbers and the column of layer numbers.
QRectF LoadGrid::area() const
{
    const Theme& theme = Theme::instance();
    const double left = theme.px(84), top = theme.px(16);
    return {left, top, std::max(1.0, width() - left - theme.px(62)),
            std::max(1.0, height() - top - 1.0)};
}

QRectF LoadGrid::cellRect(int layer, int expert) const
{
    const auto row = std::find(layers_.begin(), layers_.end(), layer);
    if (row == layers_.end() || expert < 0 || expert >= experts_) return {};
    const QRectF all = area();
    const double wide = all.width() / experts_, tall = all.height() / double(layers_.size());
    return {all.left() + expert * wide, all.top() + double(row - layers_.begin()) * tall, wide - 1,
            tall - 1};
}

void LoadGrid::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const std::vector<unsigned> map = theme.sequential(colors.moe);
    QPainter painter(this);
    std::size_t at = 0;
    for (const int layer : layers_) {
        QRectF row;
        for (int e = 0; e < experts_; ++e, ++at) {
            const QRectF cell = cellRect(layer, e);
            row |= cell;
            const auto entry = std::size_t(std::lround(255 * std::clamp(shares_[at], 0.0, 1.0)));
            const QColor fill = QColor::fromRgb(map[entry]);
            painter.fillRect(cell, fill);
            const QString percent = tr("%1 %").arg(100 * shares_[at], 0, 'f', 0);
            painter.setFont(theme.mono(10));
            if (cell.height() < theme.px(12)
                || cell.width() < painter.fontMetrics().horizontalAdvance(percent) + theme.px(4))
                continue;
            painter.setPen(fill.lightnessF() > 0.55F ? QColor(Qt::black) : QColor(Qt::white));
            painter.drawText(cell, Qt::AlignCenter, percent);
        }
        painter.setPen(layer == focus_ ? colors.text : colors.muted);
        painter.setFont(theme.mono(10, layer == focus_ ? 700 : 400));
        if (row.height() >= theme.px(11))
            painter.drawText(QRectF(0, row.top(), row.left() - theme.px(6), row.height()),
                             Qt::AlignRight | Qt::AlignVCenter, tr("layer %1").arg(layer));
        if (layer != focus_) continue;
        painter.setPen(QPen(colors.accent, 1.5));
        painter.drawRect(row.adjusted(-1, -1, 0, 0));
    }
    painter.setPen(colors.muted);
    painter.setFont(theme.mono(10));
    int shown = -1000;
    for (int e = 0; !layers_.empty() && e < experts_; ++e) {
        const QRectF cell = cellRect(layers_.front(), e);
        if (cell.center().x() - shown < theme.px(22)) continue;
        shown = int(cell.center().x());
        painter.drawText(QRectF(shown - theme.px(20), 0, theme.px(40), cell.top()),
                         Qt::AlignHCenter | Qt::AlignVCenter, QString::number(e));
    }
    painter.drawText(QRectF(0, 0, area().left() - theme.px(6), area().top()),
                     Qt::AlignRight | Qt::AlignVCenter, tr("expert"));
}

void LoadGrid::mouseReleaseEvent(QMouseEvent* event)
{
    for (const int layer : layers_) {
        const QRectF cell = cellRect(layer, 0);
        if (event->position().y() >= cell.top() && event->position().y() <= cell.bottom())
            return take(layer);
    }
}

void LoadGrid::take(int layer)
{
    setFocus(layer);
    Q_EMIT layerClicked(layer);
}

void LoadGrid::keyPressEvent(QKeyEvent* event)
{
    const int by = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    const auto row = std::find(layers_.begin(), layers_.end(), focus_);
    if (by == 0 || row == layers_.end()) return QWidget::keyPressEvent(event);
    const auto next = std::clamp<std::ptrdiff_t>(row - layers_.begin() + by, 0,
                                                 std::ptrdiff_t(layers_.size()) - 1);
    take(layers_[std::size_t(next)]);
}

} // namespace mixscope
