#include "cuda_ops.h"
#include "cuda_util.cuh"

namespace mixscope::cuda {

namespace {

constexpr int kThreads = 128;

// One block a token: angles are shared by its heads.
__global__ void rope_kernel(HeadRows x, const std::int32_t* pos, const float* inv_freq, int heads,
                            int half, float attention_factor)
{
    const auto position = float(pos[0] + int(blockIdx.x));
    for (int i = int(threadIdx.x); i < half; i += int(blockDim.x)) {
        float s = 0.0F;
        float c = 0.0F;
        sincosf(position * inv_freq[i], &s, &c);
        s *= attention_factor;
        c *= attention_factor;
        for (int h = int(threadIdx.y); h < heads; h += int(blockDim.y)) {
            float* head = x.at(blockIdx.x, h);
            const float first = head[i];
            const float second = head[i + half];
            head[i] = first * c - second * s;
            head[i + half] = second * c + first * s;
        }
    }
}

} // namespace

int run(const Rope& op, const CudaContext& context)
{
    const dim3 block(kWarp, kThreads / kWarp); // pairs, heads
    return launch(rope_kernel, unsigned(op.x.shape[0]), block, 0, context, HeadRows(op.x),
                  op.pos.as<std::int32_t>(), op.inv_freq.as<float>(), int(op.x.shape[1]),
                  int(op.inv_freq.shape[0]), op.attention_factor);
}

} // namespace mixscope::cuda
