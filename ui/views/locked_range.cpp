#include "ui/views/locked_range.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

bool LockedRange::widen(const std::vector<float>& values)
{
    std::vector<float> known;
    known.reserve(values.size());
    for (const float v : values) {
        if (!std::isnan(v)) known.push_back(v);
    }
    if (known.empty()) return false;
    const auto percentile = [&](double part) {
        const auto at = known.begin() + std::ptrdiff_t(part * double(known.size() - 1));
        std::nth_element(known.begin(), at, known.end());
        return *at;
    };
    const float low = percentile(0.01), high = percentile(0.99);
    if (known_ && low >= low_ && high <= high_) return false;
    // A tenth of slack on the side that moved, so that a slow drift does not rescale every frame.
    const float slack = 0.1F * std::max(high - low, 1e-6F);
    if (!known_) {
        low_ = low;
        high_ = high;
    } else {
        if (low < low_) low_ = low - slack;
        if (high > high_) high_ = high + slack;
    }
    if (low >= 0.0F) low_ = std::max(low_, 0.0F);
    if (high_ <= low_) high_ = low_ + 1e-6F + std::abs(low_) * 1e-3F;
    known_ = true;
    return true;
}

bool RangeClock::due(int tokens)
{
    if (tokens <= 0) return false;
    if (looked_ > 0 && (looked_ >= kSettled || tokens < looked_ + std::max(8, looked_ / 8)))
        return false;
    looked_ = tokens;
    return true;
}

} // namespace mixscope
