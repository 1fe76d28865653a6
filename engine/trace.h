#pragma once

#include "engine/token_batch.h"
#include "kernels/cost.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace mixscope {

/// Times the ops of one forward call: every op ends where the next begins, so the parts sum to
/// the whole. Off: records nothing. Engine thread only.
class Trace {
public:
    using Clock = std::chrono::steady_clock;

    /// Layers count -1 (embedding), 0 … L-1, L (final norm and head).
    void begin(int n_layers, bool on)
    {
        on_ = on;
        if (!on_) return;
        ops_.clear();
        layer_us_.assign(std::size_t(n_layers) + 2, 0.0F);
        probe_us_ = 0.0F;
        last_ = Clock::now();
    }

    void op_done(const char* name, int layer, Cost cost)
    {
        if (!on_) return;
        const float us = lap();
        layer_us_[std::size_t(layer + 1)] += us;
        ops_.push_back({name, std::int16_t(layer), us, cost.bytes, cost.flops});
    }

    /// What was spent since the last lap went into looking, not into the model.
    void probe_done()
    {
        if (on_) probe_us_ += lap();
    }

    const std::vector<OpTime>& ops() const { return ops_; }
    const std::vector<float>& layer_us() const { return layer_us_; }
    float probe_us() const { return probe_us_; }

private:
    float lap()
    {
        const Clock::time_point now = Clock::now();
        const float us = std::chrono::duration<float, std::micro>(now - last_).count();
        last_ = now;
        return us;
    }

    bool on_ = false;
    std::vector<OpTime> ops_;
    std::vector<float> layer_us_;
    float probe_us_ = 0.0F;
    Clock::time_point last_;
};

} // namespace mixscope
