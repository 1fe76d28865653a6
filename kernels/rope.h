#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// Rotates the pairs (i, i + r/2) of each head by angle (pos + t) * inv_freq[i]; half-rotation
/// ("NeoX") layout. Elements from r on pass through; r = 2 * size of inv_freq.
///
/// x: [T, H, head_dim] f32, read and replaced, may be strided. pos: [1] i32, position of x[0].
/// inv_freq: [r/2] f32. cos and sin are multiplied by `attention_factor`.
/// Source: Su et al., "RoFormer", arXiv:2104.09864.
struct Rope {
    static constexpr const char* name = "rope";
    TensorView x, pos, inv_freq;
    float attention_factor = 1.0F;
};

Cost cost(const Rope& op);
const char* problem(const Rope& op);

namespace cpu {
void run(const Rope& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
