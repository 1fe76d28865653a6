#pragma once

#include <array>
#include <vector>

namespace mixscope {

/// The range of one lane: 1st to 99th percentile of its values, locked. It widens in steps when
/// values leave it and never follows a single frame.
class LockedRange {
public:
    /// Looks at all values so far (NaN ignored). True when the range changed.
    bool widen(const std::vector<float>& values);
    void unlock() { known_ = false; }
    float low() const { return low_; }
    float high() const { return high_; }

private:
    bool known_ = false;
    float low_ = 0.0F;
    float high_ = 1.0F;
};

} // namespace mixscope
