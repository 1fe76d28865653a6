// The CUDA kernels against the reference: everywhere built by the host compiler and run on the CPU
// (tests/support/host_cuda), and on a GPU (tests/gpu/run.sh).
#include "kernels/cuda_ops.h"
#include "tests/support/cuda_schedule.h"
#include "tests/support/near.h"
#include "tests/support/op_cases.h"

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

/// Device memory with the contents of a host block.
class DeviceBlock {
public:
    DeviceBlock(const TestBlock& from, cudaStream_t stream)
        : bytes_(from.bytes())
    {
        EXPECT_EQ(cudaMalloc(&data_, bytes_), cudaSuccess);
        EXPECT_EQ(cudaMemcpyAsync(data_, from.data(), bytes_, cudaMemcpyHostToDevice, stream),
                  cudaSuccess);
    }
    DeviceBlock(const DeviceBlock&) = delete;
    DeviceBlock& operator=(const DeviceBlock&) = delete;
    ~DeviceBlock() { cudaFree(data_); }

    std::byte* data() { return static_cast<std::byte*>(data_); }
    void read(TestBlock& to, cudaStream_t stream)
    {
        EXPECT_EQ(cudaMemcpyAsync(to.data(), data_, bytes_, cudaMemcpyDeviceToHost, stream),
                  cudaSuccess);
    }

private:
    void* data_ = nullptr;
    std::size_t bytes_;
};

/// A stream, a cuBLAS handle and a scratch, as the backend has them.
class TestCuda {
public:
    explicit TestCuda(int multiprocessors)
    {
        EXPECT_EQ(cudaStreamCreateWithFlags(&context.stream, cudaStreamNonBlocking), cudaSuccess);
        EXPECT_EQ(cublasCreate(&context.blas), CUBLAS_STATUS_SUCCESS);
        EXPECT_EQ(cublasSetStream(context.blas, context.stream), CUBLAS_STATUS_SUCCESS);
        EXPECT_EQ(cudaMalloc(&context.scratch, kScratch), cudaSuccess);
        context.scratch_bytes = kScratch;
        context.multiprocessors = multiprocessors;
    }
    TestCuda(const TestCuda&) = delete;
    TestCuda& operator=(const TestCuda&) = delete;
    ~TestCuda()
    {
        cudaFree(context.scratch);
        cublasDestroy(context.blas);
        cudaStreamDestroy(context.stream);
    }

    CudaContext context;

private:
    /// Small, so that the larger cases run in slices.
    static constexpr std::size_t kScratch = std::size_t(12) << 10;
};

template <class Op>
void expect_like(const OpCase<Op>& original, const OpCase<Op>& expected, const OpCase<Op>& actual)
{
    for (std::size_t i = 0; i < actual.outputs.size(); ++i) {
        EXPECT_TRUE(near(actual.outputs[i], expected.outputs[i], original.tolerance))
            << "output " << i;
    }
    std::vector<TensorView> writable = actual.outputs;
    writable.insert(writable.end(), actual.scratch.begin(), actual.scratch.end());
    EXPECT_TRUE(original.block.same_outside(actual.block, writable)) << "wrote beyond its outputs";
}

template <class Op> class CudaParity : public testing::Test {
};

struct OpName {
    template <class Op> static std::string GetName(int /*index*/) { return Op::name; }
};

using Ops = testing::Types<Matmul, RmsNorm, AddRmsNorm, GatedRmsNorm, Embed, AddScaled, SwiGlu,
                           L2Norm, MeanAbsSilu, WriteStrength, Rope, CausalConv1d, SsdGates,
                           SsdScan, KvAppend, Attend, Route, ExpertMlp>;
TYPED_TEST_SUITE(CudaParity, Ops, OpName);

TYPED_TEST(CudaParity, HoldsForEverySchedule)
{
    for (const OpCase<TypeParam>& original : cases<TypeParam>()) {
        OpCase<TypeParam> expected = copy_of(original);
        reference::run(expected.op);
        for (const unsigned seed : {1U, 2U, 3U}) {
            SCOPED_TRACE(original.name + ", seed " + std::to_string(seed));
            seed_schedule(seed);
            TestCuda cuda {int(seed)};
            DeviceBlock block(original.block, cuda.context.stream);
            OpCase<TypeParam> actual = copy_of(original);
            ASSERT_EQ(cuda::run(rebased_op(original, block.data()), cuda.context), 0);
            block.read(actual.block, cuda.context.stream);
            ASSERT_EQ(cudaStreamSynchronize(cuda.context.stream), cudaSuccess);
            expect_like(original, expected, actual);
        }
    }
}

} // namespace
} // namespace mixscope
