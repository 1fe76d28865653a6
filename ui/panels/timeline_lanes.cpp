#include "ui/panels/timeline_lanes.h"

#include "ui/models/conversation.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixscope {

namespace {
constexpr int kLabels = 116; // width of the names of the lanes
constexpr int kAxis = 20; // height of the numbers below
constexpr int kDescribeDelayMs = 150;
constexpr double kZoomStep = 1.25; // of a notch of the wheel
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
    describeTimer_.setSingleShot(true);
    describeTimer_.setInterval(kDescribeDelayMs);
    connect(&describeTimer_, &QTimer::timeout, this, &TimelineLanes::describe);
    connect(this, &QAbstractSlider::valueChanged, &selection_, &Selection::lockToken);
    connect(&store_, &RunStore::tokensChanged, this, [this](int first) {
        dirtyFrom_ = std::min(dirtyFrom_, first);
        stale_ = true;
    });
    connect(&store_, &RunStore::attentionChanged, this, [this](int layer) {
        model_.attentionCame(layer);
        stale_ = true;
    });
    connect(&store_, &RunStore::modelChanged, this, [this] { placed_ = false, stale_ = true; });
    connect(&conversation, &Conversation::changed, this, [this] { dirtyFrom_ = 0, stale_ = true; });
    connect(&selection_, &Selection::tokenChanged, this, &TimelineLanes::follow);
    const auto repaint = [this] { update(); };
    connect(&selection_, &Selection::followingChanged, this, repaint);
    connect(&selection_, &Selection::sourceChanged, this, repaint);
    connect(&selection_, &Selection::rangeChanged, this, repaint);
    connect(&selection_, &Selection::pinsChanged, this, repaint);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        placed_ = false, stale_ = true;
        updateGeometry();
        update();
    });
}

QSize TimelineLanes::minimumSizeHint() const
{
    return {Theme::instance().px(320), Theme::instance().px(54)};
}

void TimelineLanes::follow()
{
    const QSignalBlocker quiet(this);
    setRange(0, std::max(0, store_.tokens() - 1));
    const int locked = selection_.lockedToken();
    if (const int token = locked >= 0 ? locked : selection_.newest(); token >= 0) setValue(token);
    if (locked >= 0 && drag_ == Drag::none && axis_.zoomed()) {
        axis_.reveal(locked);
        moveAxis();
    }
    describeTimer_.start();
    update();
}

void TimelineLanes::describe()
{
    const int token = selection_.token();
    if (token < 0 || token >= store_.tokens()) return setAccessibleDescription(tr("no tokens yet"));
    const TokenInfo& info = store_.token(token);
    QString words =
        tr("token %1 of %2, “%3”").arg(token).arg(store_.tokens()).arg(tokenInline(info));
    if (std::isfinite(info.surprise_bits))
        words += tr(", surprise %1 bit").arg(double(info.surprise_bits), 0, 'f', 1);
    words += tr(", %1 ms").arg(double(store_.time(token).ms), 0, 'f', 3);
    const TokenRange& range = selection_.range();
    if (!range.empty()) words += tr("; range %1 to %2").arg(range.first).arg(range.last);
    setAccessibleDescription(words);
}

void TimelineLanes::refresh()
{
    if (!isVisible()) return;
    if (rangeVersion_ != store_.rangeVersion()) {
        rangeVersion_ = store_.rangeVersion();
        picture_.invalidate();
        stale_ = true;
    }
    if (!stale_) return;
    const int first = model_.update(std::exchange(dirtyFrom_, store_.tokens()));
    if (!std::exchange(placed_, true)) picture_.layOut(plot().size(), devicePixelRatioF());
    axis_.setTokens(model_.tokens(), selection_.following());
    picture_.draw(axis_, first);
    stale_ = model_.pending();
    follow();
    Q_EMIT axisChanged();
}

QRect TimelineLanes::plot() const
{
    const Theme& theme = Theme::instance();
    return rect().adjusted(theme.px(kLabels), 0, -theme.px(6), -theme.px(kAxis));
}

double TimelineLanes::xOf(double token) const
{
    return plot().left() + (token - axis_.first()) / axis_.span() * plot().width();
}

int TimelineLanes::tokenAt(double x) const
{
    if (store_.tokens() == 0 || plot().width() <= 0) return -1;
    const double token = axis_.first() + (x - plot().left()) / plot().width() * axis_.span();
    return std::clamp(int(std::floor(token)), 0, store_.tokens() - 1);
}

void TimelineLanes::moveAxis()
{
    picture_.draw(axis_, model_.tokens());
    update();
    Q_EMIT axisChanged();
}

void TimelineLanes::zoom(double factor)
{
    const double middle = axis_.first() + axis_.span() / 2;
    const double focus = selection_.token() + 0.5;
    const bool seen = focus >= axis_.first() && focus < axis_.first() + axis_.span();
    axis_.zoom(seen ? focus : middle, factor);
    moveAxis();
}

void TimelineLanes::pan(double windows)
{
    axis_.pan(windows * axis_.span());
    moveAxis();
}

void TimelineLanes::fit()
{
    axis_.fit();
    moveAxis();
}

void TimelineLanes::zoomToMessage(int token)
{
    if (axis_.zoomed() || token < 0) return fit();
    int first = token, last = token;
    while (first > 0 && model_.token(first - 1).role == model_.token(token).role)
        --first;
    while (last + 1 < model_.tokens() && model_.token(last + 1).role == model_.token(token).role)
        ++last;
    axis_.show(first, last);
    moveAxis();
}

bool TimelineLanes::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) return QAbstractSlider::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    static const char* const kMeanings[] = {
        QT_TR_NOOP("Who wrote the token"),
        QT_TR_NOOP("−log₂ of the token's probability"),
        QT_TR_NOOP("Time of the token by kind of layer: attention, recurrent, the rest"),
        QT_TR_NOOP("‖ΔS‖ / ‖S‖, a row for each recurrent layer, each in its locked range"),
        QT_TR_NOOP("Share of the attention on keys more than 16 tokens back, mean over the heads, "
                   "a row for each attention layer, 0 to 1"),
        QT_TR_NOOP("Entropy of the choice of experts, a row for each layer, from 0 (one expert) "
                   "to 1 (all alike)"),
    };
    for (int lane = 0; lane < TimelinePicture::kLanes; ++lane) {
        const TimelinePicture::Strip& at = picture_.strip(lane);
        if (help->x() >= plot().left() || help->y() < at.top || help->y() > at.top + at.height)
            continue;
        QToolTip::showText(help->globalPos(), tr(kMeanings[lane]), this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

void TimelineLanes::resizeEvent(QResizeEvent* event)
{
    QAbstractSlider::resizeEvent(event);
    placed_ = false, stale_ = true;
    refresh();
}

void TimelineLanes::mousePressEvent(QMouseEvent* event)
{
    const double x = event->position().x();
    const int token = tokenAt(x);
    dragX_ = x;
    if (event->button() == Qt::MiddleButton) {
        selection_.togglePin(token);
    } else if (event->button() == Qt::RightButton) {
        drag_ = Drag::pan;
    } else if (event->button() == Qt::LeftButton && token >= 0) {
        const bool range =
            (event->modifiers() & Qt::ShiftModifier) || event->position().y() > plot().bottom();
        drag_ = range ? Drag::range : Drag::scrub;
        dragFrom_ = token;
        if (range)
            selection_.setRange({});
        else
            selection_.lockToken(token);
    }
}

void TimelineLanes::mouseMoveEvent(QMouseEvent* event)
{
    const double x = event->position().x();
    const int token = tokenAt(x);
    if (drag_ == Drag::pan && plot().width() > 0) {
        axis_.pan((dragX_ - x) / plot().width() * axis_.span());
        dragX_ = x;
        return moveAxis();
    }
    if (drag_ == Drag::scrub) selection_.lockToken(token);
    if (drag_ == Drag::range) selection_.setRange({dragFrom_, token});
    selection_.hoverToken(x >= plot().left() ? token : -1);
}

void TimelineLanes::mouseReleaseEvent(QMouseEvent* event)
{
    // A press along the numbers that goes nowhere means the token, as it does in the lanes.
    if (drag_ == Drag::range && selection_.range().tokens() <= 1 && dragFrom_ >= 0
        && !(event->modifiers() & Qt::ShiftModifier)) {
        selection_.setRange({});
        selection_.lockToken(dragFrom_);
    }
    drag_ = Drag::none;
}

void TimelineLanes::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) zoomToMessage(tokenAt(event->position().x()));
}

void TimelineLanes::leaveEvent(QEvent*)
{
    selection_.hoverToken(-1);
}

void TimelineLanes::wheelEvent(QWheelEvent* event)
{
    const QPointF turn = QPointF(event->angleDelta()) / 120.0;
    if (event->modifiers() == Qt::NoModifier && std::abs(turn.x()) > std::abs(turn.y()))
        return pan(-turn.x() * 0.1);
    const double notches = turn.y() != 0.0 ? turn.y() : turn.x();
    const double strength = event->modifiers() & Qt::ControlModifier ? 0.25
        : event->modifiers() & Qt::ShiftModifier                     ? 3.0
                                                                     : 1.0;
    const double around = axis_.first()
        + (event->position().x() - plot().left()) / std::max(1, plot().width()) * axis_.span();
    axis_.zoom(around, std::pow(kZoomStep, notches * strength));
    moveAxis();
}

void TimelineLanes::keyPressEvent(QKeyEvent* event)
{
    event->ignore(); // the keys of the window do all that a slider's would, in all views alike
}

} // namespace mixscope
