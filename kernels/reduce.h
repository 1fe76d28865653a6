#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// out[t, r] = sqrt(sum_i x[t, r, i]^2)
///
/// x: [T, R, n] f32, may be strided. out: [T, R] f32.
struct L2Norm {
    static constexpr const char* name = "l2_norm";
    TensorView x, out;
};

/// out[t, r] = mean_i |SiLU(x[t, r, i])|: how far an output gate is open
///
/// x: [T, R, n] f32, may be strided. out: [T, R] f32.
struct MeanAbsSilu {
    static constexpr const char* name = "mean_abs_silu";
    TensorView x, out;
};

/// out[t, h] = dt[t, h] * b_norm[t, h / (H / G)] * x_norm[t, h]: the norm of what Mamba-2 writes
///
/// dt, x_norm, out: [T, H] f32. b_norm: [T, G] f32.
struct WriteStrength {
    static constexpr const char* name = "write_strength";
    TensorView dt, b_norm, x_norm, out;
};

Cost cost(const L2Norm& op);
Cost cost(const MeanAbsSilu& op);
Cost cost(const WriteStrength& op);
const char* problem(const L2Norm& op);
const char* problem(const MeanAbsSilu& op);
const char* problem(const WriteStrength& op);

namespace cpu {
void run(const L2Norm& op, CpuContext& context);
void run(const MeanAbsSilu& op, CpuContext& context);
void run(const WriteStrength& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
