#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// out[t] = scale * (w · x[t] + bias)
///
/// x: [T, K] f32, rows may be strided. w: [N, K] f32/f16/bf16, contiguous. bias: [N], optional.
/// out: [T, N] f32, rows may be strided. T = 1 is a matrix-vector product.
/// Activations keep f32 accuracy: where bf16 units do the work, x is split into a bf16 high and
/// low part and both are multiplied. K is summed in f32.
struct Matmul {
    static constexpr const char* name = "matmul";
    TensorView x, w, bias {}, out;
    float scale = 1.0F;
};

Cost cost(const Matmul& op);
const char* problem(const Matmul& op);

namespace cpu {
void run(const Matmul& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
