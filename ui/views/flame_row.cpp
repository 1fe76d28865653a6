#include "ui/views/flame_row.h"

#include "ui/plot/value_scale.h"
#include "ui/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace mixscope {

namespace {
constexpr int kLayerRow = 18, kOpRow = 18, kTextRow = 18; ///< heights before the scale
constexpr double kLeastWidth = 3.0;
} // namespace

FlameRow::FlameRow(QWidget* parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Ops of the token"));
    setProperty("drawn", true);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void FlameRow::setOps(const QString& whose, std::vector<OpTime> ops,
                      std::function<QColor(int)> colorOf)
{
    whose_ = whose;
    ops_ = std::move(ops);
    colorOf_ = std::move(colorOf);
    starts_.assign(1, 0.0);
    for (const OpTime& op : ops_)
        starts_.push_back(starts_.back() + double(op.us));
    hovered_ = std::min(hovered_, int(ops_.size()) - 1);
    setAccessibleDescription(
        ops_.empty()
            ? tr("No ops kept for %1").arg(whose)
            : tr("%1: %2 ops in %3 µs").arg(whose).arg(ops_.size()).arg(starts_.back(), 0, 'f', 0));
    update();
}

QSize FlameRow::sizeHint() const
{
    return {300, Theme::instance().px(kLayerRow + kOpRow + kTextRow) + 2};
}

QString FlameRow::words(const OpTime& op) const
{
    const double gbs = op.us > 0 ? double(op.bytes) / double(op.us) / 1e3 : 0.0;
    const QString layer = op.layer < 0 ? tr("embedding") : tr("layer %1").arg(op.layer);
    return tr("%1 · %2 · %3 µs · %4 kB · %5 GB/s")
        .arg(layer, QString::fromUtf8(op.name), shortNumber(double(op.us)),
             shortNumber(double(op.bytes) / 1e3), shortNumber(gbs));
}

void FlameRow::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QPainter painter(this);
    const double opTop = theme.px(kLayerRow), textTop = opTop + theme.px(kOpRow);
    painter.setFont(theme.font(10));
    if (ops_.empty() || starts_.back() <= 0) {
        painter.setPen(colors.muted);
        painter.drawText(
            rect(), Qt::AlignVCenter,
            tr("The ops of %1 are no longer kept: only those of the newest 512 tokens are.")
                .arg(whose_));
        return;
    }
    const double scale = width() / starts_.back();
    const auto box = [&](double from, double to, double top, double height, QColor color,
                         const QString& name) {
        const QRectF area(from * scale, top, (to - from) * scale, height - 1);
        const double gap = area.width() > kLeastWidth ? 1 : 0;
        painter.fillRect(area.adjusted(0, 0, -gap, 0), color);
        const int room = int(area.width()) - 6;
        if (room < painter.fontMetrics().horizontalAdvance(name) && room < theme.px(36)) return;
        painter.setPen(color.lightnessF() > 0.55F ? QColor(Qt::black) : QColor(Qt::white));
        painter.drawText(area.adjusted(3, 0, -3, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(name, Qt::ElideRight, room));
    };
    for (std::size_t i = 0; i < ops_.size();) {
        std::size_t end = i;
        while (end < ops_.size() && ops_[end].layer == ops_[i].layer)
            ++end;
        const int layer = ops_[i].layer;
        const bool last = end == ops_.size();
        box(starts_[i], starts_[end], 0, theme.px(kLayerRow), colorOf_(layer),
            layer < 0  ? tr("embed")
                : last ? tr("head")
                       : QString::number(layer));
        for (; i < end; ++i) {
            QColor color = colorOf_(layer);
            color.setAlphaF(i % 2 == 0 ? 0.62F : 0.45F);
            if ((starts_[i + 1] - starts_[i]) * scale < kLeastWidth) color.setAlphaF(0.25F);
            if (int(i) == hovered_) color = colors.text;
            const QColor solid = QColor::fromRgbF(
                color.redF() * color.alphaF() + colors.panel.redF() * (1 - color.alphaF()),
                color.greenF() * color.alphaF() + colors.panel.greenF() * (1 - color.alphaF()),
                color.blueF() * color.alphaF() + colors.panel.blueF() * (1 - color.alphaF()));
            box(starts_[i], starts_[i + 1], opTop, theme.px(kOpRow), solid,
                QString::fromUtf8(ops_[i].name));
        }
    }
    painter.setPen(colors.muted);
    const QString line = hovered_ >= 0
        ? words(ops_[std::size_t(hovered_)])
        : tr("%1 · %2 ops · 0 … %3 µs · hover for numbers, click for the layer")
              .arg(whose_)
              .arg(ops_.size())
              .arg(starts_.back(), 0, 'f', 0);
    painter.drawText(QRectF(0, textTop, width(), theme.px(kTextRow)), Qt::AlignVCenter, line);
}

int FlameRow::opAt(double x) const
{
    if (ops_.empty() || width() <= 0) return -1;
    const double us = x / width() * starts_.back();
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), us);
    return std::clamp(int(next - starts_.begin()) - 1, 0, int(ops_.size()) - 1);
}

void FlameRow::mouseMoveEvent(QMouseEvent* event)
{
    hovered_ = opAt(event->position().x());
    update();
}

void FlameRow::leaveEvent(QEvent*)
{
    hovered_ = -1;
    update();
}

void FlameRow::mouseReleaseEvent(QMouseEvent* event)
{
    const int op = opAt(event->position().x());
    if (op >= 0) Q_EMIT layerClicked(ops_[std::size_t(op)].layer);
}

} // namespace mixscope
