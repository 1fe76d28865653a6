#pragma once

#include "test_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace mixscope {

/// Every element of `actual` is within `tolerance` * max |expected| of its twin. The views have
/// the same shape. NaN and infinities only match themselves.
inline testing::AssertionResult near(const TensorView& actual, const TensorView& expected,
                                     double tolerance)
{
    double largest = 0;
    for (std::int64_t i = 0; i < expected.count(); ++i) {
        largest = std::max(largest, std::fabs(element(expected, i)));
    }
    for (std::int64_t i = 0; i < expected.count(); ++i) {
        const double a = element(actual, i);
        const double e = element(expected, i);
        const bool same = a == e || (std::isnan(a) && std::isnan(e));
        if (!same && !(std::fabs(a - e) <= tolerance * largest)) {
            return testing::AssertionFailure()
                << "element " << i << " is " << a << ", expected " << e << ", off by "
                << std::fabs(a - e) / largest << " of the largest";
        }
    }
    return testing::AssertionSuccess();
}

} // namespace mixscope
