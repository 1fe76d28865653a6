#pragma once

#include <vector>

namespace mixscope {

/// The range of one lane: 1st to 99th percentile of its values, locked. Its owner asks it to widen
/// while the first values come in; it never follows a single frame.
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

/// When locked ranges are looked at: more and more rarely while the first tokens come in, and not
/// again after that, so that no later token changes what a colour means. restart() fits anew.
class RangeClock {
public:
    static constexpr int kSettled = 128; ///< tokens after which ranges hold

    /// True when ranges should be looked at with this many tokens.
    bool due(int tokens);
    void restart() { looked_ = 0; }

private:
    int looked_ = 0; ///< tokens there were when ranges were last looked at
};

} // namespace mixscope
