#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// out[t, c] = SiLU(bias[c] + sum_k weight[c, k] * x[t - (K-1) + k, c])
///
/// x, out: [T, C] f32, may be strided, must not alias. weight: [C, K], tap K-1 is the newest.
/// bias: [C], optional. weight and bias: f32/f16/bf16. state: [C, K-1] f32, the inputs before
/// x[0], oldest first; replaced by the last K-1 inputs (a short chunk shifts it).
struct CausalConv1d {
    static constexpr const char* name = "conv1d";
    TensorView x, weight, bias {}, state, out;
};

Cost cost(const CausalConv1d& op);
const char* problem(const CausalConv1d& op);

namespace cpu {
void run(const CausalConv1d& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
