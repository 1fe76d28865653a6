#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// Selection gates of Mamba-2:
/// dt[t, h] = clamp(softplus(dt_raw[t, h] + dt_bias[h]), dt_min, dt_max)
/// keep[t, h] = exp(-dt[t, h] * exp(a_log[h]))
///
/// dt_raw: [T, H] f32, may be strided. dt_bias, a_log: [H] f32/f16/bf16. dt, keep: [T, H] f32.
struct SsdGates {
    static constexpr const char* name = "ssd_gates";
    TensorView dt_raw, dt_bias, a_log, dt, keep;
    float dt_min = 0.0F;
    float dt_max = 3.0e38F;
};

/// The state-space recurrence of Mamba-2, per head h with group g = h / (H / G):
/// S <- keep[t, h] * S + dt[t, h] * x[t, h] ⊗ b[t, g];   out[t, h] = S · c[t, g] + d[h] * x[t, h]
///
/// x: [T, H, P], b, c: [T, G, N] f32, may be strided. dt, keep: [T, H] f32. d: [H].
/// state: [H, P, N] f32, read and replaced. out: [T, H, P] f32.
/// state_norm, optional [T, H]: ‖S_t‖ (Frobenius) after token t.
/// state_change, optional [T, H]: ‖S_t - S_{t-1}‖ / ‖S_t‖ (0 where ‖S_t‖ is 0).
/// Sums in f32. T = 1 is the decode step; longer T may use the chunked form.
/// Source: Dao and Gu, "Transformers are SSMs", arXiv:2405.21060.
struct SsdScan {
    static constexpr const char* name = "ssd_scan";
    TensorView x, b, c, dt, keep, d, state, out, state_norm {}, state_change {};
};

Cost cost(const SsdGates& op);
Cost cost(const SsdScan& op);
const char* problem(const SsdGates& op);
const char* problem(const SsdScan& op);

namespace cpu {
void run(const SsdGates& op, CpuContext& context);
void run(const SsdScan& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
