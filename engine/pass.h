#pragma once

#include "engine/arena.h"
#include "engine/backend.h"
#include "engine/capture.h"
#include "engine/trace.h"

#include <stdexcept>
#include <string>

namespace mixscope {

/// One forward call: where ops run, what is looked at, what is timed. Checks, timing and tracing
/// are written here once for all ops. Lives on the engine thread for the length of the call.
class Pass {
public:
    Pass(Backend& backend, Arena& arena, Capture& capture, Trace& trace, TensorView pos,
         std::int64_t position)
        : backend_(backend)
        , arena_(arena)
        , capture_(capture)
        , trace_(trace)
        , pos_(pos)
        , position_(position)
    {
    }

    Backend& backend() { return backend_; }
    /// Position of the first token of the call, on the device; and the same on the host.
    const TensorView& pos() const { return pos_; }
    std::int64_t position() const { return position_; }
    int layer() const { return layer_; }
    void begin_layer(int layer) { layer_ = layer; }

    template <class... Sizes>
    TensorView scratch(Sizes... sizes)
    {
        return arena_.take(DType::f32, sizes...);
    }
    template <class... Sizes>
    TensorView scratch_i32(Sizes... sizes)
    {
        return arena_.take(DType::i32, sizes...);
    }
    Arena& arena() { return arena_; }

    /// Runs one op of the model.
    template <class Op>
    void run(const Op& op)
    {
        check(op);
        backend_.run(op);
        trace_.op_done(Op::name, layer_, cost(op));
    }

    bool wants(Probe probe) const { return capture_.wants(probe, layer_); }
    ProbeBits wanted() const { return capture_.wanted(layer_); }

    /// Runs an op that only serves looking; its time is booked as such.
    template <class Op>
    void observe(const Op& op)
    {
        check(op);
        backend_.run(op);
        trace_.probe_done();
    }

    /// A point: takes `v` if it is wanted in this layer. v: [T, …] f32 or i32.
    void probe(Probe probe, const TensorView& v, float scale = 1.0F)
    {
        if (!capture_.wants(probe, layer_)) [[likely]] return;
        capture_.store(probe, layer_, v, scale, backend_);
        trace_.probe_done();
    }
    void probe_attention(const TensorView& probs)
    {
        capture_.store_attention(layer_, probs, backend_);
        trace_.probe_done();
    }
    void probe_state(const TensorView& state)
    {
        if (!capture_.wants(Probe::state, layer_)) [[likely]] return;
        capture_.store_state(layer_, state, backend_);
        trace_.probe_done();
    }

private:
    template <class Op>
    static void check(const Op& op)
    {
        if (const char* wrong = problem(op); wrong != nullptr) [[unlikely]] {
            throw std::logic_error(std::string(Op::name) + ": " + wrong);
        }
    }

    Backend& backend_;
    Arena& arena_;
    Capture& capture_;
    Trace& trace_;
    TensorView pos_;
    std::int64_t position_;
    int layer_ = -1;
};

} // namespace mixscope
