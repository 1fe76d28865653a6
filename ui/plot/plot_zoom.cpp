#include "ui/plot/plot_zoom.h"

#include "ui/plot/plot_map.h"

#include <algorithm>

namespace mixscope {

namespace {
constexpr qint64 kOneStepMs = 400;

/// A window moved inside a whole that is at least as large, or clipped to one that is not.
QRectF inside(QRectF window, const QRectF& all)
{
    window.setSize(
        {std::min(window.width(), all.width()), std::min(window.height(), all.height())});
    window.moveLeft(std::clamp(window.left(), all.left(), all.right() - window.width()));
    window.moveTop(std::clamp(window.top(), all.top(), all.bottom() - window.height()));
    return window;
}

} // namespace

bool PlotZoom::setExtent(const QRectF& extent, bool follow)
{
    if (extent == extent_ && !(zoomed_ && follow)) return false;
    const QRectF before = window_;
    const bool onDiagonal =
        axes_ == (Qt::Horizontal | Qt::Vertical) && window_.right() >= window_.bottom() - 1.0;
    extent_ = extent;
    if (!zoomed_) {
        window_ = extent;
        return true;
    }
    if (follow) {
        if (axes_ & Qt::Vertical)
            window_.moveBottom(extent.bottom());
        else
            window_.moveRight(extent.right());
        if (onDiagonal) window_.moveRight(extent.right());
    }
    show(window_);
    return window_ != before;
}

void PlotZoom::show(const QRectF& window)
{
    window_ = inside(window, extent_);
    if (!(axes_ & Qt::Vertical)) {
        window_.setTop(extent_.top());
        window_.setBottom(extent_.bottom());
    }
    if (!(axes_ & Qt::Horizontal)) {
        window_.setLeft(extent_.left());
        window_.setRight(extent_.right());
    }
    zoomed_ = window_ != extent_;
}

void PlotZoom::zoomAt(QPointF around, double factor, qint64 nowMs)
{
    const auto [left, width] = zoomedSpan({window_.left(), window_.right()},
                                          {extent_.left(), extent_.right()}, around.x(), factor);
    const auto [top, height] = zoomedSpan({window_.top(), window_.bottom()},
                                          {extent_.top(), extent_.bottom()}, around.y(), factor);
    const QRectF before = window_, step = zoomed_ ? window_ : QRectF();
    show({left, top, width, height});
    if (window_ == before) return;
    if (nowMs - lastStepMs_ > kOneStepMs) remember(step);
    lastStepMs_ = nowMs;
}

void PlotZoom::toggleItem(QPointF at, QSizeF size)
{
    if (!item_.isEmpty() && item_ == window_ && back()) return;
    remember();
    show(around(at, size));
    item_ = window_;
}

void PlotZoom::centre(QPointF at, QSizeF size)
{
    if (!zoomed_) remember();
    show(around(at, zoomed_ ? window_.size() : size));
}

void PlotZoom::fit()
{
    if (zoomed_) remember();
    show(extent_);
}

bool PlotZoom::back()
{
    if (steps_.empty()) return false;
    const QRectF step = steps_.back();
    steps_.pop_back();
    lastStepMs_ = -1000;
    show(step.isEmpty() ? extent_ : step);
    return true;
}

void PlotZoom::remember()
{
    remember(zoomed_ ? window_ : QRectF());
}

void PlotZoom::remember(const QRectF& step)
{
    if (steps_.size() == kMostSteps) steps_.erase(steps_.begin());
    steps_.push_back(step);
}

QRectF PlotZoom::around(QPointF at, QSizeF size) const
{
    return {at.x() - size.width() / 2, at.y() - size.height() / 2, size.width(), size.height()};
}

} // namespace mixscope
