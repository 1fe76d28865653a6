// The CUDA backend, its kernels and launches built by the host compiler and run on the CPU
// (tests/support/host_cuda).
#include "engine/cuda/cuda_backend.h"
#include "engine/cuda/cuda_upload.h"
#include "engine/cuda_module.h"
#include "tests/support/host_cuda/device.h"
#include "tests/support/host_cuda/scheduler.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cuda_runtime.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>

namespace mixscope {
namespace {

class CudaBackendTest : public testing::Test {
protected:
    ~CudaBackendTest() override { host_cuda::device() = {}; }

    static std::string creation_error()
    {
        const Result<std::unique_ptr<CudaBackend>> made = CudaBackend::create();
        if (made) return "";
        EXPECT_EQ(made.error().code, ErrorCode::device);
        EXPECT_FALSE(made.error().hint.empty());
        return made.error().what;
    }

    static std::unique_ptr<CudaBackend> backend()
    {
        Result<std::unique_ptr<CudaBackend>> made = CudaBackend::create();
        EXPECT_TRUE(made);
        return std::move(made).value();
    }
};

TEST_F(CudaBackendTest, SaysWhichGpuItRunsOn)
{
    EXPECT_EQ(backend()->description(), "host_cuda, 4096 MiB");
}

TEST_F(CudaBackendTest, SaysWhenThereIsNoDriver)
{
    host_cuda::device().driver_version = 0;
    EXPECT_EQ(creation_error(), "there is no NVIDIA driver on this machine");
}

TEST_F(CudaBackendTest, SaysWhenTheDriverIsTooOld)
{
    host_cuda::device().driver_version = 12040;
    EXPECT_EQ(creation_error(), "the NVIDIA driver is made for CUDA 12.4, wanted 13.0");
}

TEST_F(CudaBackendTest, SaysWhenThereIsNoGpu)
{
    host_cuda::device().count = 0;
    EXPECT_EQ(creation_error(), "there is no NVIDIA GPU that this program can see");
}

TEST_F(CudaBackendTest, SaysWhenTheGpuIsTooOld)
{
    host_cuda::device().major = 7;
    host_cuda::device().minor = 5;
    EXPECT_EQ(creation_error(), "host_cuda has compute capability 7.5, wanted 8.0 or newer");
}

TEST_F(CudaBackendTest, SaysWhenMemoryIsShort)
{
    const auto cuda = backend();
    const std::size_t free = cuda->free_bytes();
    const Result<Buffer> refused = cuda->allocate(free + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::out_of_memory);
    EXPECT_EQ(cuda->free_bytes(), free);
    EXPECT_TRUE(cuda->allocate(1000)); // and goes on
}

TEST_F(CudaBackendTest, ClearsMemoryAndKeepsWhatIsUploaded)
{
    const auto cuda = backend();
    const Result<Buffer> buffer = cuda->allocate(4 * sizeof(float));
    ASSERT_TRUE(buffer);
    const TensorView all = view(buffer->data(), DType::f32, Place::device, 4);
    std::vector<float> values {1, 2};
    cuda->upload(all.slice(0, 1, 2), values.data());
    values = {9, 9, 9, 9}; // the upload must not look again
    cuda->download(values.data(), all);
    EXPECT_EQ(values, (std::vector<float> {0, 1, 2, 0}));
}

TEST_F(CudaBackendTest, CopiesOnTheDevice)
{
    const auto cuda = backend();
    const Result<Buffer> buffer = cuda->allocate(4 * sizeof(float));
    const TensorView all = view(buffer->data(), DType::f32, Place::device, 4);
    std::vector<float> values {1, 2, 3, 4};
    cuda->upload(all, values.data());
    cuda->copy(all.slice(0, 0, 2), all.slice(0, 2, 2));
    cuda->download(values.data(), all);
    EXPECT_EQ(values, (std::vector<float> {1, 2, 1, 2}));
}

TEST_F(CudaBackendTest, NamesTheOpAndItsShapesWhenItCannotRun)
{
    const auto cuda = backend();
    const Result<Buffer> buffer = cuda->allocate(std::size_t(1) << 16);
    const auto tensor = [&](auto... sizes) {
        return view(buffer->data(), DType::f32, Place::device, sizes...);
    };
    const Attend op {.q = tensor(1, 2, 300),
                     .k_cache = tensor(5, 1, 300),
                     .v_cache = tensor(5, 1, 300),
                     .pos = view(buffer->data(), DType::i32, Place::device, 1),
                     .out = tensor(1, 2, 300),
                     .length = 1};
    try {
        cuda->run(op);
        FAIL() << "ran heads wider than it can";
    } catch (const DeviceFailure& failure) {
        EXPECT_EQ(failure.error().hint, "Run this model on the CPU.");
        EXPECT_STREQ(
            failure.what(),
            "the GPU refused attend (q [1, 2, 300] f32, k_cache [5, 1, 300] f32, v_cache [5, 1, "
            "300] f32, "
            "pos [1] i32, out [1, 2, 300] f32): cudaErrorNotSupported, cudaErrorNotSupported");
    }
}

TEST_F(CudaBackendTest, TakesTheGpuOfTheGivenNumber)
{
    host_cuda::device().count = 2;
    EXPECT_TRUE(CudaBackend::create(1));
    const Result<std::unique_ptr<CudaBackend>> third = CudaBackend::create(2);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().what, "there is no GPU 2; there is 0: host_cuda, 1: host_cuda");
}

TEST_F(CudaBackendTest, SaysWhenTheGpuIsLost)
{
    const auto cuda = backend();
    host_cuda::device().fault = cudaErrorLaunchFailure;
    try {
        cuda->synchronize();
        FAIL() << "did not notice";
    } catch (const DeviceFailure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::device);
        EXPECT_STREQ(failure.what(),
                     "the GPU failed while computing: cudaErrorLaunchFailure, "
                     "cudaErrorLaunchFailure");
        EXPECT_FALSE(failure.error().hint.empty());
    }
    host_cuda::drop_pending_work();
}

TEST_F(CudaBackendTest, RecordsWithoutRunning)
{
    const auto cuda = backend();
    const Result<Buffer> buffer = cuda->allocate(2 * sizeof(float));
    const TensorView x = view(buffer->data(), DType::f32, Place::device, 1, 1);
    const TensorView y =
        view(static_cast<float*>(buffer->data()) + 1, DType::f32, Place::device, 1, 1);
    const float one = 1.0F;
    cuda->upload(y, &one);
    const auto recording = cuda->record([&] { cuda->run(AddScaled {.x = x, .y = y}); });
    float sum = -1.0F;
    cuda->download(&sum, x);
    EXPECT_EQ(sum, 0.0F);
    recording->replay();
    recording->replay();
    cuda->download(&sum, x);
    EXPECT_EQ(sum, 2.0F);
}

TEST_F(CudaBackendTest, GoesOnAfterARecordingThatFailed)
{
    const auto cuda = backend();
    EXPECT_THROW(cuda->record([&] { cuda->synchronize(); }), DeviceFailure);
    EXPECT_THROW(cuda->record([] { throw std::logic_error("in the middle"); }), std::logic_error);
    EXPECT_NE(cuda->record([] {}), nullptr);
    cuda->synchronize();
}

TEST_F(CudaBackendTest, ATransferCopiesWhatWasRunBeforeIt)
{
    const auto cuda = backend();
    const Result<Buffer> buffer = cuda->allocate(2 * sizeof(float));
    const TensorView both = view(buffer->data(), DType::f32, Place::device, 2);
    const auto transfer = cuda->create_transfer();
    for (unsigned seed = 1; seed <= 8; ++seed) {
        host_cuda::seed(seed);
        const float first[] = {float(seed), 2.0F};
        const float later[] = {-1.0F, -1.0F};
        cuda->upload(both, first);
        transfer->begin({both.slice(0, 1, 1), both.slice(0, 0, 1)});
        transfer->keep_sources();
        cuda->upload(both, later);
        const auto* copy = reinterpret_cast<const float*>(transfer->wait());
        EXPECT_EQ(copy[0], 2.0F);
        EXPECT_EQ(copy[1], float(seed));
    }
}

// Pieces of 1 KiB: a piece that is filled again before its copy is done shows.
TEST_F(CudaBackendTest, UploadsInPieces)
{
    constexpr std::size_t kPiece = 1024;
    const auto cuda = backend();
    cudaStream_t stream = nullptr;
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    for (const std::size_t bytes : {kPiece - 1, kPiece, 7 * kPiece + 13}) {
        const Result<Buffer> buffer = cuda->allocate(bytes);
        cuda->synchronize();
        std::vector<std::uint8_t> values(bytes);
        for (std::size_t i = 0; i < bytes; ++i)
            values[i] = std::uint8_t(i / 5);
        const std::vector<std::uint8_t> expected = values;
        {
            CudaUpload upload(stream, kPiece);
            upload.copy(buffer->data(), values.data(), bytes);
            std::fill(values.begin(), values.end(), std::uint8_t(0)); // free again
        }
        cudaStreamSynchronize(stream);
        cuda->download(values.data(), view(buffer->data(), DType::u8, Place::device, bytes));
        EXPECT_EQ(values, expected);
    }
    cudaStreamDestroy(stream);
}

TEST_F(CudaBackendTest, UploadsWhatIsLargerThanAPiece)
{
    const auto cuda = backend();
    std::vector<float> values((std::size_t(33) << 20) / sizeof(float));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(i % 1000);
    const Result<Buffer> buffer = cuda->allocate(values.size() * sizeof(float));
    const TensorView all = view(buffer->data(), DType::f32, Place::device, values.size());
    cuda->upload(all, values.data());
    std::vector<float> back(values.size());
    cuda->download(back.data(), all);
    EXPECT_EQ(back, values);
}

TEST_F(CudaBackendTest, MeasuresItsMemory)
{
    EXPECT_GT(backend()->read_rate(4096), 0.0);
}

TEST(CudaModule, SaysWhenItIsMissing)
{
    const TempFolder folder;
    const Result<std::unique_ptr<Backend>> loaded = load_cuda_backend(folder.path() / "none.so");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::device);
    EXPECT_EQ(loaded.error().what.rfind("this program was built without CUDA", 0), 0U);
}

TEST(CudaModule, RefusesAFileThatIsNoLibrary)
{
    const TempFolder folder;
    folder.write("text.so", "no library");
    const Result<std::unique_ptr<Backend>> loaded = load_cuda_backend(folder.path() / "text.so");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::device);
    EXPECT_FALSE(loaded.error().hint.empty());
}

} // namespace
} // namespace mixscope
