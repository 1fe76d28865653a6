#include "ui/models/timeline_axis.h"

#include "ui/plot/plot_map.h"

#include <algorithm>

namespace mixscope {

namespace {
constexpr double kShortest = 8.0; // tokens across at the closest zoom
constexpr double kLeast = 64.0; // a short conversation does not fill the strip
constexpr double kAhead = 0.1; // part of the window left free for tokens to come
} // namespace

double TimelineAxis::extent() const
{
    return std::max(kLeast, steppedExtent(tokens_));
}

void TimelineAxis::clamp()
{
    span_ = std::clamp(span_, kShortest, extent());
    first_ = std::clamp(first_, 0.0, extent() - span_);
    if (span_ >= extent()) zoomed_ = false;
}

void TimelineAxis::setTokens(int tokens, bool follow)
{
    tokens_ = tokens;
    if (!zoomed_) return fit();
    if (follow && tokens > first_ + span_) first_ = tokens - (1.0 - kAhead) * span_;
    clamp();
}

void TimelineAxis::zoom(double around, double factor)
{
    const double span = std::clamp(span_ / factor, kShortest, extent());
    first_ = around - (around - first_) * span / span_;
    span_ = span;
    zoomed_ = true;
    clamp();
}

void TimelineAxis::pan(double tokens)
{
    first_ += tokens;
    clamp();
}

void TimelineAxis::show(int first, int last)
{
    const double room = 0.04 * (last - first + 1);
    first_ = first - room;
    span_ = last + 1 - first + 2 * room;
    zoomed_ = true;
    clamp();
}

void TimelineAxis::reveal(int token)
{
    const double room = kAhead * span_;
    if (token < first_)
        first_ = token - room;
    else if (token + 1 > first_ + span_)
        first_ = token + 1 - span_ + room;
    clamp();
}

void TimelineAxis::fit()
{
    zoomed_ = false;
    first_ = 0.0;
    span_ = extent();
}

} // namespace mixscope
