#include "cuda_ops.h"
#include "cuda_util.cuh"

namespace mixscope::cuda {

namespace {

constexpr int kThreads = 256;

/// The inputs of one channel: time -1, -2, … lie in the state, oldest first.
struct Channel {
    __device__ float operator[](int t) const { return t >= 0 ? x[t][channel] : state[old + t]; }

    Rows x;
    const float* state;
    int channel;
    int old; ///< inputs in the state, K-1
};

/// state <- the last K-1 inputs. Ascending order, so that a short chunk shifts in place.
__device__ void remember(const Channel& in, float* state, int tokens)
{
    for (int i = 0; i < in.old; ++i)
        state[i] = in[tokens - in.old + i];
}

// One thread for each output. With one token its thread also moves the state on.
__global__ void conv1d_kernel(Rows x, SmallWeight weight, SmallWeight bias, float* state, Rows out,
                              int channels, int taps, bool update)
{
    const int c = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (c >= channels) return;
    const auto t = int(blockIdx.x);
    const std::int64_t first = std::int64_t(c) * (taps - 1);
    const Channel in {x, state + first, c, taps - 1};
    float sum = bias.data != nullptr ? bias[c] : 0.0F;
    for (int k = 0; k < taps; ++k) {
        sum = fmaf(weight[std::int64_t(c) * taps + k], in[t - (taps - 1) + k], sum);
    }
    out[t][c] = silu(sum);
    if (update) remember(in, state + first, 1);
}

__global__ void conv1d_state_kernel(Rows x, float* state, int channels, int taps, int tokens)
{
    const int c = int(blockIdx.x * blockDim.x + threadIdx.x);
    if (c >= channels) return;
    const std::int64_t first = std::int64_t(c) * (taps - 1);
    remember({x, state + first, c, taps - 1}, state + first, tokens);
}

} // namespace

int run(const CausalConv1d& op, const CudaContext& context)
{
    const auto tokens = int(op.x.shape[0]);
    const auto channels = int(op.x.shape[1]);
    const auto taps = int(op.weight.shape[1]);
    const int blocks = pieces(channels, kThreads);
    const int status = launch(conv1d_kernel, dim3(unsigned(tokens), unsigned(blocks)), kThreads, 0,
                              context, Rows(op.x), SmallWeight(op.weight), SmallWeight(op.bias),
                              op.state.as<float>(), Rows(op.out), channels, taps, tokens == 1);
    if (status != cudaSuccess || tokens <= 1) return status;
    // A kernel of its own: every output of this chunk must have read the old state.
    return launch(conv1d_state_kernel, unsigned(blocks), kThreads, 0, context, Rows(op.x),
                  op.state.as<float>(), channels, taps, tokens);
}

} // namespace mixscope::cuda
