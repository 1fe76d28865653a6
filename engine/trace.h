#pragma once

#include "engine/token_batch.h"
#include "kernels/cost.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace mixscope {

/// Times the ops of one forward call: every op ends where the next begins, so the parts sum to
/// the whole. Off: records nothing. A device that runs behind the host notes itself when each layer
/// begins; what its ops cost is known, not how long each took. Engine thread only.
class Trace {
public:
    using Clock = std::chrono::steady_clock;

    /// Ops of a recorded step, as they were at `position`.
    struct Recorded {
        std::vector<OpTime> ops;
        std::vector<Cost> growth; ///< of each op for each later position
        std::int64_t position = 0;
    };

    /// Layers count -1 (embedding), 0 … L-1, L (final norm and head). behind: the device is.
    void begin(int n_layers, bool on, bool behind)
    {
        on_ = on;
        behind_ = behind;
        if (!on_ && !behind_) return;
        ops_.clear();
        growth_.clear();
        probe_us_ = 0.0F;
        layer_us_.assign(std::size_t(n_layers) + 2, 0.0F);
        if (behind_) return;
        last_ = Clock::now();
    }

    void op_done(const char* name, int layer, Cost cost, Cost growth)
    {
        if (behind_) {
            ops_.push_back({name, std::int16_t(layer), 0.0F, cost.bytes, cost.flops});
            growth_.push_back(growth);
            return;
        }
        if (!on_) return;
        const float us = lap();
        layer_us_[std::size_t(layer + 1)] += us;
        ops_.push_back({name, std::int16_t(layer), us, cost.bytes, cost.flops});
    }

    /// What was spent since the last lap went into looking, not into the model.
    void probe_done()
    {
        if (on_ && !behind_) probe_us_ += lap();
    }

    Recorded recorded(std::int64_t position) const { return {ops_, growth_, position}; }
    /// The ops of a recorded step that was run again.
    void repeat(const Recorded& step, std::int64_t position)
    {
        if (!on_) return;
        ops_ = step.ops;
        const auto later = std::uint64_t(position - step.position);
        for (std::size_t i = 0; i < ops_.size(); ++i) {
            ops_[i].bytes += later * step.growth[i].bytes;
            ops_[i].flops += later * step.growth[i].flops;
        }
    }

    /// When each layer of the call began and the last one ended, on the device: L + 3 times of
    /// 64 bits in nanoseconds.
    void take_times(const std::byte* ns)
    {
        std::vector<std::uint64_t> begin(layer_us_.size() + 1);
        std::memcpy(begin.data(), ns, begin.size() * sizeof(std::uint64_t));
        for (std::size_t i = 0; i < layer_us_.size(); ++i) {
            layer_us_[i] = float(double(begin[i + 1] - begin[i]) / 1000.0);
        }
    }

    /// Whether the times of single ops are known.
    bool has_op_times() const { return on_ && !behind_; }

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
    bool behind_ = false;
    std::vector<OpTime> ops_;
    std::vector<Cost> growth_;
    std::vector<float> layer_us_;
    float probe_us_ = 0.0F;
    Clock::time_point last_;
};

} // namespace mixscope
