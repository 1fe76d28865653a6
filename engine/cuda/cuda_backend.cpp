#include "engine/cuda/cuda_backend.h"

#include "engine/cuda/cuda_check.h"
#include "engine/cuda/cuda_recording.h"
#include "engine/cuda/cuda_transfer.h"
#include "engine/cuda_module.h"
#include "kernels/cuda_ops.h"
#include "kernels/op_views.h"

#include <algorithm>
#include <chrono>
#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <stdexcept>

namespace mixscope {

namespace {

constexpr std::size_t kScratchBytes = std::size_t(32) << 20;
constexpr std::size_t kBlasWorkspaceBytes = std::size_t(32) << 20; // what NVIDIA advises for Hopper
constexpr int kOldestMajor = 8;

std::string version_text(int version)
{
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string mebibytes(std::size_t bytes)
{
    return std::to_string(bytes >> 20) + " MiB";
}

/// "x [1, 256] f32, w [512, 256] bf16, …"
template <class Op> std::string operands(Op op)
{
    std::string text;
    for_each_view(op, [&text](const char* name, const TensorView& v) {
        if (!v) return;
        text += (text.empty() ? "" : ", ") + std::string(name) + " [";
        for (int i = 0; i < v.rank; ++i)
            text += (i > 0 ? ", " : "") + std::to_string(v.shape[i]);
        text += std::string("] ") + name_of(v.dtype);
    });
    return text;
}

Error device_error(std::string what, std::string hint)
{
    return {ErrorCode::device, std::move(what), std::move(hint)};
}

/// Number of GPUs, or why there is none that can be used.
Result<int> count_devices()
{
    int driver = 0;
    int runtime = 0;
    int count = 0;
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&runtime);
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (driver == 0) {
        return device_error("there is no NVIDIA driver on this machine",
                            "Install NVIDIA's driver, version 580 or newer, or use the CPU.");
    }
    if (status == cudaErrorInsufficientDriver) {
        return device_error("the NVIDIA driver is made for CUDA " + version_text(driver)
                                + ", wanted " + version_text(runtime),
                            "Update NVIDIA's driver to version 580 or newer, or use the CPU.");
    }
    if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0)) {
        return device_error("there is no NVIDIA GPU that this program can see",
                            "Check nvidia-smi and CUDA_VISIBLE_DEVICES, or use the CPU.");
    }
    if (status != cudaSuccess) {
        return device_error("the GPU cannot be used: " + cuda_text(status),
                            "Restart the machine if this persists, or use the CPU.");
    }
    return count;
}

cudaDeviceProp properties_of(int device)
{
    cudaDeviceProp properties {};
    check_cuda(cudaGetDeviceProperties(&properties, device), "reading its properties");
    return properties;
}

/// "0: NVIDIA H100 80GB HBM3, 1: …"
std::string device_list(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += (i > 0 ? ", " : "") + std::to_string(i) + ": " + properties_of(i).name;
    return text;
}

void free_device(void* data, std::size_t /*bytes*/)
{
    cudaFree(data);
}

} // namespace

Result<std::unique_ptr<CudaBackend>> CudaBackend::create(int device)
{
    const Result<int> count = count_devices();
    if (!count) return count.error();
    if (device >= *count) {
        return device_error("there is no GPU " + std::to_string(device) + "; there is "
                                + device_list(*count),
                            "Choose one of these, or leave the number out.");
    }
    Error too_old;
    for (int i = std::max(device, 0); i < (device < 0 ? *count : device + 1); ++i) {
        const cudaDeviceProp properties = properties_of(i);
        if (properties.major < kOldestMajor) {
            too_old = device_error(std::string(properties.name) + " has compute capability "
                                       + std::to_string(properties.major) + "."
                                       + std::to_string(properties.minor) + ", wanted 8.0 or newer",
                                   "Use the CPU, or a GPU of 2020 or later.");
            continue;
        }
        std::unique_ptr<CudaBackend> backend(new CudaBackend);
        backend->description_ =
            std::string(properties.name) + ", " + mebibytes(properties.totalGlobalMem);
        backend->context_.multiprocessors = properties.multiProcessorCount;
        if (Result<void> opened = backend->open(i); !opened) return opened.error();
        return backend;
    }
    return too_old;
}

Result<void> CudaBackend::open(int device)
{
    if (const cudaError_t status = cudaSetDevice(device); status != cudaSuccess) {
        return device_error(description_ + " cannot be used: " + cuda_text(status),
                            "Close other programs that use the GPU, or use the CPU.");
    }
    CUstream_st* stream = nullptr;
    check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a stream");
    stream_.reset(stream);
    context_.stream = stream;
    upload_ = std::make_unique<CudaUpload>(stream);
    // Copies of what was looked at give way to the model.
    int least = 0;
    int greatest = 0;
    check_cuda(cudaDeviceGetStreamPriorityRange(&least, &greatest), "asking for priorities");
    CUstream_st* copies = nullptr;
    check_cuda(cudaStreamCreateWithPriority(&copies, cudaStreamNonBlocking, least),
               "creating a stream");
    copies_.reset(copies);
    Result<Buffer> scratch = allocate(kScratchBytes);
    if (!scratch) return scratch.error();
    scratch_ = std::move(scratch).value();
    context_.scratch = scratch_.data();
    context_.scratch_bytes = scratch_.bytes();
    Result<Buffer> workspace = allocate(kBlasWorkspaceBytes);
    if (!workspace) return workspace.error();
    blas_workspace_ = std::move(workspace).value();
    cublasContext* blas = nullptr;
    check_cuda(-int(cublasCreate(&blas)), "starting cuBLAS");
    blas_.reset(blas);
    context_.blas = blas;
    check_cuda(-int(cublasSetStream(blas, stream)),
               "giving cuBLAS its stream"); // drops the workspace
    check_cuda(-int(cublasSetWorkspace(blas, blas_workspace_.data(), blas_workspace_.bytes())),
               "giving cuBLAS its workspace");
    // A build for other GPUs only shows at the first launch.
    if (const int status = cuda::read_all(context_.scratch, sizeof(float) * 4, context_);
        status != 0) {
        return device_error("this program holds no code for " + description_ + ": "
                                + cuda_text(status),
                            "Build it for this GPU (CMAKE_CUDA_ARCHITECTURES), or use the CPU.");
    }
    synchronize();
    return {};
}

CudaBackend::~CudaBackend()
{
    if (stream_) cudaStreamSynchronize(stream_.get()); // work in flight may use the buffers
    if (copies_) cudaStreamSynchronize(copies_.get());
}

void CudaBackend::Close::operator()(CUstream_st* stream) const
{
    cudaStreamDestroy(stream);
}
void CudaBackend::Close::operator()(cublasContext* blas) const
{
    cublasDestroy(blas);
}

std::size_t CudaBackend::free_bytes() const
{
    std::size_t free = 0;
    std::size_t total = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "asking for free memory");
    return free;
}

double CudaBackend::read_rate(std::size_t bytes)
{
    constexpr int kReads = 20;
    constexpr std::size_t kLoad = 16;
    const std::size_t size = std::max(bytes, kLoad) / kLoad * kLoad;
    Result<Buffer> buffer = allocate(size);
    if (!buffer) return 0.0;
    const auto read = [&](int times) {
        for (int i = 0; i < times; ++i) {
            check_cuda(cuda::read_all(buffer->data(), size, context_), "reading memory");
        }
        synchronize();
    };
    read(2); // warms up
    const auto start = std::chrono::steady_clock::now();
    read(kReads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return double(size) * kReads / took.count();
}

Result<Buffer> CudaBackend::allocate(std::size_t bytes)
{
    constexpr std::size_t kSmallest = 64;
    const std::size_t size = std::max(bytes, kSmallest);
    void* data = nullptr;
    const cudaError_t status = cudaMalloc(&data, size);
    if (status == cudaErrorMemoryAllocation) {
        cudaGetLastError(); // this one is not sticky, once it was read
        return Error {ErrorCode::out_of_memory,
                      "the GPU refused " + mebibytes(size) + " of memory, free are "
                          + mebibytes(free_bytes()),
                      "Choose a shorter context or a smaller model, close other programs that use "
                      "the GPU, or use the CPU."};
    }
    check_cuda(status, "allocating memory");
    Buffer buffer(data, size, free_device);
    check_cuda(cudaMemsetAsync(data, 0, size, context_.stream), "clearing memory");
    return buffer;
}

void CudaBackend::upload(const TensorView& to, const void* from)
{
    constexpr std::size_t kSmall = std::size_t(1) << 20;
    if (to.bytes() > kSmall) return upload_->copy(to.data, from, to.bytes());
    // Ordinary (pageable) memory is staged before the call returns, so `from` is free again.
    check_cuda(cudaMemcpyAsync(to.data, from, to.bytes(), cudaMemcpyHostToDevice, context_.stream),
               "uploading");
}

void CudaBackend::download(void* to, const TensorView& from)
{
    if (!from.contiguous()) throw std::logic_error("CUDA: download of a strided view");
    check_cuda(
        cudaMemcpyAsync(to, from.data, from.bytes(), cudaMemcpyDeviceToHost, context_.stream),
        "downloading");
    synchronize();
}

void CudaBackend::copy(const TensorView& from, const TensorView& to)
{
    check_cuda(cudaMemcpyAsync(to.data, from.data, from.bytes(), cudaMemcpyDeviceToDevice,
                               context_.stream),
               "copying");
}

void CudaBackend::synchronize()
{
    check_cuda(cudaStreamSynchronize(context_.stream), "computing");
}

std::unique_ptr<Recording> CudaBackend::record(const std::function<void()>& work)
{
    return std::make_unique<CudaRecording>(context_.stream, work);
}

/// A part begins with a kernel that notes it; only the end of a call needs one of its own.
void CudaBackend::begin_part(int part)
{
    if (!times_) return;
    unsigned long long* to = static_cast<unsigned long long*>(times_.data) + part;
    if (part + 1 < times_.shape[0])
        context_.stamp = to;
    else
        check_cuda(cuda::note_time(to, context_), "noting the end of a step");
}

std::unique_ptr<Transfer> CudaBackend::create_transfer()
{
    return std::make_unique<CudaTransfer>(context_.stream, copies_.get());
}

template <class Op> void CudaBackend::enqueue(const Op& op)
{
    if (const int status = cuda::run(op, context_); status != 0) [[unlikely]] {
        const std::string what = std::string("the GPU refused ") + Op::name + " (" + operands(op)
            + "): " + cuda_text(status);
        throw DeviceFailure(
            {ErrorCode::device, what,
             status == cudaErrorNotSupported ? "Run this model on the CPU." : kLostHint});
    }
}

} // namespace mixscope

/// See engine/cuda_module.h. A GPU that fails while it is opened is an expected error: the program
/// goes on with the CPU.
extern "C" mixscope::Backend* mixscope_create_cuda_backend(int device, mixscope::Error& error)
{
    try {
        mixscope::Result<std::unique_ptr<mixscope::CudaBackend>> made =
            mixscope::CudaBackend::create(device);
        if (made) return std::move(made).value().release();
        error = made.error();
    } catch (const mixscope::DeviceFailure& failure) {
        error = failure.error();
    } catch (const std::exception& problem) {
        error = {mixscope::ErrorCode::device, problem.what(),
                 "Close other programs that use the GPU, or use the CPU."};
    }
    return nullptr;
}
