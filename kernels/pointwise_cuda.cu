#include "cuda_ops.h"
#include "cuda_util.cuh"
#include "view_access.h"

namespace mixscope::cuda {

namespace {

constexpr int kThreads = 256;

/// One thread for each element of [T, n].
dim3 grid_over(const TensorView& v)
{
    return dim3(unsigned(v.shape[0]), unsigned(pieces(v.shape[1], kThreads)));
}

__device__ int element()
{
    return int(blockIdx.y * blockDim.x + threadIdx.x);
}

template <class E>
__global__ void embed_kernel(Stamp stamp, const std::int32_t* ids, const E* table, Rows out, int d,
                             float scale)
{
    stamp.note();
    const int i = element();
    if (i >= d) return;
    const std::int64_t id = ids[blockIdx.x];
    out[blockIdx.x][i] = scale * to_f32(table[id * d + i]);
}

__global__ void add_scaled_kernel(Rows x, Rows y, int d, float scale)
{
    const int i = element();
    if (i >= d) return;
    float& to = x[blockIdx.x][i];
    to = fmaf(scale, y[blockIdx.x][i], to);
}

__global__ void swiglu_kernel(Rows gate_up, Rows out, int size)
{
    const int i = element();
    if (i >= size) return;
    const float* from = gate_up[blockIdx.x];
    out[blockIdx.x][i] = silu(from[i]) * from[size + i];
}

} // namespace

int run(const Embed& op, const CudaContext& context)
{
    return with_elements(op.table, [&](auto* table) {
        using E = std::decay_t<decltype(*table)>;
        return launch(embed_kernel<E>, grid_over(op.out), kThreads, 0, context,
                      Stamp(context), op.ids.as<std::int32_t>(), table, Rows(op.out), int(op.out.shape[1]),
                      op.scale);
    });
}

int run(const AddScaled& op, const CudaContext& context)
{
    return launch(add_scaled_kernel, grid_over(op.x), kThreads, 0, context, Rows(op.x), Rows(op.y),
                  int(op.x.shape[1]), op.scale);
}

int run(const SwiGlu& op, const CudaContext& context)
{
    return launch(swiglu_kernel, grid_over(op.out), kThreads, 0, context, Rows(op.gate_up),
                  Rows(op.out), int(op.out.shape[1]));
}

} // namespace mixscope::cuda
