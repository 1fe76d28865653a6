#pragma once

#include "../cpu_context.h"
#include "../dtype.h"

#include <cstdint>

namespace mixscope {

struct AddRmsNorm;
struct Attend;
struct CausalConv1d;
struct GatedRmsNorm;
struct L2Norm;
struct MeanAbsSilu;
struct RmsNorm;
struct SsdGates;
struct SsdScan;
struct SwiGlu;

} // namespace mixscope

namespace mixscope::cpu {

using Index = std::int64_t;

/// One matrix times one vector: out[r] = w[r] · x.
struct RowDots {
    const void* w = nullptr; ///< [rows, k], contiguous
    DType dtype = DType::f32;
    Index k = 0;
    const float* x = nullptr; ///< from prepare_x for the same k and dtype
    float* out = nullptr;
};

/// One matrix times many vectors: out[t, n] = w[n] · x[t], added to out if `add`.
struct Gemm {
    const void* w = nullptr; ///< [n, k], contiguous
    DType dtype = DType::f32;
    Index k = 0;
    const float* x = nullptr; ///< rows of k, x_step apart
    Index x_step = 0;
    float* out = nullptr;
    Index out_step = 0;
    bool add = false;
};

/// A rectangle of a Gemm's result: tokens by columns.
struct GemmPart {
    Index token_begin = 0;
    Index token_end = 0;
    Index begin = 0; ///< first column, the start of a panel
    Index end = 0;
};

/// A piece of an Attend: some tokens of the queries that share a KV head, and some of the keys.
/// The results of pieces with other keys are combined afterwards. Row r of a piece is head
/// r % group of token token_begin + r / group.
struct AttendPart {
    Index kv_head = 0;
    Index token_begin = 0;
    Index token_end = 0;
    Index key_begin = 0; ///< a multiple of 64
    Index key_end = 0;
    float* largest = nullptr; ///< [rows] largest score seen
    float* sum = nullptr; ///< [rows] sum of exp(score - largest)
    float* out = nullptr; ///< [rows, padded head_dim] sum of exp(score - largest) * v
};

/// The inner loops for one instruction set. They compute the items [begin, end) of an op, are
/// free of locks and allocation, and may run on several threads for different items.
struct KernelTable {
    /// Floats that prepare_x writes for rows of length k.
    Index (*prepared_size)(Index k);
    /// Copies x, padded with zeros, in the order in which row_dots wants it.
    void (*prepare_x)(const float* x, Index k, DType dtype, float* prepared);
    void (*row_dots)(const RowDots& op, Index begin, Index end);

    Index gemm_panel; ///< columns of a panel
    Index (*gemm_scratch)(Index tokens); ///< floats of scratch for a part of so many tokens
    void (*gemm)(const Gemm& op, const GemmPart& part, float* scratch);

    // Items: tokens.
    void (*rms_norm)(const RmsNorm& op, Index begin, Index end);
    void (*add_rms_norm)(const AddRmsNorm& op, Index begin, Index end);
    void (*gated_rms_norm)(const GatedRmsNorm& op, Index begin, Index end);
    void (*swiglu)(const SwiGlu& op, Index begin, Index end);
    void (*l2_norm)(const L2Norm& op, Index begin, Index end);
    void (*mean_abs_silu)(const MeanAbsSilu& op, Index begin, Index end);
    void (*ssd_gates)(const SsdGates& op, Index begin, Index end);

    /// Items: channels.
    Index (*conv1d_scratch)(Index taps);
    void (*conv1d)(const CausalConv1d& op, Index begin, Index end, float* scratch);
    Index width; ///< floats of a vector

    /// Items: the H * P rows of the state; whole heads where state_norm or state_change is asked.
    void (*ssd_scan)(const SsdScan& op, Index begin, Index end);
    /// The same in blocks of tokens, without probes. Items: heads.
    Index (*scan_chunked_scratch)(Index p, Index n);
    void (*scan_chunked)(const SsdScan& op, Index begin, Index end, float* scratch);

    /// probs receive raw scores; finish_probs turns n of them into softmax weights.
    Index (*padded_head)(Index head_dim);
    Index (*attend_scratch)(Index rows, Index head_dim);
    void (*attend)(const Attend& op, const AttendPart& part, float* scratch);
    void (*finish_probs)(float* scores, Index n, float largest, float sum);

    void (*exp)(const float* x, float* out, Index n);
};

const KernelTable& kernel_table(CpuIsa isa);

extern const KernelTable kBaseKernels;
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;

/// The gemm of processors with AMX; the rest of their table is that of AVX-512.
Index amx_gemm_scratch(Index tokens);
void amx_gemm(const Gemm& op, const GemmPart& part, float* scratch);

} // namespace mixscope::cpu
