#pragma once

#include "engine/backend.h"
#include "engine/capture.h"
#include "engine/trace.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace mixscope {

/// What the launches of a decode step depend on, besides what lies in device memory.
struct StepKey {
    std::int64_t bound = 0; ///< the context is shorter than this
    std::vector<ProbeBits> wanted; ///< by layer
    std::uint64_t memory = 0; ///< changes when scratch or the memory of probes moves
    bool operator==(const StepKey&) const = default;
};

/// A decode step as a device runs it again.
struct RecordedStep {
    StepKey key;
    std::unique_ptr<Recording> recording;
    TensorView logits;
    std::vector<Capture::Kept> kept;
    Trace::Recorded trace;
};

/// The recorded steps of one session. A step runs op by op when its key is met for the first
/// time, which also settles its memory, and is recorded when it is met again. Engine thread only.
class DecodeSteps {
public:
    /// Null: there is none with this key.
    RecordedStep* find(const StepKey& key)
    {
        for (RecordedStep& step : steps_) {
            if (step.key == key) return &step;
        }
        return nullptr;
    }

    /// Whether a step with this key ran before; it has from now on.
    bool met(const StepKey& key)
    {
        const bool again = key == last_;
        last_ = key;
        return again;
    }

    RecordedStep& add(RecordedStep step)
    {
        constexpr std::size_t kMost = 8; // each keeps some device memory
        if (steps_.size() == kMost) steps_.pop_front();
        steps_.push_back(std::move(step));
        return steps_.back();
    }

private:
    std::deque<RecordedStep> steps_; ///< oldest first
    StepKey last_;
};

} // namespace mixscope
