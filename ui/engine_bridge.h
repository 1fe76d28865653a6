#pragma once

#include "engine/engine_thread.h"
#include "ui/engine_port.h"

namespace mixscope {

/// The real engine, on its own thread, behind the port that the window talks to. Owned by the
/// program; UI thread only.
class EngineBridge final : public EnginePort {
public:
    explicit EngineBridge(EngineOptions options)
        : options_(options)
        , engine_(std::move(options))
    {
    }

    void open(const std::filesystem::path& folder) override { engine_.open(folder); }
    Result<ModelPlan> plan(const std::filesystem::path& folder) const override
    {
        return plan_model(folder, options_);
    }
    void cancelOpen() override { engine_.cancel_open(); }
    void generate(GenerateRequest request) override { engine_.generate(std::move(request)); }
    void stop() override { engine_.stop(); }
    void setProbes(ProbeRequest request) override { engine_.set_probes(request); }
    void setPace(double tokensPerSecond) override { engine_.set_pace(tokensPerSecond); }
    void setPaused(bool paused) override { engine_.set_paused(paused); }
    void step() override { engine_.step(); }
    void recomputeAttention(int layer) override { engine_.recompute_attention(layer); }
    void drain(std::vector<Event>& out) override { engine_.drain(out); }
    std::optional<StateFrame> takeState() override { return engine_.take_state(); }

private:
    const EngineOptions options_;
    EngineThread engine_;
};

} // namespace mixscope
