#pragma once

#include "gemm.h"
#include "kernel_table.h"
#include "row_dots.h"
#include "vector_math.h"

namespace mixscope::cpu {

template <class V>
void exp_row(const float* x, float* out, Index n)
{
    for_each_vector<V>(
        n, [&](Index i) { V::store(out + i, exp<V>(V::load(x + i))); },
        [&](Index i, Index rest) { V::store_part(out + i, exp<V>(V::load_part(x + i, rest)), rest); });
}

template <class V>
constexpr KernelTable make_table()
{
    return {.prepared_size = prepared_size<V>,
            .prepare_x = prepare_x<V>,
            .row_dots = row_dots<V>,
            .gemm_panel = kPanel<V>,
            .gemm_scratch = kPanel<V> * kPanelDepth,
            .gemm = gemm<V>,
            .exp = exp_row<V>};
}

} // namespace mixscope::cpu
