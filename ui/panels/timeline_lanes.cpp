#include "ui/models/conversation.h"
#include "ui/models/nice_number.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/panels/timeline.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

enum LaneOf { role, surprise, times, change, kLanes };
constexpr int kLabels = 92; // width of the names of the lanes
constexpr int kAxis = 20; // height of the numbers below
constexpr int kHeights[] = {14, 24, 28, 0}; // the last lane takes what is left
constexpr double kSurpriseBits = 12.0; // a full bar

QString nameOf(int lane, double scaleMs)
{
    switch (lane) {
    case role:
        return TimelineLanes::tr("role");
    case surprise:
        return TimelineLanes::tr("surprise, bit");
    case times:
        return scaleMs > 0.0 ? TimelineLanes::tr("µs, 0–%1").arg(qRound(1000 * scaleMs))
                             : TimelineLanes::tr("µs / token");
    default:
        return TimelineLanes::tr("state change");
    }
}

} // namespace

TimelineLanes::TimelineLanes(RunStore& store, Selection& selection, Conversation& conversation,
                             QWidget* parent)
    : QAbstractSlider(parent)
    , store_(store)
    , selection_(selection)
    , model_(store, conversation)
{
    setAccessibleName(tr("Timeline"));
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSingleStep(1);
    setPageStep(10);
    setRange(0, 0);
    connect(this, &QAbstractSlider::valueChanged, &selection_, &Selection::lockToken);
    connect(&store_, &RunStore::tokensChanged, this, [this](int first) {
        dirtyFrom_ = std::min(dirtyFrom_, first);
        stale_ = true;
    });
    connect(&store_, &RunStore::modelChanged, this, [this] { stale_ = true; });
    connect(&conversation, &Conversation::changed, this, [this] { dirtyFrom_ = 0, stale_ = true; });
    connect(&selection_, &Selection::tokenChanged, this, &TimelineLanes::follow);
    connect(&selection_, &Selection::followingChanged, this, [this] { update(); });
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        stale_ = true;
        updateGeometry();
        update();
    });
}

QSize TimelineLanes::minimumSizeHint() const
{
    return {Theme::instance().px(320), Theme::instance().px(130)};
}

void TimelineLanes::follow()
{
    const QSignalBlocker quiet(this);
    setRange(0, std::max(0, store_.tokens() - 1));
    if (const int token =
            selection_.lockedToken() >= 0 ? selection_.lockedToken() : selection_.newest();
        token >= 0)
        setValue(token);
    update();
}

void TimelineLanes::refresh()
{
    if (!isVisible()) return;
    if (rangeVersion_ != store_.rangeVersion()) stale_ = true;
    if (!stale_) return;
    rangeVersion_ = store_.rangeVersion();
    model_.update(std::exchange(dirtyFrom_, store_.tokens()));
    extent_ = std::max(64.0, steppedExtent(model_.tokens()));
    draw();
    stale_ = false;
    follow();
}

QRect TimelineLanes::plot() const
{
    const Theme& theme = Theme::instance();
    return rect().adjusted(theme.px(kLabels), 0, -theme.px(4), -theme.px(kAxis));
}

TimelineLanes::Strip TimelineLanes::strip(int lane) const
{
    const Theme& theme = Theme::instance();
    const int gap = theme.px(6);
    int top = 0;
    for (int i = 0; i < lane; ++i)
        top += theme.px(kHeights[i]) + gap;
    const int left = std::max(theme.px(16), plot().height() - top);
    return {top, kHeights[lane] > 0 ? theme.px(kHeights[lane]) : std::min(left, theme.px(90))};
}

double TimelineLanes::xOf(double token) const
{
    return plot().left() + token / extent_ * plot().width();
}

int TimelineLanes::tokenAt(double x) const
{
    if (store_.tokens() == 0 || plot().width() <= 0) return -1;
    return std::clamp(int(std::floor((x - plot().left()) / plot().width() * extent_)), 0,
                      store_.tokens() - 1);
}

void TimelineLanes::fill(int x0, int x1, int y0, int y1, QRgb color)
{
    for (int y = std::max(0, y0); y < std::min(y1, picture_.height()); ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture_.scanLine(y));
        std::fill(line + std::max(0, x0), line + std::clamp(x1, std::max(0, x0), picture_.width()),
                  color);
    }
}

void TimelineLanes::draw()
{
    picture_ =
        QImage(std::max(1, plot().width()), std::max(1, plot().height()), QImage::Format_RGB32);
    picture_.fill(Theme::instance().palette().panel);
    changeColors_ = Theme::instance().sequential(Theme::instance().palette().ssm);
    const double cell = picture_.width() / extent_;
    if (cell >= 1.0) { // a cell for every token, a gap where there is room for one
        for (int t = 0; t < model_.tokens(); ++t) {
            const int x0 = int(t * cell), x1 = int((t + 1) * cell);
            drawCell(x0, x1 - (cell >= 4.0 ? 1 : 0), t, t + 1);
        }
        return;
    }
    for (int x = 0; x < picture_.width(); ++x) {
        const int first = int(x / cell), last = std::min(int((x + 1) / cell), model_.tokens());
        if (first < last) drawCell(x, x + 1, first, last);
    }
}

void TimelineLanes::drawCell(int x0, int x1, int first, int last)
{
    float highest = 0.0F; // surprise: the largest of the tokens in a column
    for (int t = first; t < last; ++t)
        highest = std::max(highest, model_.token(t).surprise);
    const Strip bits = strip(surprise);
    const int tall = int(std::lround(std::min(1.0, double(highest) / kSurpriseBits) * bits.height));
    fill(x0, x1, bits.top + bits.height - tall, bits.top + bits.height,
         Theme::instance().palette().warn.rgb());
    drawTimes(x0, x1, first, last);
    drawChange(x0, x1, first, last);
}

void TimelineLanes::drawTimes(int x0, int x1, int first, int last)
{
    if (model_.scaleMs() <= 0.0) return;
    const Palette& colors = Theme::instance().palette();
    const QColor kinds[] = {colors.attn, colors.ssm, colors.mlp};
    const Strip lane = strip(times);
    double bottom = 0.0; // mean of the tokens in a column, stacked by kind of layer
    for (int kind = 0; kind < TimelineModel::kKinds; ++kind) {
        double mean = 0.0;
        for (int t = first; t < last; ++t)
            mean += double(model_.token(t).ms[std::size_t(kind)]) / (last - first);
        const double top = std::min(1.0, bottom + mean / model_.scaleMs());
        fill(x0, x1, lane.top + lane.height - int(std::lround(top * lane.height)),
             lane.top + lane.height - int(std::lround(bottom * lane.height)), kinds[kind].rgb());
        bottom = top;
    }
    if (bottom >= 1.0)
        fill(x0, x1, lane.top, lane.top + 2, colors.warn.rgb()); // longer than the lane is high
}

void TimelineLanes::drawChange(int x0, int x1, int first, int last)
{
    const Strip lane = strip(change);
    const int rows = int(model_.stateLayers().size());
    for (int row = 0; row < rows; ++row) {
        float highest = kUnknown;
        for (int t = first; t < last; ++t)
            highest = std::fmax(highest, model_.change(row, t));
        if (std::isnan(highest)) continue;
        const int shade = std::clamp(int(std::lround(255.0F * highest)), 0, 255);
        fill(x0, x1 + (x1 - x0 > 2 ? 1 : 0), lane.top + row * lane.height / rows,
             lane.top + (row + 1) * lane.height / rows, changeColors_[std::size_t(shade)]);
    }
}

void TimelineLanes::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.drawImage(plot().topLeft(), picture_);
    paintLabels(painter);
    paintRoles(painter);
    paintTicks(painter);
    paintHead(painter);
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
    const int lanes = model_.stateLayers().empty() ? change : kLanes;
    for (int lane = 0; lane < lanes; ++lane) {
        const Strip at = strip(lane);
        painter.drawText(QRect(0, at.top, theme.px(kLabels - 8), at.height), Qt::AlignVCenter,
                         nameOf(lane, model_.scaleMs()));
    }
}

void TimelineLanes::paintRoles(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    const Strip at = strip(role);
    painter.setFont(theme.font(10));
    for (int first = 0; first < model_.tokens();) {
        const TimelineModel::Role kind = model_.token(first).role;
        int last = first + 1;
        while (last < model_.tokens() && model_.token(last).role == kind)
            ++last;
        if (kind != TimelineModel::Role::markup) {
            const bool user = kind == TimelineModel::Role::user;
            QColor color = user ? theme.palette().accent : theme.palette().ok;
            color.setAlphaF(0.22F);
            const QRectF box(xOf(first), at.top, xOf(last) - xOf(first), at.height);
            painter.fillRect(box, color);
            painter.setPen(theme.palette().muted);
            const QString word = user ? tr("you") : tr("model");
            if (painter.fontMetrics().horizontalAdvance(word) + 6 < box.width())
                painter.drawText(box, Qt::AlignCenter, word);
        }
        first = last;
    }
}

void TimelineLanes::paintTicks(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    painter.setFont(theme.mono(10));
    painter.setPen(theme.palette().muted);
    // 1, 2, 5, 10 … tokens, so that numbers keep their distance.
    const int step =
        int(std::max(1.0, niceAbove(theme.px(56) * extent_ / std::max(1, plot().width()))));
    for (int t = 0; t < extent_; t += step) {
        const QRectF box(xOf(t) - theme.px(30), height() - theme.px(kAxis) + 2, theme.px(60),
                         theme.px(kAxis) - 2);
        painter.drawText(box, Qt::AlignHCenter | Qt::AlignBottom, QString::number(t));
    }
}

void TimelineLanes::paintHead(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    if (store_.tokens() == 0) return;
    const auto line = [&](int token, QColor color) {
        const double x = xOf(token + 0.5);
        painter.setPen(QPen(color, 1.5));
        painter.drawLine(QPointF(x, 0), QPointF(x, plot().bottom()));
    };
    line(selection_.newest(), colors.ok);
    const int token = selection_.token();
    if (token < 0 || (selection_.following() && token == selection_.newest())) return;
    line(token, colors.warn);
    painter.setRenderHint(QPainter::Antialiasing);
    const QString number = QString::number(token);
    painter.setFont(theme.mono(10, 700));
    const double width = painter.fontMetrics().horizontalAdvance(number) + theme.px(10);
    const QRectF box(std::clamp(xOf(token + 0.5) - width / 2, 0.0, this->width() - width),
                     height() - theme.px(kAxis) + 3, width, theme.px(kAxis) - 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.warn);
    painter.drawRoundedRect(box, theme.px(3), theme.px(3));
    painter.setPen(colors.bg);
    painter.drawText(box, Qt::AlignCenter, number);
}

void TimelineLanes::resizeEvent(QResizeEvent* event)
{
    QAbstractSlider::resizeEvent(event);
    stale_ = true;
    refresh();
}

void TimelineLanes::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) selection_.lockToken(tokenAt(event->position().x()));
}

void TimelineLanes::mouseMoveEvent(QMouseEvent* event)
{
    const int token = tokenAt(event->position().x());
    if (event->buttons() & Qt::LeftButton) selection_.lockToken(token);
    selection_.hoverToken(event->position().x() >= plot().left() ? token : -1);
}

void TimelineLanes::leaveEvent(QEvent*)
{
    selection_.hoverToken(-1);
}

void TimelineLanes::wheelEvent(QWheelEvent* event)
{
    event->ignore();
}

} // namespace mixscope
