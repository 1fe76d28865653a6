#pragma once

#include "kernel_table.h"

namespace mixscope::cpu {

// Panel: kPanel<V> columns of the result, i.e. rows of w, transposed to [k][kPanel] f32 so that
// one load gives the weights of several columns. Tile: kTileRows tokens by one panel, whose sums
// stay in registers while k runs. k is cut so that a panel stays in the second-level cache.
template <class V>
constexpr Index kPanel = V::kTileVectors * V::kWidth;
constexpr Index kPanelDepth = 512;

/// Transposes up to kWidth rows of w, k elements each, into columns [0, kWidth) of a panel.
template <class V, class E>
void pack_rows(const E* w, Index step, Index rows, Index k, float* panel)
{
    constexpr Index kWidth = V::kWidth;
    typename V::Reg r[kWidth];
    Index i = 0;
    for (; i + kWidth <= k; i += kWidth) {
        for (Index j = 0; j < kWidth; ++j) r[j] = j < rows ? V::load(w + j * step + i) : V::zero();
        V::transpose(r);
        for (Index j = 0; j < kWidth; ++j) V::store(panel + (i + j) * kPanel<V>, r[j]);
    }
    if (i == k) return;
    for (Index j = 0; j < kWidth; ++j) {
        r[j] = j < rows ? V::load_part(w + j * step + i, k - i) : V::zero();
    }
    V::transpose(r);
    for (Index j = 0; j < k - i; ++j) V::store(panel + (i + j) * kPanel<V>, r[j]);
}

template <class V, class E>
void pack_panel(const E* w, Index step, Index rows, Index k, float* panel)
{
    for (Index c = 0; c < kPanel<V>; c += V::kWidth) {
        const Index here = rows - c < 0 ? 0 : rows - c < V::kWidth ? rows - c : V::kWidth;
        pack_rows<V>(here > 0 ? w + c * step : w, step, here, k, panel + c);
    }
}

/// Where a tile of sums goes: to out, or added to it.
struct TileOutput {
    float* out;
    Index step;
    Index columns; ///< at most kPanel
    bool add;
};

template <class V>
void store_tile_row(const typename V::Reg* sum, float* out, const TileOutput& to)
{
    for (Index v = 0; v < V::kTileVectors; ++v) {
        const Index rest = to.columns - v * V::kWidth;
        float* p = out + v * V::kWidth;
        if (rest >= V::kWidth) {
            V::store(p, to.add ? V::load(p) + sum[v] : sum[v]);
        } else if (rest > 0) {
            V::store_part(p, to.add ? V::load_part(p, rest) + sum[v] : sum[v], rest);
        }
    }
}

/// M tokens by one panel. A function of its own: inlined into a caller with known sizes, GCC
/// arranges the loops differently and loses the registers (44 instead of 115 GFLOP/s).
template <class V, int M>
[[gnu::noinline]] void multiply_tile(const float* x, Index x_step, Index k, const float* panel, const TileOutput& to)
{
    using Reg = typename V::Reg;
    constexpr int kVectors = V::kTileVectors;
    Reg sum[M][kVectors];
    for (int m = 0; m < M; ++m) {
        for (int v = 0; v < kVectors; ++v) sum[m][v] = V::zero();
    }
    for (Index i = 0; i < k; ++i) {
        Reg w[kVectors];
        for (int v = 0; v < kVectors; ++v) w[v] = V::load(panel + i * kPanel<V> + v * V::kWidth);
        for (int m = 0; m < M; ++m) {
            const Reg a = V::set(x[m * x_step + i]);
            for (int v = 0; v < kVectors; ++v) sum[m][v] = V::fma(a, w[v], sum[m][v]);
        }
    }
    for (int m = 0; m < M; ++m) store_tile_row<V>(sum[m], to.out + m * to.step, to);
}

/// The last, lower tile of a panel: finds the M for the tokens that are left.
template <class V, int M>
void multiply_last_tile(Index tokens, const float* x, Index x_step, Index k, const float* panel,
                        const TileOutput& to)
{
    if constexpr (M > 0) {
        if (tokens == M) return multiply_tile<V, M>(x, x_step, k, panel, to);
        multiply_last_tile<V, M - 1>(tokens, x, x_step, k, panel, to);
    }
}

/// `tokens` rows of x by one panel.
template <class V>
void multiply_panel(Index tokens, const float* x, Index x_step, Index k, const float* panel,
                    TileOutput to)
{
    constexpr int kRows = V::kTileRows;
    for (; tokens >= kRows; tokens -= kRows) {
        multiply_tile<V, kRows>(x, x_step, k, panel, to);
        x += kRows * x_step;
        to.out += kRows * to.step;
    }
    multiply_last_tile<V, kRows - 1>(tokens, x, x_step, k, panel, to);
}

template <class V, class E>
void gemm(const Gemm& op, const GemmPart& part, float* panel)
{
    const E* w = static_cast<const E*>(op.w);
    for (Index n = part.begin; n < part.end; n += kPanel<V>) {
        const Index columns = part.end - n < kPanel<V> ? part.end - n : kPanel<V>;
        for (Index begin = 0; begin < op.k; begin += kPanelDepth) {
            const Index depth = op.k - begin < kPanelDepth ? op.k - begin : kPanelDepth;
            pack_panel<V>(w + n * op.k + begin, op.k, columns, depth, panel);
            multiply_panel<V>(part.token_end - part.token_begin,
                              op.x + part.token_begin * op.x_step + begin, op.x_step, depth, panel,
                              {op.out + part.token_begin * op.out_step + n, op.out_step, columns,
                               op.add || begin > 0});
        }
    }
}

template <class V>
Index gemm_scratch(Index /*tokens*/)
{
    return kPanel<V> * kPanelDepth;
}

template <class V>
void gemm(const Gemm& op, const GemmPart& part, float* scratch)
{
    if (op.dtype == DType::bf16) return gemm<V, BFloat16>(op, part, scratch);
    if (op.dtype == DType::f16) return gemm<V, Half>(op, part, scratch);
    gemm<V, float>(op, part, scratch);
}

} // namespace mixscope::cpu
