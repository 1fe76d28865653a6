// What is painted over and beside the lanes of the timeline.
#include "ui/models/nice_number.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/panels/timeline_lanes.h"
#include "ui/plot/pin_mark.h"
#include "ui/theme.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace mixscope {

namespace {
constexpr int kLabelRoom = 108;
constexpr int kAxis = 20;
constexpr double kPin = 12;
} // namespace

QString TimelineLanes::nameOf(int lane) const
{
    switch (lane) {
    case TimelinePicture::role:
        return tr("role");
    case TimelinePicture::surprise:
        return tr("surprise, 0–12 bit");
    case TimelinePicture::times:
        return model_.scaleMs() > 0.0
            ? tr("µs, 0–%1").arg(QLocale().toString(qRound(1000 * model_.scaleMs())))
            : tr("µs per token");
    case TimelinePicture::change:
        return tr("state change");
    case TimelinePicture::far:
        return tr("attention, far");
    default:
        return tr("router entropy");
    }
}

void TimelineLanes::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.drawImage(plot().topLeft(), picture_.image());
    paintLabels(painter);
    painter.save();
    painter.setClipRect(plot().adjusted(0, 0, 0, Theme::instance().px(kAxis)));
    paintRoles(painter);
    paintRange(painter);
    painter.restore();
    paintTicks(painter, paintHead(painter));
    paintPins(painter);
    if (hasFocus()) {
        painter.setPen(QPen(Theme::instance().palette().accent, 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void TimelineLanes::paintLabels(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    painter.setFont(theme.font(11));
    painter.setPen(theme.palette().muted);
    const int tall = painter.fontMetrics().height();
    for (int lane = 0; lane < TimelinePicture::kLanes; ++lane) {
        const TimelinePicture::Strip& at = picture_.strip(lane);
        if (at.height == 0) continue;
        const QRect box(0, at.top + (at.height - tall) / 2, theme.px(kLabelRoom), tall);
        painter.drawText(box, Qt::AlignVCenter, nameOf(lane));
    }
}

void TimelineLanes::paintRoles(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    const TimelinePicture::Strip& at = picture_.strip(TimelinePicture::role);
    painter.setFont(theme.font(10));
    const int end = std::min(model_.tokens(), int(axis_.first() + axis_.span()) + 1);
    for (int first = int(axis_.first()); first < end;) {
        const TimelineModel::Role kind = model_.token(first).role;
        int last = first + 1;
        while (last < end && model_.token(last).role == kind && !model_.token(last).begins)
            ++last;
        if (kind != TimelineModel::Role::markup) {
            const bool user = kind == TimelineModel::Role::user;
            QColor color = user ? theme.palette().accent : theme.palette().ok;
            color.setAlphaF(0.22F);
            const QRectF box(xOf(first), at.top, xOf(last) - xOf(first), at.height);
            painter.fillRect(box, color);
            if (model_.token(first).begins)
                painter.fillRect(QRectF(box.left(), box.top(), theme.px(2), box.height()),
                                 user ? theme.palette().accent : theme.palette().ok);
            painter.setPen(theme.palette().text);
            const QString word = user ? tr("you") : tr("model");
            if (painter.fontMetrics().horizontalAdvance(word) + theme.px(8) < box.width())
                painter.drawText(box, Qt::AlignCenter, word);
        }
        first = last;
    }
}

void TimelineLanes::paintTicks(QPainter& painter, const QRectF& covered) const
{
    const Theme& theme = Theme::instance();
    painter.setFont(theme.mono(10));
    painter.setPen(theme.palette().muted);
    const QLocale locale;
    // 1, 2, 5, 10 … tokens, so that numbers keep their distance.
    const int step =
        int(std::max(1.0, niceAbove(theme.px(64) * axis_.span() / std::max(1, plot().width()))));
    const double end = axis_.first() + axis_.span();
    for (int t = (int(axis_.first()) + step - 1) / step * step; t < end; t += step) {
        const QString number = locale.toString(t);
        const double wide = painter.fontMetrics().horizontalAdvance(number) + theme.px(4);
        const QRectF box(xOf(t + 0.5) - wide / 2, height() - theme.px(kAxis) + 2, wide,
                         theme.px(kAxis) - 2);
        if (box.intersects(covered) || box.right() > width()) continue;
        painter.drawText(box, Qt::AlignHCenter | Qt::AlignBottom, number);
    }
}

void TimelineLanes::paintRange(QPainter& painter) const
{
    const TokenRange& range = selection_.range();
    if (range.empty()) return;
    QColor color = Theme::instance().palette().accent;
    const QRectF box(xOf(range.first), 0, xOf(range.last + 1) - xOf(range.first), height());
    painter.setPen(QPen(color, 1));
    painter.drawLine(box.topLeft(), box.bottomLeft());
    painter.drawLine(box.topRight(), box.bottomRight());
    color.setAlphaF(0.16F);
    painter.fillRect(box, color);
}

void TimelineLanes::paintLine(QPainter& painter, int token, QColor color) const
{
    const double x = xOf(token + 0.5);
    if (x < plot().left() || x > plot().right() + 1) return;
    painter.setPen(QPen(color, 1.5));
    painter.drawLine(QPointF(x, 0), QPointF(x, plot().bottom()));
}

void TimelineLanes::paintPins(QPainter& painter) const
{
    const double size = Theme::instance().px(kPin);
    for (int place = 0; place < Selection::kPins; ++place) {
        const int token = selection_.pins()[std::size_t(place)];
        const double x = xOf(token + 0.5);
        if (token < 0 || x < plot().left() || x > plot().right() + 1) continue;
        paintLine(painter, token, pinColor(place));
        paintPin(painter, {x, size / 2 + 1}, size, place);
    }
}

QRectF TimelineLanes::paintHead(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    if (store_.tokens() == 0) return {};
    paintLine(painter, selection_.newest(), colors.ok);
    if (selection_.source() >= 0) paintLine(painter, selection_.source(), colors.accent);
    const int token = selection_.token();
    if (token < 0 || (selection_.following() && token == selection_.newest())) return {};
    paintLine(painter, token, colors.warn);
    const double x = xOf(token + 0.5);
    if (x < plot().left() || x > plot().right() + 1) return {};
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QString number = QLocale().toString(token);
    painter.setFont(theme.mono(10, 700));
    const double width = painter.fontMetrics().horizontalAdvance(number) + theme.px(10);
    const QRectF box(std::clamp(x - width / 2, 0.0, this->width() - width),
                     height() - theme.px(kAxis) + 3, width, theme.px(kAxis) - 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.warn);
    painter.drawRoundedRect(box, theme.px(3), theme.px(3));
    painter.setPen(colors.bg);
    painter.drawText(box, Qt::AlignCenter, number);
    painter.restore();
    return box;
}

} // namespace mixscope
