#include "cuda_ops.h"
#include "cuda_util.cuh"

namespace mixscope::cuda {

namespace {

constexpr int kThreads = 256;

/// 1 / sqrt(mean of squares + eps) of what the threads hold.
__device__ float inverse_rms(float squares, int d, float eps)
{
    return rsqrtf(block_sum(squares, dynamic_shared<float>()) / float(d) + eps);
}

// One block a row. A thread reads again only elements that it wrote itself, so x and out may alias.
__global__ void rms_norm_kernel(Stamp stamp, Rows x, SmallWeight weight, Rows out, int d,
                                float eps)
{
    stamp.note();
    const float* from = x[blockIdx.x];
    float* to = out[blockIdx.x];
    float squares = 0.0F;
    for (int i = int(threadIdx.x); i < d; i += int(blockDim.x))
        squares = fmaf(from[i], from[i], squares);
    const float factor = inverse_rms(squares, d, eps);
    for (int i = int(threadIdx.x); i < d; i += int(blockDim.x))
        to[i] = weight[i] * (from[i] * factor);
}

__global__ void add_rms_norm_kernel(Rows x, Rows y, SmallWeight weight, Rows out, int d,
                                    float scale, float eps)
{
    float* stream = x[blockIdx.x];
    const float* added = y[blockIdx.x];
    float* to = out[blockIdx.x];
    float squares = 0.0F;
    for (int i = int(threadIdx.x); i < d; i += int(blockDim.x)) {
        const float sum = fmaf(scale, added[i], stream[i]);
        stream[i] = sum;
        squares = fmaf(sum, sum, squares);
    }
    const float factor = inverse_rms(squares, d, eps);
    for (int i = int(threadIdx.x); i < d; i += int(blockDim.x))
        to[i] = weight[i] * (stream[i] * factor);
}

// One block for each group of a row.
__global__ void gated_rms_norm_kernel(Rows x, Rows gate, SmallWeight weight, Rows out, int size,
                                      float eps)
{
    const int begin = int(blockIdx.y) * size;
    const float* from = x[blockIdx.x] + begin;
    const float* gates = gate[blockIdx.x] + begin;
    float* to = out[blockIdx.x] + begin;
    float squares = 0.0F;
    for (int i = int(threadIdx.x); i < size; i += int(blockDim.x)) {
        const float gated = from[i] * silu(gates[i]);
        to[i] = gated;
        squares = fmaf(gated, gated, squares);
    }
    const float factor = inverse_rms(squares, size, eps);
    for (int i = int(threadIdx.x); i < size; i += int(blockDim.x))
        to[i] *= weight[begin + i] * factor;
}

} // namespace

int run(const RmsNorm& op, const CudaContext& context)
{
    return launch(rms_norm_kernel, unsigned(op.x.shape[0]), kThreads, kBlockSumBytes, context,
                  Stamp(context), Rows(op.x), SmallWeight(op.weight), Rows(op.out), int(op.x.shape[1]), op.eps);
}

int run(const AddRmsNorm& op, const CudaContext& context)
{
    return launch(add_rms_norm_kernel, unsigned(op.x.shape[0]), kThreads, kBlockSumBytes, context,
                  Rows(op.x), Rows(op.y), SmallWeight(op.weight), Rows(op.out), int(op.x.shape[1]),
                  op.scale, op.eps);
}

int run(const GatedRmsNorm& op, const CudaContext& context)
{
    return launch(gated_rms_norm_kernel, dim3(unsigned(op.x.shape[0]), unsigned(op.groups)),
                  kThreads, kBlockSumBytes, context, Rows(op.x), Rows(op.gate),
                  SmallWeight(op.weight), Rows(op.out), int(op.x.shape[1] / op.groups), op.eps);
}

} // namespace mixscope::cuda
