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
    /// bound: see Attend; the length that the launches of this call are made for.
    Pass(Backend& backend, Arena& arena, Capture& capture, Trace& trace, TensorView pos,
         std::int64_t position, std::int64_t bound)
        : backend_(backend)
        , arena_(arena)
        , capture_(capture)
        , trace_(trace)
        , pos_(pos)
        , position_(position)
        , bound_(bound)
    {
    }

    Backend& backend() { return backend_; }
    /// Position of the first token of the call, on the device; and the same on the host.
    const TensorView& pos() const { return pos_; }
    std::int64_t position() const { return position_; }
    std::int64_t bound() const { return bound_; }
    int layer() const { return layer_; }
    /// Layers count -1 (embedding), 0 … L-1, L (final norm and head), L + 1 (the end).
    void begin_layer(int layer)
    {
        layer_ = layer;
        backend_.begin_part(layer + 1);
    }

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
        trace_.op_done(Op::name, layer_, cost(op), growth(op));
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

    /// Where an op writes what a point shows: scratch, or on a device the memory that keeps it for
    /// the point if it is wanted. [tokens, width].
    TensorView output(Probe probe, std::int64_t tokens, std::int64_t width,
                      DType dtype = DType::f32)
    {
        TensorView kept = capture_.room(probe, layer_);
        if (!kept) return arena_.take(dtype, tokens, width);
        kept.dtype = dtype;
        return kept;
    }
    /// The same for attention weights, [heads, tokens, position + tokens].
    TensorView attention_output(std::int64_t heads, std::int64_t tokens)
    {
        const TensorView kept = capture_.attention_room(layer_, position_ + tokens);
        return kept ? kept : scratch(heads, tokens, position_ + tokens);
    }

    /// A point: takes `v` if it is wanted in this layer. v: [T, …] f32 or i32.
    void probe(Probe probe, const TensorView& v, float scale = 1.0F)
    {
        if (!capture_.wants(probe, layer_)) [[likely]] return;
        capture_.store(probe, layer_, v, scale);
        trace_.probe_done();
    }
    void probe_attention(const TensorView& probs)
    {
        capture_.store_attention(layer_, probs);
        trace_.probe_done();
    }
    void probe_state(const TensorView& state)
    {
        if (!capture_.wants(Probe::state, layer_)) [[likely]] return;
        capture_.store_state(layer_, state);
        trace_.probe_done();
    }

private:
    /// What one more token in the past would add to the cost.
    template <class Op>
    static Cost growth([[maybe_unused]] Op op)
    {
        if constexpr (requires { op.length; }) {
            const Cost now = cost(op);
            ++op.length;
            const Cost longer = cost(op);
            return {longer.bytes - now.bytes, longer.flops - now.flops};
        } else {
            return {};
        }
    }

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
    std::int64_t bound_;
    int layer_ = -1;
};

} // namespace mixscope
