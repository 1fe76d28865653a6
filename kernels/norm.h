#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// out[t] = weight * x[t] / sqrt(mean(x[t]^2) + eps)
///
/// x, out: [T, d] f32, may alias. weight: [d] f32/f16/bf16.
/// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", arXiv:1910.07467.
struct RmsNorm {
    static constexpr const char* name = "rmsnorm";
    TensorView x, weight, out;
    float eps = 1e-5F;
};

/// x += scale * y;  out = RmsNorm(x)        (the residual stream takes a block's output)
///
/// x, y, out: [T, d] f32; x is read and replaced. weight: [d].
struct AddRmsNorm {
    static constexpr const char* name = "add_rmsnorm";
    TensorView x, y, weight, out;
    float scale = 1.0F;
    float eps = 1e-5F;
};

/// out = RmsNorm over each of `groups` equal parts of the row of  x * SiLU(gate)
///
/// x, gate, out: [T, d] f32; x and out may alias; gate may be a strided slice. weight: [d].
/// Source: Dao and Gu, "Transformers are SSMs", arXiv:2405.21060 (gate before norm).
struct GatedRmsNorm {
    static constexpr const char* name = "gated_rmsnorm";
    TensorView x, gate, weight, out;
    float eps = 1e-5F;
    int groups = 1;
};

Cost cost(const RmsNorm& op);
Cost cost(const AddRmsNorm& op);
Cost cost(const GatedRmsNorm& op);
const char* problem(const RmsNorm& op);
const char* problem(const AddRmsNorm& op);
const char* problem(const GatedRmsNorm& op);

namespace cpu {
void run(const RmsNorm& op, CpuContext& context);
void run(const AddRmsNorm& op, CpuContext& context);
void run(const GatedRmsNorm& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
