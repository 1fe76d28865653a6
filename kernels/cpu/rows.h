#pragma once

#include "../norm.h"
#include "../pointwise.h"
#include "../reduce.h"
#include "kernel_table.h"
#include "vector_math.h"

// Ops that work on one row at a time: norms, gates, sums. Items are tokens.
namespace mixscope::cpu {

template <class V>
float* row_at(const TensorView& v, Index t)
{
    return static_cast<float*>(v.data) + t * v.stride[0];
}

template <class V>
float* row_at(const TensorView& v, Index t, Index r)
{
    return static_cast<float*>(v.data) + t * v.stride[0] + r * v.stride[1];
}

/// Loads or stores n elements, at most one vector.
template <class V, class E>
typename V::Reg load_n(const E* p, Index n)
{
    return n >= V::kWidth ? V::load(p) : V::load_part(p, n);
}

/// Elements [i, i + n) of a contiguous weight, at most one vector.
template <class V>
typename V::Reg load_n(const TensorView& weight, Index i, Index n)
{
    if (weight.dtype == DType::bf16) return load_n<V>(static_cast<const BFloat16*>(weight.data) + i, n);
    if (weight.dtype == DType::f16) return load_n<V>(static_cast<const Half*>(weight.data) + i, n);
    return load_n<V>(static_cast<const float*>(weight.data) + i, n);
}

template <class V>
void store_n(float* p, typename V::Reg r, Index n)
{
    if (n >= V::kWidth) {
        V::store(p, r);
    } else {
        V::store_part(p, r, n);
    }
}

/// Sum of f(i, n) over the vectors of [0, n); f(i, n) has zeros beyond the row. Four sums hide the
/// latency of the additions.
template <class V, class F>
[[gnu::always_inline]] inline float sum_over(Index n, F f)
{
    using Reg = typename V::Reg;
    constexpr Index kWidth = V::kWidth;
    Reg sum[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
    Index i = 0;
    for (; i + 4 * kWidth <= n; i += 4 * kWidth) {
        for (Index j = 0; j < 4; ++j) sum[j] = sum[j] + f(i + j * kWidth, kWidth);
    }
    for (; i < n; i += kWidth) sum[0] = sum[0] + f(i, n - i < kWidth ? n - i : kWidth);
    return V::sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

/// Calls f(i, count) for each vector of [0, n); count = kWidth except perhaps for the last one.
/// Inlined by force: what f adds up must stay in registers.
template <class V, class F>
[[gnu::always_inline]] inline void for_each_piece(Index n, F f)
{
    Index i = 0;
    for (; i + V::kWidth <= n; i += V::kWidth) f(i, Index(V::kWidth));
    if (i < n) f(i, n - i);
}

template <class V, class W>
void scale_row(const float* x, const W* weight, float* out, Index n, float scale)
{
    for_each_piece<V>(n, [&](Index i, Index count) {
        const auto scaled = load_n<V>(x + i, count) * V::set(scale);
        store_n<V>(out + i, load_n<V>(weight + i, count) * scaled, count);
    });
}

template <class V>
void scale_row(const float* x, const TensorView& weight, Index begin, float* out, Index n, float scale)
{
    if (weight.dtype == DType::bf16) {
        scale_row<V>(x, static_cast<const BFloat16*>(weight.data) + begin, out, n, scale);
    } else if (weight.dtype == DType::f16) {
        scale_row<V>(x, static_cast<const Half*>(weight.data) + begin, out, n, scale);
    } else {
        scale_row<V>(x, static_cast<const float*>(weight.data) + begin, out, n, scale);
    }
}

inline constexpr auto kInverseRoot = [](float sum, Index n, float eps) {
    return 1.0F / __builtin_sqrtf(sum / float(n) + eps);
};

template <class V>
void rms_norm(const RmsNorm& op, Index begin, Index end)
{
    const Index n = op.x.shape[1];
    for (Index t = begin; t < end; ++t) {
        const float* x = row_at<V>(op.x, t);
        const float sum = sum_over<V>(n, [&](Index i, Index count) {
            const auto v = load_n<V>(x + i, count);
            return v * v;
        });
        scale_row<V>(x, op.weight, 0, row_at<V>(op.out, t), n, kInverseRoot(sum, n, op.eps));
    }
}

template <class V>
void add_rms_norm(const AddRmsNorm& op, Index begin, Index end)
{
    const Index n = op.x.shape[1];
    for (Index t = begin; t < end; ++t) {
        float* x = row_at<V>(op.x, t);
        const float* y = row_at<V>(op.y, t);
        const float sum = sum_over<V>(n, [&](Index i, Index count) {
            const auto v = V::fma(V::set(op.scale), load_n<V>(y + i, count), load_n<V>(x + i, count));
            store_n<V>(x + i, v, count);
            return v * v;
        });
        scale_row<V>(x, op.weight, 0, row_at<V>(op.out, t), n, kInverseRoot(sum, n, op.eps));
    }
}

template <class V>
void gated_rms_norm(const GatedRmsNorm& op, Index begin, Index end)
{
    const Index n = op.x.shape[1] / op.groups;
    for (Index t = begin; t < end; ++t) {
        for (Index first = 0; first < op.x.shape[1]; first += n) {
            const float* x = row_at<V>(op.x, t) + first;
            const float* gate = row_at<V>(op.gate, t) + first;
            float* out = row_at<V>(op.out, t) + first;
            const float sum = sum_over<V>(n, [&](Index i, Index count) {
                const auto v = load_n<V>(x + i, count) * silu<V>(load_n<V>(gate + i, count));
                store_n<V>(out + i, v, count);
                return v * v;
            });
            scale_row<V>(out, op.weight, first, out, n, kInverseRoot(sum, n, op.eps));
        }
    }
}

template <class V>
void swiglu(const SwiGlu& op, Index begin, Index end)
{
    const Index n = op.out.shape[1];
    for (Index t = begin; t < end; ++t) {
        const float* gate = row_at<V>(op.gate_up, t);
        float* out = row_at<V>(op.out, t);
        for_each_piece<V>(n, [&](Index i, Index count) {
            const auto up = load_n<V>(gate + n + i, count);
            store_n<V>(out + i, silu<V>(load_n<V>(gate + i, count)) * up, count);
        });
    }
}

template <class V>
void l2_norm(const L2Norm& op, Index begin, Index end)
{
    for (Index t = begin; t < end; ++t) {
        for (Index r = 0; r < op.x.shape[1]; ++r) {
            const float* x = row_at<V>(op.x, t, r);
            row_at<V>(op.out, t)[r] = __builtin_sqrtf(sum_over<V>(op.x.shape[2], [&](Index i, Index count) {
                const auto v = load_n<V>(x + i, count);
                return v * v;
            }));
        }
    }
}

template <class V>
void mean_abs_silu(const MeanAbsSilu& op, Index begin, Index end)
{
    const Index n = op.x.shape[2];
    for (Index t = begin; t < end; ++t) {
        for (Index r = 0; r < op.x.shape[1]; ++r) {
            const float* x = row_at<V>(op.x, t, r);
            const float sum = sum_over<V>(n, [&](Index i, Index count) { // SiLU(0) = 0
                return V::abs(silu<V>(load_n<V>(x + i, count)));
            });
            row_at<V>(op.out, t)[r] = n > 0 ? sum / float(n) : 0.0F;
        }
    }
}

} // namespace mixscope::cpu
