#include "cuda_ops.h"
#include "cuda_util.cuh"

namespace mixscope::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarp;

struct Square {
    __device__ float operator()(float v) const { return v * v; }
};
struct AbsSilu {
    __device__ float operator()(float v) const { return fabsf(silu(v)); }
};

/// Sum of f over row (t, r), one warp a row; in every lane.
template <class F> __device__ float row_sum(const float* from, int n, F f)
{
    float sum = 0.0F;
    for (int i = lane(); i < n; i += kWarp)
        sum += f(from[i]);
    return warp_sum(sum);
}

__global__ void l2_norm_kernel(HeadRows x, Rows out, int rows, int n)
{
    const int r = int(blockIdx.y) * kWarps + warp();
    if (r >= rows) return; // whole warps leave
    const float sum = row_sum(x.at(blockIdx.x, r), n, Square {});
    if (lane() == 0) out[blockIdx.x][r] = sqrtf(sum);
}

__global__ void mean_abs_silu_kernel(HeadRows x, Rows out, int rows, int n)
{
    const int r = int(blockIdx.y) * kWarps + warp();
    if (r >= rows) return;
    const float sum = row_sum(x.at(blockIdx.x, r), n, AbsSilu {});
    if (lane() == 0) out[blockIdx.x][r] = sum / float(n);
}

__global__ void write_strength_kernel(Rows dt, Rows b_norm, Rows x_norm, Rows out, int heads,
                                      int per_group)
{
    const int h = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (h >= heads) return;
    const auto t = int(blockIdx.x);
    out[t][h] = dt[t][h] * b_norm[t][h / per_group] * x_norm[t][h];
}

/// One warp for each (t, r) of x: [T, R, n].
template <class Op> dim3 warp_grid(const Op& op)
{
    return dim3(unsigned(op.x.shape[0]), unsigned(pieces(op.x.shape[1], kWarps)));
}

} // namespace

int run(const L2Norm& op, const CudaContext& context)
{
    return launch(l2_norm_kernel, warp_grid(op), kThreads, 0, context, HeadRows(op.x), Rows(op.out),
                  int(op.x.shape[1]), int(op.x.shape[2]));
}

int run(const MeanAbsSilu& op, const CudaContext& context)
{
    return launch(mean_abs_silu_kernel, warp_grid(op), kThreads, 0, context, HeadRows(op.x),
                  Rows(op.out), int(op.x.shape[1]), int(op.x.shape[2]));
}

int run(const WriteStrength& op, const CudaContext& context)
{
    const auto heads = int(op.out.shape[1]);
    return launch(write_strength_kernel,
                  dim3(unsigned(op.out.shape[0]), unsigned(pieces(heads, kThreads))), kThreads, 0,
                  context, Rows(op.dt), Rows(op.b_norm), Rows(op.x_norm), Rows(op.out), heads,
                  heads / int(op.b_norm.shape[1]));
}

} // namespace mixscope::cuda
