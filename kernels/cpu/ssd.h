#pragma once

#include "../scan.h"
#include "rows.h"

namespace mixscope::cpu {

template <class V>
void ssd_gates(const SsdGates& op, Index begin, Index end)
{
    for_each_piece<V>(op.dt_raw.shape[1], [&](Index h, Index n) {
        const auto bias = load_n<V>(op.dt_bias, h, n);
        const auto rate = exp<V>(load_n<V>(op.a_log, h, n));
        for (Index t = begin; t < end; ++t) {
            const auto raw = load_n<V>(row_at<V>(op.dt_raw, t) + h, n);
            const auto step = softplus<V>(raw + bias);
            const auto dt = V::max(V::set(op.dt_min), V::min(V::set(op.dt_max), step));
            store_n<V>(row_at<V>(op.dt, t) + h, dt, n);
            store_n<V>(row_at<V>(op.keep, t) + h, exp<V>(V::zero() - dt * rate), n);
        }
    });
}

/// Sums over the elements of a head's state after one token.
template <class V>
struct StateSums {
    typename V::Reg norm2 = V::zero(); ///< s^2
    typename V::Reg change2 = V::zero(); ///< (s - s before)^2
};

/// R rows of a head's state, one token: s <- keep s + dt x b, returns s · c for each row in y.
/// kProbed: also adds up what state_norm and state_change need.
template <class V, int R, bool kProbed>
void step_rows(float* state, Index n, float keep, const float* write, const float* b, const float* c,
               float* y, StateSums<V>& sums)
{
    using Reg = typename V::Reg;
    const Reg keeps = V::set(keep);
    Reg writes[R];
    Reg dots[R];
    Reg norm2[R];
    Reg change2[R];
    for (int r = 0; r < R; ++r) {
        writes[r] = V::set(write[r]);
        dots[r] = norm2[r] = change2[r] = V::zero();
    }
    for_each_piece<V>(n, [&](Index i, Index count) __attribute__((always_inline)) {
        const Reg bs = load_n<V>(b + i, count);
        const Reg cs = load_n<V>(c + i, count);
        for (int r = 0; r < R; ++r) {
            float* s = state + r * n + i;
            const Reg before = load_n<V>(s, count);
            const Reg after = V::fma(writes[r], bs, keeps * before);
            store_n<V>(s, after, count);
            dots[r] = V::fma(after, cs, dots[r]);
            if constexpr (kProbed) {
                norm2[r] = V::fma(after, after, norm2[r]);
                change2[r] = V::fma(after - before, after - before, change2[r]);
            }
        }
    });
    for (int r = 0; kProbed && r < R; ++r) {
        sums.norm2 = sums.norm2 + norm2[r];
        sums.change2 = sums.change2 + change2[r];
    }
    if constexpr (R == 4) {
        V::store_sums(y, dots[0], dots[1], dots[2], dots[3]);
    } else {
        for (int r = 0; r < R; ++r) y[r] = V::sum(dots[r]);
    }
}

/// Rows [begin, end) of head h over all tokens, while the state stays in the nearest cache.
template <class V, bool kProbed>
void scan_rows(const SsdScan& op, Index h, Index begin, Index end, float skip)
{
    constexpr int kRows = kProbed ? V::kProbedRows : 4; // three sums a row instead of one
    const Index n = op.b.shape[2];
    const Index group = h / (op.x.shape[1] / op.b.shape[1]);
    float* state = static_cast<float*>(op.state.data) + h * op.x.shape[2] * n;
    for (Index t = 0; t < op.x.shape[0]; ++t) {
        const float* x = row_at<V>(op.x, t, h);
        const float* b = row_at<V>(op.b, t, group);
        const float* c = row_at<V>(op.c, t, group);
        float* out = row_at<V>(op.out, t, h);
        const float keep = row_at<V>(op.keep, t)[h];
        const float dt = row_at<V>(op.dt, t)[h];
        StateSums<V> sums;
        Index p = begin;
        for (; p + kRows <= end; p += kRows) {
            float write[kRows];
            for (Index i = 0; i < kRows; ++i) write[i] = dt * x[p + i];
            step_rows<V, kRows, kProbed>(state + p * n, n, keep, write, b, c, out + p, sums);
            for (Index i = p; i < p + kRows; ++i) out[i] += skip * x[i];
        }
        for (; p < end; ++p) {
            const float write = dt * x[p];
            step_rows<V, 1, kProbed>(state + p * n, n, keep, &write, b, c, out + p, sums);
            out[p] += skip * x[p];
        }
        if constexpr (kProbed) {
            const float norm2 = V::sum(sums.norm2);
            const float change2 = V::sum(sums.change2);
            if (op.state_norm.data != nullptr) row_at<V>(op.state_norm, t)[h] = __builtin_sqrtf(norm2);
            if (op.state_change.data != nullptr) {
                row_at<V>(op.state_change, t)[h] = norm2 > 0.0F ? __builtin_sqrtf(change2 / norm2) : 0.0F;
            }
        }
    }
}

/// d[h]
template <class V>
float skip_of(const SsdScan& op, Index h)
{
    if (op.d.dtype == DType::f16) return V::scalar(static_cast<const Half*>(op.d.data)[h]);
    if (op.d.dtype == DType::bf16) return V::scalar(static_cast<const BFloat16*>(op.d.data)[h]);
    return static_cast<const float*>(op.d.data)[h];
}

/// Rows [begin, end) of the H * P rows of all heads; whole heads where the state is probed.
template <class V>
void ssd_scan(const SsdScan& op, Index begin, Index end)
{
    const bool probed = op.state_norm.data != nullptr || op.state_change.data != nullptr;
    const Index rows = op.x.shape[2];
    while (begin < end) {
        const Index h = begin / rows;
        const Index first = begin - h * rows;
        const Index last = end - h * rows < rows ? end - h * rows : rows;
        const float skip = skip_of<V>(op, h);
        if (probed) {
            scan_rows<V, true>(op, h, first, last, skip);
        } else {
            scan_rows<V, false>(op, h, first, last, skip);
        }
        begin = h * rows + last;
    }
}

} // namespace mixscope::cpu
