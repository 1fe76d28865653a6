#pragma once

#include "../tensor_view.h"
#include "../workers.h"
#include "kernel_table.h"

#include <algorithm>

// How ops are divided among workers. For ordinary files only (see simd_base.h).
namespace mixscope::cpu {

inline float* scratch_floats(CpuContext& context, int worker, Index count)
{
    return static_cast<float*>(context.workers.scratch(worker, std::size_t(count) * sizeof(float)));
}

inline float* shared_floats(CpuContext& context, Index count)
{
    return static_cast<float*>(context.workers.shared_scratch(std::size_t(count) * sizeof(float)));
}

/// Rows of a matrix-vector product that are worth waking the team for: a round costs about as
/// much as reading 8 KB from the cache.
inline Index row_grain(Index k, DType dtype)
{
    constexpr Index kBytes = 8192;
    const Index row_bytes = std::max<Index>(k * Index(size_of(dtype)), 1);
    return (std::max<Index>(kBytes / row_bytes, 1) + 7) / 8 * 8; // whole groups of rows
}

/// Calls f(begin, end) for ranges of the tokens of x; short inputs stay on the caller.
template <class F>
void for_each_token(CpuContext& context, const TensorView& x, F&& f)
{
    constexpr Index kElements = 4096; // a microsecond or two of pointwise work
    const Index row = std::max<Index>(x.rank == 3 ? x.shape[1] * x.shape[2] : x.shape[1], 1);
    const Index grain = std::max<Index>(kElements / row, 1);
    context.workers.for_each_part(x.shape[0], grain, [&](int, Index begin, Index end) { f(begin, end); });
}

/// Calls f(worker, part) for rectangles that cover tokens x columns, about evenly over the team.
/// Columns are cut first (a panel is transposed once for all tokens), then tokens.
template <class F>
void for_each_gemm_part(CpuContext& context, Index tokens, Index columns, F&& f)
{
    const Index panel = kernel_table(context.isa).gemm_panel;
    const Index panels = (columns + panel - 1) / panel;
    const Index workers = context.workers.count();
    constexpr Index kPartsPerWorker = 4;
    const Index wanted = panels > 0 ? (kPartsPerWorker * workers + panels - 1) / panels : 1;
    const Index cuts = std::max<Index>(1, std::min(wanted, tokens / 48));
    const auto cut = [&](Index i) { return tokens * i / cuts; };

    auto units = [&](int worker, std::int64_t begin, std::int64_t end) {
        while (begin < end) { // one rectangle for each cut that the range [begin, end) touches
            const Index c = begin / panels;
            const Index first = begin % panels;
            const Index last = std::min(panels, first + end - begin);
            f(worker, GemmPart {cut(c), cut(c + 1), first * panel, std::min(last * panel, columns)});
            begin += last - first;
        }
    };
    context.workers.for_each_part(panels * cuts, 1, units);
}

} // namespace mixscope::cpu
