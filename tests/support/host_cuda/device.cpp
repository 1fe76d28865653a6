#include "device.h"

#include "scheduler.h"
#include "streams.h"

#include <map>
#include <utility>

namespace host_cuda {

namespace {

bool launchable(const void* kernel, dim3 grid, dim3 block, std::size_t shared_bytes)
{
    constexpr std::size_t kAlwaysAllowed = 48 << 10;
    constexpr unsigned kMaxThreads = 1024;
    constexpr unsigned kMaxGridYz = 65535;
    const auto asked = runtime().allowed_shared.find(kernel);
    const std::size_t allowed =
        asked != runtime().allowed_shared.end() ? asked->second : kAlwaysAllowed;
    return grid.x > 0 && grid.y > 0 && grid.z > 0 && grid.x <= 0x7fffffffU && grid.y <= kMaxGridYz
        && grid.z <= kMaxGridYz && block.x * block.y * block.z >= 1
        && block.x * block.y * block.z <= kMaxThreads && shared_bytes <= allowed;
}

} // namespace

Device& device()
{
    static Device instance;
    return instance;
}

cudaError_t note(cudaError_t error)
{
    if (error == cudaSuccess) error = device().fault; // sticky: every call returns it
    if (error != cudaSuccess) runtime().last_error = error;
    return error;
}

cudaError_t enqueue(cudaStream_t stream, const void* kernel, dim3 grid, dim3 block,
                    std::size_t shared_bytes, Thread thread)
{
    if (!launchable(kernel, grid, block, shared_bytes)) return note(cudaErrorInvalidConfiguration);
    enqueue(stream, [=] { run_grid(grid, block, shared_bytes, thread); });
    return note(cudaSuccess);
}

} // namespace host_cuda

using host_cuda::device;
using host_cuda::note;
using host_cuda::refuse_while_capturing;
using host_cuda::runtime;

cudaError_t cudaGetDeviceCount(int* count)
{
    *count = 0;
    if (device().driver_version < 13000) return note(cudaErrorInsufficientDriver);
    *count = device().count;
    return device().count > 0 ? cudaSuccess : note(cudaErrorNoDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int number)
{
    if (number < 0 || number >= device().count) return note(cudaErrorInvalidValue);
    *properties = {};
    device().name.copy(properties->name, sizeof properties->name - 1);
    properties->totalGlobalMem = device().total_bytes;
    properties->major = device().major;
    properties->minor = device().minor;
    properties->multiProcessorCount = device().multiprocessors;
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* version)
{
    *version = device().driver_version;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version)
{
    *version = 13000;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int number)
{
    return number >= 0 && number < device().count ? cudaSuccess : note(cudaErrorInvalidValue);
}

cudaError_t cudaGetLastError()
{
    return std::exchange(runtime().last_error, cudaSuccess);
}

const char* cudaGetErrorName(cudaError_t error)
{
    static const std::map<cudaError_t, const char*> names {
        {cudaSuccess, "cudaSuccess"},
        {cudaErrorInvalidValue, "cudaErrorInvalidValue"},
        {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation"},
        {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration"},
        {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver"},
        {cudaErrorNoDevice, "cudaErrorNoDevice"},
        {cudaErrorLaunchFailure, "cudaErrorLaunchFailure"},
        {cudaErrorNotSupported, "cudaErrorNotSupported"},
        {cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported"},
        {cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated"},
        {cudaErrorStreamCaptureIsolation, "cudaErrorStreamCaptureIsolation"},
    };
    const auto found = names.find(error);
    return found != names.end() ? found->second : "?";
}

const char* cudaGetErrorString(cudaError_t error)
{
    return cudaGetErrorName(error);
}

cudaError_t cudaMalloc(void** address, std::size_t bytes)
{
    *address = nullptr;
    if (const cudaError_t refused = refuse_while_capturing(); refused != cudaSuccess)
        return refused;
    *address = runtime().memory.allocate(bytes);
    return *address != nullptr ? note(cudaSuccess) : note(cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* address)
{
    if (address == nullptr) return cudaSuccess;
    if (const cudaError_t refused = refuse_while_capturing(); refused != cudaSuccess)
        return refused;
    cudaDeviceSynchronize(); // as the device does
    return note(runtime().memory.release(address) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaHostAlloc(void** address, std::size_t bytes, unsigned /*flags*/)
{
    *address = nullptr;
    if (const cudaError_t refused = refuse_while_capturing(); refused != cudaSuccess)
        return refused;
    *address = runtime().pinned.allocate(bytes);
    return note(*address != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}

cudaError_t cudaFreeHost(void* address)
{
    if (address == nullptr) return cudaSuccess;
    cudaDeviceSynchronize(); // copies on their way
    return note(runtime().pinned.release(address) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes)
{
    *total_bytes = device().total_bytes;
    *free_bytes = device().total_bytes - runtime().memory.used();
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    if (bytes == 0) return cudaSuccess;
    if (kind != cudaMemcpyHostToDevice && !runtime().memory.holds(from, bytes))
        return note(cudaErrorInvalidValue);
    if (kind != cudaMemcpyDeviceToHost && !runtime().memory.holds(to, bytes))
        return note(cudaErrorInvalidValue);
    const bool staged = kind == cudaMemcpyHostToDevice && !runtime().pinned.holds(from, bytes);
    if (staged) { // pageable memory is read before the call returns, page-locked memory late
        const auto* first = static_cast<const char*>(from);
        host_cuda::enqueue(stream, [to, copy = std::vector<char>(first, first + bytes)] {
            std::memcpy(to, copy.data(), copy.size());
        });
        return note(cudaSuccess);
    }
    if (kind == cudaMemcpyDeviceToHost) std::memset(to, 0xff, bytes); // NaN until it has arrived
    host_cuda::enqueue(stream, [=] { std::memmove(to, from, bytes); });
    return note(cudaSuccess);
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream)
{
    if (bytes > 0 && !runtime().memory.holds(to, bytes)) return note(cudaErrorInvalidValue);
    host_cuda::enqueue(stream, [=] { std::memset(to, value, bytes); });
    return note(cudaSuccess);
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute /*attribute*/, int value)
{
    constexpr int kMost = 163 << 10; // of compute capability 8.0; 8.6 has 99 KB
    if (value < 0 || value > kMost) return note(cudaErrorInvalidValue);
    runtime().allowed_shared[kernel] = std::size_t(value);
    return cudaSuccess;
}
