#pragma once

#include "engine/events.h"
#include "engine/generate_request.h"
#include "engine/model_plan.h"
#include "engine/probe.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace mixscope {

/// What the window asks of an engine and what it hears from it. Commands return at once; answers
/// come back through drain(). Same meaning as the functions of EngineThread. UI thread only.
class EnginePort {
public:
    virtual ~EnginePort() = default;

    virtual void open(const std::filesystem::path& folder) = 0;
    /// As plan_model(): waits for files. The only function for other threads too.
    virtual Result<ModelPlan> plan(const std::filesystem::path& folder) const = 0;
    virtual void cancelOpen() = 0;
    virtual void generate(GenerateRequest request) = 0;
    virtual void stop() = 0;
    virtual void setProbes(ProbeRequest request) = 0;
    virtual void setPace(double tokensPerSecond) = 0;
    virtual void setPaused(bool paused) = 0;
    virtual void step() = 0;
    virtual void recomputeAttention(int layer) = 0;

    virtual void drain(std::vector<Event>& out) = 0;
    virtual std::optional<StateFrame> takeState() = 0;
};

} // namespace mixscope
