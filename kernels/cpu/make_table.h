#pragma once

#include "attend.h"
#include "conv.h"
#include "gemm.h"
#include "kernel_table.h"
#include "row_dots.h"
#include "rows.h"
#include "ssd.h"
#include "ssd_chunked.h"

namespace mixscope::cpu {

template <class V>
void exp_row(const float* x, float* out, Index n)
{
    for_each_piece<V>(n, [&](Index i, Index count) {
        store_n<V>(out + i, exp<V>(load_n<V>(x + i, count)), count);
    });
}

template <class V>
constexpr KernelTable make_table()
{
    return {.prepared_size = prepared_size<V>,
            .prepare_x = prepare_x<V>,
            .row_dots = row_dots<V>,
            .gemm_panel = kPanel<V>,
            .gemm_scratch = gemm_scratch<V>,
            .gemm = gemm<V>,
            .rms_norm = rms_norm<V>,
            .add_rms_norm = add_rms_norm<V>,
            .gated_rms_norm = gated_rms_norm<V>,
            .swiglu = swiglu<V>,
            .l2_norm = l2_norm<V>,
            .mean_abs_silu = mean_abs_silu<V>,
            .ssd_gates = ssd_gates<V>,
            .conv1d_scratch = conv1d_scratch<V>,
            .conv1d = conv1d<V>,
            .width = V::kWidth,
            .ssd_scan = ssd_scan<V>,
            .scan_chunked_scratch = scan_chunked_scratch<V>,
            .scan_chunked = scan_chunked<V>,
            .padded_head = padded_head<V>,
            .attend_scratch = attend_scratch<V>,
            .attend = attend<V>,
            .finish_probs = finish_probs<V>,
            .exp = exp_row<V>};
}

} // namespace mixscope::cpu
