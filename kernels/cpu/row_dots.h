#pragma once

#include "kernel_table.h"

namespace mixscope::cpu {

template <class V>
Index prepared_size(Index k)
{
    constexpr Index kStep = 2 * V::kWidth;
    return (k + kStep - 1) / kStep * kStep;
}

template <class V, class E>
void prepare_x(const float* x, Index k, float* prepared)
{
    constexpr Index kStep = 2 * V::kWidth;
    typename V::Reg a;
    typename V::Reg b;
    Index i = 0;
    for (; i + kStep <= k; i += kStep) {
        V::load_x_pair(x + i, static_cast<const E*>(nullptr), a, b);
        V::store(prepared + i, a);
        V::store(prepared + i + V::kWidth, b);
    }
    if (i == k) return;
    float last[kStep] = {};
    for (Index j = i; j < k; ++j) last[j - i] = x[j];
    V::load_x_pair(last, static_cast<const E*>(nullptr), a, b);
    V::store(prepared + i, a);
    V::store(prepared + i + V::kWidth, b);
}

/// R rows at once, so that each piece of x is loaded once for all of them. Two sums a row hide
/// the latency of the additions.
template <class V, class E, int R>
void dot_rows(const E* w, Index k, const float* x, float* out)
{
    using Reg = typename V::Reg;
    constexpr Index kStep = 2 * V::kWidth;
    // The processor's own prefetcher stops at pages and starts late on short rows; a fixed
    // distance over the contiguous matrix keeps enough loads in flight.
    constexpr Index kPrefetchBytes = 8192;
    Reg sum[R][2];
    for (int r = 0; r < R; ++r) sum[r][0] = sum[r][1] = V::zero();

    Index i = 0;
    for (; i + kStep <= k; i += kStep) {
        const Reg x0 = V::load(x + i);
        const Reg x1 = V::load(x + i + V::kWidth);
        for (int r = 0; r < R; ++r) {
            const E* p = w + r * k + i;
            __builtin_prefetch(reinterpret_cast<const char*>(p) + kPrefetchBytes);
            Reg w0;
            Reg w1;
            V::load_pair(p, w0, w1);
            sum[r][0] = V::fma(w0, x0, sum[r][0]);
            sum[r][1] = V::fma(w1, x1, sum[r][1]);
        }
    }
    if (i < k) {
        const Reg x0 = V::load(x + i);
        const Reg x1 = V::load(x + i + V::kWidth);
        for (int r = 0; r < R; ++r) {
            E last[kStep] = {};
            for (Index j = i; j < k; ++j) last[j - i] = w[r * k + j];
            Reg w0;
            Reg w1;
            V::load_pair(last, w0, w1);
            sum[r][0] = V::fma(w0, x0, sum[r][0]);
            sum[r][1] = V::fma(w1, x1, sum[r][1]);
        }
    }
    for (int r = 0; r < R; ++r) sum[r][0] = sum[r][0] + sum[r][1];
    if constexpr (R % 4 == 0) {
        for (int r = 0; r < R; r += 4) {
            V::store_sums(out + r, sum[r][0], sum[r + 1][0], sum[r + 2][0], sum[r + 3][0]);
        }
    } else {
        for (int r = 0; r < R; ++r) out[r] = V::sum(sum[r][0]);
    }
}

template <class V, class E>
void row_dots(const RowDots& op, Index begin, Index end)
{
    const E* w = static_cast<const E*>(op.w);
    constexpr Index kRows = V::kDotRows;
    Index r = begin;
    for (; r + kRows <= end; r += kRows) {
        dot_rows<V, E, kRows>(w + r * op.k, op.k, op.x, op.out + r);
    }
    for (; r + 4 <= end; r += 4) dot_rows<V, E, 4>(w + r * op.k, op.k, op.x, op.out + r);
    for (; r < end; ++r) dot_rows<V, E, 1>(w + r * op.k, op.k, op.x, op.out + r);
}

template <class V>
void prepare_x(const float* x, Index k, DType dtype, float* prepared)
{
    if (dtype == DType::bf16) return prepare_x<V, BFloat16>(x, k, prepared);
    if (dtype == DType::f16) return prepare_x<V, Half>(x, k, prepared);
    prepare_x<V, float>(x, k, prepared);
}

template <class V>
void row_dots(const RowDots& op, Index begin, Index end)
{
    if (op.dtype == DType::bf16) return row_dots<V, BFloat16>(op, begin, end);
    if (op.dtype == DType::f16) return row_dots<V, Half>(op, begin, end);
    row_dots<V, float>(op, begin, end);
}

} // namespace mixscope::cpu
