#include "ui/views/flame_row.h"

#include "ui/accessibility.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace mixscope {

namespace {

constexpr int kRow = 20, kTextRow = 18; ///< heights before the scale
constexpr double kLeastWidth = 3.0; ///< pixels; what is narrower is hatched

QColor mixed(const QColor& color, const QColor& ground, double part)
{
    return QColor::fromRgbF(float(color.redF() * part + ground.redF() * (1 - part)),
                            float(color.greenF() * part + ground.greenF() * (1 - part)),
                            float(color.blueF() * part + ground.blueF() * (1 - part)));
}

void paintBox(QPainter& painter, const QRectF& area, const QColor& color, const QString& name)
{
    const double gap = area.width() > kLeastWidth ? 1.0 : 0.0;
    painter.fillRect(area.adjusted(0, 0, -gap, -1), color);
    const int room = int(area.width()) - 6;
    if (room < painter.fontMetrics().horizontalAdvance(name) && room < Theme::instance().px(36))
        return;
    painter.setPen(color.lightnessF() > 0.55F ? QColor(Qt::black) : QColor(Qt::white));
    painter.drawText(area.adjusted(3, 0, -3, -1), Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(name, Qt::ElideRight, room));
}

/// Detail that does not fit, told by a zig-zag.
void paintHidden(QPainter& painter, const QRectF& area, const QColor& color, const QColor& ground)
{
    painter.fillRect(area.adjusted(0, 0, 0, -1), mixed(color, ground, 0.3));
    painter.setPen(QPen(color, 1));
    const double middle = area.center().y(), swing = area.height() / 5.0;
    QPolygonF zigzag;
    int up = 0;
    for (double x = area.left(); x <= area.right(); x += 2.0, ++up)
        zigzag << QPointF(x, middle + (up % 2 == 0 ? swing : -swing));
    painter.drawPolyline(zigzag);
}

} // namespace

FlameRow::FlameRow(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Ops of the token"));
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
    if (ops_.empty()) {
        setAccessibleDescription(tr("No ops kept for %1").arg(whose));
    } else {
        const auto slowest = std::max_element(
            ops_.begin(), ops_.end(), [](const OpTime& a, const OpTime& b) { return a.us < b.us; });
        setAccessibleDescription(tr("%1: %2 ops in %3 µs; slowest: %4")
                                     .arg(whose)
                                     .arg(ops_.size())
                                     .arg(starts_.back(), 0, 'f', 0)
                                     .arg(words(int(slowest - ops_.begin()))));
    }
    update();
}

void FlameRow::setLayer(int layer)
{
    if (layer == layer_) return;
    layer_ = layer;
    update();
}

void FlameRow::setDetail(bool detail)
{
    if (detail == detail_) return;
    detail_ = detail;
    updateGeometry();
    update();
}

QSize FlameRow::sizeHint() const
{
    const Theme& theme = Theme::instance();
    return {300, theme.px(kRow) * (detail_ ? 3 : 2) + theme.px(kTextRow) + 2};
}

double FlameRow::top(Row row) const
{
    return double(Theme::instance().px(kRow)) * int(row);
}

FlameRow::Stretch FlameRow::layerAt(int op) const
{
    Stretch at {op, op};
    const int layer = ops_[std::size_t(op)].layer;
    while (at.first > 0 && ops_[std::size_t(at.first - 1)].layer == layer)
        --at.first;
    while (at.end < int(ops_.size()) && ops_[std::size_t(at.end)].layer == layer)
        ++at.end;
    return at;
}

FlameRow::Stretch FlameRow::focused() const
{
    for (int op = 0; op < int(ops_.size()); ++op)
        if (ops_[std::size_t(op)].layer == layer_) return layerAt(op);
    return {};
}

FlameRow::Stretch FlameRow::stretchOf(Row row) const
{
    return row == Row::detail ? focused() : Stretch {0, int(ops_.size())};
}

QRectF FlameRow::rectOf(Row row, int op) const
{
    const Stretch all = stretchOf(row);
    if (op < all.first || op >= all.end) return {};
    const double from = starts_[std::size_t(all.first)];
    const double us = starts_[std::size_t(all.end)] - from;
    const double scale = us > 0.0 ? width() / us : 0.0;
    const Stretch drawn = row == Row::layers ? layerAt(op) : Stretch {op, op + 1};
    const double left = (starts_[std::size_t(drawn.first)] - from) * scale;
    return {left, top(row), (starts_[std::size_t(drawn.end)] - from) * scale - left,
            double(Theme::instance().px(kRow))};
}

QString FlameRow::words(int index) const
{
    const OpTime& op = ops_[std::size_t(index)];
    const double gbs = op.us > 0 ? double(op.bytes) / double(op.us) / 1e3 : 0.0;
    const bool head = op.layer > 0 && layerAt(index).end == int(ops_.size());
    const QString layer = op.layer < 0 ? tr("embedding")
        : head                         ? tr("head")
                                       : tr("layer %1").arg(op.layer);
    return tr("%1 · %2 · %3 µs · %4 kB · %5 GB/s")
        .arg(layer, QString::fromUtf8(op.name), shortNumber(double(op.us)),
             shortNumber(double(op.bytes) / 1e3), shortNumber(gbs));
}

void FlameRow::paintLayers(QPainter& painter) const
{
    for (int i = 0; i < int(ops_.size()); i = layerAt(i).end) {
        const int layer = ops_[std::size_t(i)].layer;
        const bool last = layerAt(i).end == int(ops_.size());
        paintBox(painter, rectOf(Row::layers, i), colorOf_(layer),
                 layer < 0  ? tr("embed")
                     : last ? tr("head")
                            : QString::number(layer));
        if (layer != layer_) continue;
        painter.setPen(QPen(Theme::instance().palette().text, 2));
        painter.drawRect(rectOf(Row::layers, i).adjusted(1, 1, -2, -2));
    }
}

void FlameRow::paintOps(QPainter& painter, Row row) const
{
    const Palette& colors = Theme::instance().palette();
    const Stretch all = stretchOf(row);
    for (int i = all.first; i < all.end;) {
        const QColor color = colorOf_(ops_[std::size_t(i)].layer);
        QRectF area = rectOf(row, i);
        if (area.width() >= kLeastWidth) {
            const QColor fill =
                i == hovered_ ? colors.text : mixed(color, colors.panel, i % 2 == 0 ? 0.62 : 0.45);
            const OpTime& op = ops_[std::size_t(i)];
            const QString name = QString::fromUtf8(op.name);
            paintBox(painter, area, fill,
                     row == Row::detail ? tr("%1 %2").arg(name, shortNumber(double(op.us))) : name);
            ++i;
            continue;
        }
        const int layer = ops_[std::size_t(i)].layer;
        for (; i < all.end && ops_[std::size_t(i)].layer == layer
             && rectOf(row, i).width() < kLeastWidth;
             ++i)
            area |= rectOf(row, i);
        paintHidden(painter, area, color, colors.panel);
    }
}

QString FlameRow::line() const
{
    if (hovered_ >= 0) return words(hovered_);
    return tr("%1 · %2 ops · 0 … %3 µs · zig-zag: too narrow to draw · hover for numbers, click "
              "for "
              "the layer")
        .arg(whose_)
        .arg(ops_.size())
        .arg(starts_.back(), 0, 'f', 0);
}

void FlameRow::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QPainter painter(this);
    painter.setFont(theme.font(10));
    if (ops_.empty() || starts_.back() <= 0) {
        painter.setPen(colors.muted);
        painter.drawText(
            rect(), Qt::AlignVCenter,
            tr("The ops of %1 are no longer kept: only those of the newest 512 tokens are.")
                .arg(whose_));
        return;
    }
    paintLayers(painter);
    paintOps(painter, Row::ops);
    if (detail_) paintOps(painter, Row::detail);
    const double textTop = top(detail_ ? Row(3) : Row::detail);
    if (mouse_ >= 0.0) {
        painter.setPen(QPen(colors.warn, 1));
        painter.drawLine(QPointF(mouse_, 0), QPointF(mouse_, textTop));
    }
    painter.setPen(colors.muted);
    painter.drawText(QRectF(0, textTop, width(), theme.px(kTextRow)), Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(line(), Qt::ElideRight, width()));
}

int FlameRow::opAt(QPointF at) const
{
    if (ops_.empty() || width() <= 0) return -1;
    const Row row = detail_ && at.y() >= top(Row::detail) ? Row::detail : Row::ops;
    const Stretch all = stretchOf(row);
    if (all.end == all.first) return -1;
    const double from = starts_[std::size_t(all.first)];
    const double us = from + at.x() / width() * (starts_[std::size_t(all.end)] - from);
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), us);
    return std::clamp(int(next - starts_.begin()) - 1, all.first, all.end - 1);
}

void FlameRow::mouseMoveEvent(QMouseEvent* event)
{
    hovered_ = opAt(event->position());
    mouse_ = event->position().x();
    update();
}

void FlameRow::leaveEvent(QEvent*)
{
    hovered_ = -1;
    mouse_ = -1.0;
    update();
}

void FlameRow::mouseReleaseEvent(QMouseEvent* event)
{
    const int op = opAt(event->position());
    if (op >= 0) Q_EMIT layerClicked(ops_[std::size_t(op)].layer);
}

} // namespace mixscope
