#pragma once

#include "ui/engine_port.h"

#include <string>
#include <utility>
#include <vector>

namespace mixscope {

/// An engine that keeps what it was asked and says what a test tells it to.
class FakeEngine final : public EnginePort {
public:
    void open(const std::filesystem::path& folder) override { opened.push_back(folder.string()); }
    Result<ModelPlan> plan(const std::filesystem::path& folder) const override
    {
        ModelPlan plan = planned;
        plan.info.path = folder.string();
        if (plan.info.layers.empty())
            return Error {ErrorCode::not_found, folder.string() + " holds no model", "Look."};
        return plan;
    }
    void cancelOpen() override { ++cancels; }
    void generate(GenerateRequest request) override { requests.push_back(std::move(request)); }
    void stop() override { ++stops; }
    void setProbes(ProbeRequest request) override { probes = request; }
    void setPace(double tokensPerSecond) override { pace = tokensPerSecond; }
    void setPaused(bool value) override { paused = value; }
    void step() override { ++steps; }
    void recomputeAttention(int layer) override { recomputed.push_back(layer); }
    void drain(std::vector<Event>& out) override
    {
        std::move(events.begin(), events.end(), std::back_inserter(out));
        events.clear();
    }
    std::optional<StateFrame> takeState() override { return std::exchange(state, std::nullopt); }

    ModelPlan planned; ///< of every folder; no layers: it is no model
    std::vector<std::string> opened;
    std::vector<GenerateRequest> requests;
    std::vector<int> recomputed;
    std::vector<Event> events;
    std::optional<StateFrame> state;
    ProbeRequest probes;
    double pace = -1.0;
    bool paused = false;
    int stops = 0;
    int steps = 0;
    int cancels = 0;
};

/// A batch of tokens with these texts, nothing captured.
inline TokenBatch batchOf(int first, const std::vector<std::string>& texts, bool prefill)
{
    TokenBatch batch;
    batch.first_position = first;
    batch.prefill = prefill;
    batch.layout = std::make_shared<CaptureLayout>();
    batch.wall_ms = 1.0F;
    for (const std::string& text : texts) {
        TokenInfo token;
        token.id = int(first + batch.tokens.size());
        token.special = text.starts_with("<|");
        (token.special ? token.piece : token.text) = text;
        if (!token.special) token.piece = text;
        batch.tokens.push_back(token);
    }
    return batch;
}

} // namespace mixscope
