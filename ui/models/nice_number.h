#pragma once

#include <cmath>
#include <initializer_list>

namespace mixscope {

/// The next of 1, 2, 5, 10, … × 10^n that is not smaller than a positive value: what an axis that
/// must hold still ends at.
inline double niceAbove(double value)
{
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (value <= step * power) return step * power;
    }
    return 10.0 * power;
}

} // namespace mixscope
