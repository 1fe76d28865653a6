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

/// Two streams and an event between them; the second copies what the first has written to
/// page-locked memory.
class HostCudaStreams : public HostCuda {
protected:
    HostCudaStreams()
    {
        EXPECT_EQ(cudaStreamCreateWithFlags(&copies, cudaStreamNonBlocking), cudaSuccess);
        EXPECT_EQ(cudaEventCreateWithFlags(&written, cudaEventDisableTiming), cudaSuccess);
        void* locked = nullptr;
        EXPECT_EQ(cudaHostAlloc(&locked, kThreads * sizeof(float), cudaHostAllocDefault),
                  cudaSuccess);
        pinned = static_cast<float*>(locked);
    }
    ~HostCudaStreams() override
    {
        cudaFreeHost(pinned);
        cudaEventDestroy(written);
        cudaStreamDestroy(copies);
    }

    /// Whether lane 0's sum reaches the pinned memory.
    bool arrives(unsigned seed, bool waits)
    {
        host_cuda::seed(seed);
        cudaMemsetAsync(memory, 0, kThreads * sizeof(float), context.stream);
        cudaStreamSynchronize(context.stream);
        cuda::launch(warp_sum_kernel, 1, kThreads, 0, context, device());
        cudaEventRecord(written, context.stream);
        if (waits) cudaStreamWaitEvent(copies, written);
        cudaMemcpyAsync(pinned, memory, kThreads * sizeof(float), cudaMemcpyDeviceToHost, copies);
        cudaStreamSynchronize(copies);
        return pinned[0] == 496.0F;
    }

    cudaStream_t copies = nullptr;
    cudaEvent_t written = nullptr;
    float* pinned = nullptr;
};

TEST_F(HostCudaStreams, AnEventHoldsBackTheOtherStream)
{
    for (unsigned seed = 1; seed <= 8; ++seed)
        EXPECT_TRUE(arrives(seed, true)) << "seed " << seed;
}

TEST_F(HostCudaStreams, AMissingEventShows)
{
    int lost = 0;
    for (unsigned seed = 1; seed <= 8; ++seed)
        lost += arrives(seed, false) ? 0 : 1;
    EXPECT_GT(lost, 0);
}

TEST_F(HostCudaStreams, PageLockedMemoryArrivesOnlyAfterAWait)
{
    cudaMemsetAsync(memory, 0, kThreads * sizeof(float), context.stream);
    cudaMemcpyAsync(pinned, memory, kThreads * sizeof(float), cudaMemcpyDeviceToHost,
                    context.stream);
    EXPECT_TRUE(std::isnan(pinned[0]));
    cudaEventRecord(written, context.stream);
    cudaEventSynchronize(written);
    EXPECT_EQ(pinned[0], 0.0F);
}

TEST_F(HostCudaStreams, PageLockedMemoryIsReadLate)
{
    pinned[0] = 1.0F;
    cudaMemcpyAsync(memory, pinned, sizeof(float), cudaMemcpyHostToDevice, context.stream);
    pinned[0] = 2.0F; // too early: the copy has not begun
    EXPECT_EQ(read()[0], 2.0F);
}

/// Adds 1 to each value.
__global__ void add_one_kernel(float* to)
{
    to[threadIdx.x] += 1.0F;
}

/// What `record` enqueues on the stream, as a graph.
template <class F> cudaGraphExec_t captured(cudaStream_t stream, F record)
{
    EXPECT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
    record();
    cudaGraph_t graph = nullptr;
    if (cudaStreamEndCapture(stream, &graph) != cudaSuccess) return nullptr;
    cudaGraphExec_t exec = nullptr;
    EXPECT_EQ(cudaGraphInstantiate(&exec, graph), cudaSuccess);
    cudaGraphDestroy(graph);
    return exec;
}

TEST_F(HostCuda, AGraphRunsWhenItIsLaunchedAndAsOften)
{
    cudaMemsetAsync(memory, 0, kThreads * sizeof(float), context.stream);
    const cudaGraphExec_t exec = captured(context.stream, [this] {
        cuda::launch(add_one_kernel, 1, kThreads, 0, context, device());
        cuda::launch(add_one_kernel, 1, kThreads, 0, context, device());
    });
    EXPECT_EQ(read()[5], 0.0F);
    cudaGraphLaunch(exec, context.stream);
    cudaGraphLaunch(exec, context.stream);
    cudaGraphExecDestroy(exec); // launches on their way go on
    EXPECT_EQ(read()[5], 4.0F);
}

TEST_F(HostCuda, WaitingOrAllocatingSpoilsACapture)
{
    void* more = nullptr;
    EXPECT_EQ(captured(context.stream, [&] { cudaStreamSynchronize(context.stream); }), nullptr);
    EXPECT_EQ(captured(context.stream, [&] { cudaMalloc(&more, 16); }), nullptr);
    EXPECT_EQ(more, nullptr);
    const cudaGraphExec_t good = captured(context.stream, [] {}); // and the next one is fine
    EXPECT_NE(good, nullptr);
    cudaGraphExecDestroy(good);
}

TEST_F(HostCuda, AGraphKeepsThePointersOfItsCapture)
{
    void* old = nullptr;
    cudaMalloc(&old, kThreads * sizeof(float));
    cudaMemsetAsync(old, 0, kThreads * sizeof(float), context.stream);
    const cudaGraphExec_t exec = captured(context.stream, [&] {
        cudaMemcpyAsync(memory, old, kThreads * sizeof(float), cudaMemcpyDeviceToDevice,
                        context.stream);
    });
    cudaGraphLaunch(exec, context.stream);
    EXPECT_EQ(read()[0], 0.0F);
#if !defined(__SANITIZE_ADDRESS__) // which stops at the read
    cudaFree(old);
    cudaGraphLaunch(exec, context.stream);
    EXPECT_TRUE(std::isnan(read()[0]));
#endif
    cudaGraphExecDestroy(exec);
}

TEST_F(HostCuda, ALostDeviceFailsEveryCall)
{
    host_cuda::device().fault = cudaErrorLaunchFailure;
    EXPECT_EQ(cudaStreamSynchronize(context.stream), cudaErrorLaunchFailure);
    EXPECT_EQ(cuda::launch(add_one_kernel, 1, kThreads, 0, context, device()),
              cudaErrorLaunchFailure);
    host_cuda::device().fault = cudaSuccess;
    host_cuda::drop_pending_work();
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
