#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// k_cache[pos + t] = k[t],  v_cache[pos + t] = v[t]
///
/// k, v: [T, Hkv, head_dim] f32, may be strided. pos: [1] i32.
/// k_cache, v_cache: [capacity, Hkv, head_dim] f32/f16/bf16; pos + T <= capacity.
struct KvAppend {
    static constexpr const char* name = "kv_append";
    TensorView k, v, pos, k_cache, v_cache;
};

/// Causal attention of T new queries over the pos + T keys in the cache.
///
/// out[t, h] = sum_s softmax_s(scale * q[t, h] · k[s, h / (Hq / Hkv)]) * v[s, ...], s <= pos + t
/// q, out: [T, Hq, head_dim] f32, may be strided. k_cache, v_cache: as KvAppend, already holding
/// the new keys. pos: [1] i32, position of q[0]. `length` = pos + T, known to the host.
/// probs, optional: [Hq, T, length] f32, may be strided, softmax weights, 0 where s > pos + t.
/// bound, optional: the largest length that the same launch is repeated for (a recorded step). The
/// result depends on it in rounding only: the GPU cuts the keys into parts by it.
/// window > 0: only keys s > pos + t - window are seen. Softmax in f32, maximum subtracted.
/// Source: Vaswani et al., arXiv:1706.03762; grouped queries: Ainslie et al., arXiv:2305.13245.
struct Attend {
    static constexpr const char* name = "attend";
    TensorView q, k_cache, v_cache, pos, out, probs {};
    std::int64_t length = 0;
    std::int64_t window = 0;
    float scale = 1.0F;
    std::int64_t bound = 0;
};

Cost cost(const KvAppend& op);
Cost cost(const Attend& op);
const char* problem(const KvAppend& op);
const char* problem(const Attend& op);

namespace cpu {
void run(const KvAppend& op, CpuContext& context);
void run(const Attend& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
