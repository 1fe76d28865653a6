#include "cuda_dot.cuh"
#include "cuda_ops.h"
#include "view_access.h"

#include <algorithm>
#include <cublas_v2.h>

// Few tokens: own kernel, f32 products of the weights as stored. Many tokens: cuBLAS, summing in
// f32. It wants both sides of one type, and activations keep f32 accuracy, so
//  - bf16 weights are multiplied with a bf16 high and a bf16 low part of x (two products on the
//    tensor cores, error 2^-18 of x);
//  - f16 weights become f32 in the scratch, some rows at a time: half's range is too small to
//    split activations;
//  - f32 weights are multiplied as they are, in f32 without TF32.
namespace mixscope::cuda {

namespace {

constexpr int kFewTokens = 8;

template <class E, int T, bool kPacked>
__global__ void __launch_bounds__(kDotThreads)
    matvec_kernel(Stamp stamp, Rows x, const E* w, SmallWeight bias, Rows out, int tokens, int n,
                  int k, float scale)
{
    stamp.note();
    const int row = int(blockIdx.x) * kDotRows + warp();
    float sums[T] = {};
    row_dots<E, T, kPacked>(x, tokens, w + std::int64_t(row) * k, row < n, k, sums);
    if (row >= n || lane() != 0) return;
    const float added = bias.data != nullptr ? bias[row] : 0.0F;
    for (int t = 0; t < T; ++t) {
        if (t < tokens) out[t][row] = scale * (sums[t] + added);
    }
}

template <class E, int T>
int launch_matvec(const Matmul& op, const CudaContext& context, const E* w)
{
    const auto n = int(op.w.shape[0]);
    const auto k = int(op.w.shape[1]);
    const auto kernel = packs(w, k) ? matvec_kernel<E, T, true> : matvec_kernel<E, T, false>;
    return launch(kernel, unsigned(pieces(n, kDotRows)), kDotThreads, kDotBytes, context,
                  Stamp(context), Rows(op.x), w, SmallWeight(op.bias), Rows(op.out), int(op.x.shape[0]), n, k,
                  op.scale);
}

template <class E> int multiply_few(const Matmul& op, const CudaContext& context, const E* w)
{
    const std::int64_t tokens = op.x.shape[0];
    if (tokens == 1) return launch_matvec<E, 1>(op, context, w);
    if (tokens == 2) return launch_matvec<E, 2>(op, context, w);
    if (tokens <= 4) return launch_matvec<E, 4>(op, context, w);
    return launch_matvec<E, kFewTokens>(op, context, w);
}

/// x as the sum of two bf16 matrices, [T, k] each.
__global__ void split_kernel(Rows x, BFloat16* high, BFloat16* low, int k)
{
    const int i = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (i >= k) return;
    const float v = x[blockIdx.x][i];
    const std::int64_t at = std::int64_t(blockIdx.x) * k + i;
    store(v, high[at]);
    store(v - to_f32(high[at]), low[at]);
}

template <class E> __global__ void widen_kernel(const E* from, float* to, std::int64_t count)
{
    const std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < count) to[i] = to_f32(from[i]);
}

__global__ void add_bias_kernel(Rows out, SmallWeight bias, int n, float scale)
{
    const int i = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (i < n) out[blockIdx.x][i] = fmaf(scale, bias[i], out[blockIdx.x][i]);
}

/// out = alpha * x · w^T + beta * out. w: [n, k], x: rows of k, both of `type`. cuBLAS counts by
/// columns: to it, rows of w and x are columns, and out is its own transpose.
int gemm(const CudaContext& context, cudaDataType type, const void* w, const void* x,
         std::int64_t x_step, const Rows& out, std::int64_t tokens, std::int64_t n, std::int64_t k,
         float alpha, float beta)
{
    return -int(cublasGemmEx(context.blas, CUBLAS_OP_T, CUBLAS_OP_N, int(n), int(tokens), int(k),
                             &alpha, w, type, int(k), x, type, int(x_step), &beta, out.data,
                             CUDA_R_32F, int(out.step), CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT));
}

constexpr int kThreads = 256;

int multiply_bf16(const Matmul& op, const CudaContext& context)
{
    const std::int64_t k = op.w.shape[1];
    const std::int64_t n = op.w.shape[0];
    const std::int64_t tokens = op.x.shape[0];
    const std::int64_t slice = std::max<std::int64_t>(
        1, std::int64_t(context.scratch_bytes) / (2 * k * std::int64_t(sizeof(BFloat16))));
    for (std::int64_t begin = 0; begin < tokens; begin += slice) {
        const std::int64_t count = std::min(slice, tokens - begin);
        auto* high = static_cast<BFloat16*>(context.scratch);
        BFloat16* low = high + count * k;
        const Rows out(op.out.slice(0, begin, count));
        int status =
            launch(split_kernel, dim3(unsigned(count), unsigned(pieces(k, kThreads))), kThreads, 0,
                   context, Rows(op.x.slice(0, begin, count)), high, low, int(k));
        // The small part first, so that the large one is rounded only once.
        for (const BFloat16* part : {low, high}) {
            if (status != cudaSuccess) return status;
            status = gemm(context, CUDA_R_16BF, op.w.data, part, k, out, count, n, k, op.scale,
                          part == low ? 0.0F : 1.0F);
        }
        if (status != cudaSuccess) return status;
    }
    return cudaSuccess;
}

int multiply_f16(const Matmul& op, const CudaContext& context)
{
    const std::int64_t k = op.w.shape[1];
    const std::int64_t n = op.w.shape[0];
    auto* wide = static_cast<float*>(context.scratch);
    const std::int64_t slice = std::max<std::int64_t>(
        1, std::int64_t(context.scratch_bytes) / (k * std::int64_t(sizeof(float))));
    for (std::int64_t begin = 0; begin < n; begin += slice) {
        const std::int64_t rows = std::min(slice, n - begin);
        const int status =
            launch(widen_kernel<Half>, unsigned(pieces(rows * k, kThreads)), kThreads, 0, context,
                   static_cast<const Half*>(op.w.data) + begin * k, wide, rows * k);
        if (status != cudaSuccess) return status;
        const int multiplied =
            gemm(context, CUDA_R_32F, wide, op.x.data, op.x.stride[0],
                 Rows(op.out.slice(1, begin, rows)), op.x.shape[0], rows, k, op.scale, 0.0F);
        if (multiplied != cudaSuccess) return multiplied;
    }
    return cudaSuccess;
}

int multiply_many(const Matmul& op, const CudaContext& context)
{
    if (context.stamp != nullptr) { // cuBLAS notes nothing
        const int status = note_time(Stamp(context).to, context);
        if (status != cudaSuccess) return status;
    }
    if (op.w.dtype == DType::bf16) return multiply_bf16(op, context);
    if (op.w.dtype == DType::f16) return multiply_f16(op, context);
    return gemm(context, CUDA_R_32F, op.w.data, op.x.data, op.x.stride[0], Rows(op.out),
                op.x.shape[0], op.w.shape[0], op.w.shape[1], op.scale, 0.0F);
}

} // namespace

int run(const Matmul& op, const CudaContext& context)
{
    const std::int64_t tokens = op.x.shape[0];
    if (tokens == 0) return cudaSuccess;
    if (tokens <= kFewTokens) {
        return with_elements(op.w, [&](auto* w) { return multiply_few(op, context, w); });
    }
    const int status = multiply_many(op, context);
    if (status != cudaSuccess || !op.bias) return status;
    const auto n = int(op.w.shape[0]);
    return launch(add_bias_kernel, dim3(unsigned(tokens), unsigned(pieces(n, kThreads))), kThreads,
                  0, context, Rows(op.out), SmallWeight(op.bias), n, op.scale);
}

} // namespace mixscope::cuda
