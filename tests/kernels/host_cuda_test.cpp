// What the other tests that run device code on the CPU rely on.
#include "kernels/cuda_util.cuh"
#include "tests/support/host_cuda/device.h"
#include "tests/support/host_cuda/scheduler.h"

#include <gtest/gtest.h>
#include <vector>

namespace mixscope {
namespace {

using cuda::dynamic_shared;

constexpr int kThreads = 128;

/// Reverses the block's values through shared memory, with or without the barrier it needs.
template <bool kBarrier> __global__ void reverse_kernel(const float* from, float* to)
{
    float* shared = dynamic_shared<float>();
    shared[threadIdx.x] = from[threadIdx.x];
    if constexpr (kBarrier) __syncthreads();
    to[threadIdx.x] = shared[blockDim.x - 1 - threadIdx.x];
}

__global__ void read_shared_kernel(float* to)
{
    to[threadIdx.x] = dynamic_shared<float>()[threadIdx.x];
}

__global__ void warp_sum_kernel(float* to)
{
    to[threadIdx.x] = cuda::warp_sum(float(threadIdx.x));
}

__global__ void diverge_kernel()
{
    if (threadIdx.x == 0)
        __syncthreads();
    else
        __syncwarp();
}

/// Device memory for kThreads floats and a stream.
class HostCuda : public testing::Test {
protected:
    HostCuda()
    {
        EXPECT_EQ(cudaStreamCreateWithFlags(&context.stream, cudaStreamNonBlocking), cudaSuccess);
        EXPECT_EQ(cudaMalloc(&memory, kThreads * sizeof(float)), cudaSuccess);
    }
    ~HostCuda() override
    {
        cudaFree(memory);
        cudaStreamDestroy(context.stream);
    }

    float* device() { return static_cast<float*>(memory); }
    std::vector<float> read()
    {
        std::vector<float> values(kThreads);
        cudaMemcpyAsync(values.data(), memory, kThreads * sizeof(float), cudaMemcpyDeviceToHost,
                        context.stream);
        cudaStreamSynchronize(context.stream);
        return values;
    }
    template <bool kBarrier> bool reverses(unsigned seed)
    {
        host_cuda::seed(seed);
        std::vector<float> values(kThreads);
        for (int i = 0; i < kThreads; ++i)
            values[std::size_t(i)] = float(i);
        cudaMemcpyAsync(memory, values.data(), kThreads * sizeof(float), cudaMemcpyHostToDevice,
                        context.stream);
        cuda::launch(reverse_kernel<kBarrier>, 1, kThreads, kThreads * sizeof(float), context,
                     device(), device());
        const std::vector<float> expected(values.rbegin(), values.rend());
        return read() == expected;
    }

    CudaContext context;
    void* memory = nullptr;
};

TEST_F(HostCuda, BarrierHoldsBackEveryWarp)
{
    for (const unsigned seed : {1U, 2U, 3U, 4U})
        EXPECT_TRUE(reverses<true>(seed)) << "seed " << seed;
}

TEST_F(HostCuda, MissingBarrierShows)
{
    for (const unsigned seed : {1U, 2U, 3U, 4U})
        EXPECT_FALSE(reverses<false>(seed)) << "seed " << seed;
}

TEST_F(HostCuda, SharedMemoryIsPoisoned)
{
    cuda::launch(read_shared_kernel, 1, kThreads, kThreads * sizeof(float), context, device());
    for (const float v : read())
        EXPECT_TRUE(std::isnan(v));
}

TEST_F(HostCuda, WarpSumReachesEveryLane)
{
    cuda::launch(warp_sum_kernel, 1, kThreads, 0, context, device());
    const std::vector<float> sums = read();
    EXPECT_EQ(sums[0], 496.0F); // 0 + … + 31
    EXPECT_EQ(sums[31], 496.0F);
    EXPECT_EQ(sums[32], 1520.0F); // 32 + … + 63
}

TEST_F(HostCuda, StreamsRunLate)
{
    cuda::launch(warp_sum_kernel, 1, kThreads, 0, context, device());
    EXPECT_EQ(host_cuda::pending_work(), 1U);
    cudaStreamSynchronize(context.stream);
    EXPECT_EQ(host_cuda::pending_work(), 0U);
}

TEST_F(HostCuda, RefusesWhatTheDeviceRefuses)
{
    EXPECT_EQ(cuda::launch(warp_sum_kernel, 1, 1025, 0, context, device()),
              cudaErrorInvalidConfiguration);
    EXPECT_EQ(cuda::launch(warp_sum_kernel, dim3(1, 65536), 32, 0, context, device()),
              cudaErrorInvalidConfiguration);
    EXPECT_EQ(cuda::launch(warp_sum_kernel, 1, 32, std::size_t(1) << 20, context, device()),
              cudaErrorInvalidValue);
    float outside = 0;
    EXPECT_EQ(cudaMemcpyAsync(&outside, device() + kThreads, sizeof outside, cudaMemcpyDeviceToHost,
                              context.stream),
              cudaErrorInvalidValue);
}

using HostCudaDeathTest = HostCuda;

TEST_F(HostCudaDeathTest, HostReadOfDeviceMemoryFaults)
{
    EXPECT_DEATH(std::printf("%f\n", double(*static_cast<volatile float*>(device()))), "");
}

TEST_F(HostCudaDeathTest, LanesAtDifferentBarriersStop)
{
    cuda::launch(diverge_kernel, 1, 32, 0, context);
    EXPECT_DEATH(cudaStreamSynchronize(context.stream), "different barriers");
    host_cuda::drop_pending_work();
}

} // namespace
} // namespace mixscope
