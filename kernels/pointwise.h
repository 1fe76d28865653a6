#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// out[t] = scale * table[ids[t]]
///
/// ids: [T] i32, each in [0, V). table: [V, d] f32/f16/bf16. out: [T, d] f32.
struct Embed {
    static constexpr const char* name = "embed";
    TensorView ids, table, out;
    float scale = 1.0F;
};

/// x += scale * y
///
/// x, y: [T, d] f32; x is read and replaced.
struct AddScaled {
    static constexpr const char* name = "add";
    TensorView x, y;
    float scale = 1.0F;
};

/// out[t, i] = SiLU(gate_up[t, i]) * gate_up[t, I + i], SiLU(v) = v / (1 + exp(-v))
///
/// gate_up: [T, 2 I] f32, gate first. out: [T, I] f32.
/// Source: Shazeer, "GLU Variants Improve Transformer", arXiv:2002.05202.
struct SwiGlu {
    static constexpr const char* name = "swiglu";
    TensorView gate_up, out;
};

Cost cost(const Embed& op);
Cost cost(const AddScaled& op);
Cost cost(const SwiGlu& op);
const char* problem(const Embed& op);
const char* problem(const AddScaled& op);
const char* problem(const SwiGlu& op);

namespace cpu {
void run(const Embed& op, CpuContext& context);
void run(const AddScaled& op, CpuContext& context);
void run(const SwiGlu& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
