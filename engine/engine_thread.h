#pragma once

#include "engine/engine_options.h"
#include "engine/events.h"
#include "engine/generate_request.h"
#include "engine/latest.h"
#include "engine/probe.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mixscope {

/// The thread that owns model, session and backend. All functions may be called from one other
/// thread (the UI's); they return at once. Results come back as events, in order and without
/// loss; drain them about 30 times a second.
class EngineThread {
public:
    explicit EngineThread(EngineOptions options);
    ~EngineThread(); ///< cancels what is running and joins
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// Opens a model folder; the present model stays until the new one is complete.
    void open(std::filesystem::path folder);
    /// Stops loading; the present model stays.
    void cancel_open();
    void generate(GenerateRequest request);
    /// Stops the reply within one token or one prefill chunk; `Finished{cancelled}` follows.
    void stop();
    /// Takes effect between two tokens. A newer request replaces a queued one.
    void set_probes(ProbeRequest request);
    /// Tokens per second at most; 0: full speed. Takes effect between two tokens.
    void set_pace(double tokens_per_s);
    /// While paused no token is computed; step() lets one through.
    void set_paused(bool paused);
    void step();
    /// Computes the attention rows of `layer` again for all tokens so far (a second session, the
    /// conversation is untouched); batches with `recomputed` and then `Recomputed` follow.
    void recompute_attention(int layer);

    /// Moves the events since the last call to the end of `out`; never waits for the engine.
    void drain(std::vector<Event>& out);
    /// The newest state picture of the focused head, if there is a new one.
    std::optional<StateFrame> take_state();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mixscope
