#include "device.h"

#include "scheduler.h"

#include <deque>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <unordered_map>
#include <utility>
#include <vector>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

/// Work in order. It runs late, when the host waits: a forgotten wait then shows.
struct CUstream_st {
    std::deque<std::function<void()>> work;
};

namespace host_cuda {

namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kReserved = std::size_t(8) << 30;
constexpr std::size_t kPage = 4096;

void set_accessible([[maybe_unused]] void* data, [[maybe_unused]] std::size_t bytes,
                    [[maybe_unused]] bool accessible)
{
#if defined(__SANITIZE_ADDRESS__)
    if (accessible)
        __asan_unpoison_memory_region(data, bytes);
    else
        __asan_poison_memory_region(data, bytes);
#endif
}

/// Device memory: one range of addresses that faults unless device work is running.
class Memory {
public:
    Memory()
        : base_(static_cast<char*>(mmap(nullptr, kReserved, PROT_NONE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)))
    {
        madvise(base_, kReserved, MADV_HUGEPAGE); // opening and closing touches every page
    }

    void* allocate(std::size_t bytes)
    {
        const std::size_t size = std::max<std::size_t>(bytes, 1);
        if (used_ + size > device().total_bytes) return nullptr;
        std::size_t offset = kAlignment;
        for (const auto& [begin, length] : live_) { // first gap that holds it and a guard
            if (offset + size + kAlignment <= begin) break;
            offset = (begin + length + kAlignment + kAlignment - 1) / kAlignment * kAlignment;
        }
        if (offset + size + kAlignment > kReserved) return nullptr;
        live_[offset] = size;
        used_ += size;
        top_ = std::max(top_, (offset + size + kPage) / kPage * kPage);
        set_accessible(base_ + offset, size, true);
        open();
        std::memset(base_ + offset, 0xff, size); // as undefined as it can be: NaN
        close();
        return base_ + offset;
    }

    bool release(void* address)
    {
        const auto found = live_.find(std::size_t(static_cast<char*>(address) - base_));
        if (found == live_.end()) return false;
        set_accessible(address, found->second, false);
        used_ -= found->second;
        live_.erase(found);
        return true;
    }

    /// True when all the bytes lie in one live allocation.
    bool holds(const void* address, std::size_t bytes) const
    {
        const char* p = static_cast<const char*>(address);
        if (p < base_ || p >= base_ + kReserved) return false;
        const auto offset = std::size_t(p - base_);
        auto after = live_.upper_bound(offset);
        if (after == live_.begin()) return false;
        --after;
        return offset + bytes <= after->first + after->second;
    }

    std::size_t used() const { return used_; }
    void open() { mprotect(base_, top_, PROT_READ | PROT_WRITE); }
    void close() { mprotect(base_, top_, PROT_NONE); }

private:
    char* base_;
    std::map<std::size_t, std::size_t> live_; ///< offset, size
    std::size_t used_ = 0;
    std::size_t top_ = kPage; ///< end of what was ever used
};

struct Runtime {
    Memory memory;
    CUstream_st default_stream;
    std::vector<std::unique_ptr<CUstream_st>> streams;
    std::unordered_map<const void*, std::size_t> allowed_shared; ///< kernels that asked for more
    cudaError_t last_error = cudaSuccess;
};

Runtime& runtime()
{
    static Runtime instance;
    return instance;
}

CUstream_st& stream_or_default(cudaStream_t stream)
{
    return stream != nullptr ? *stream : runtime().default_stream;
}

cudaError_t note(cudaError_t error)
{
    if (error != cudaSuccess) runtime().last_error = error;
    return error;
}

void run_all(CUstream_st& stream)
{
    if (stream.work.empty()) return;
    runtime().memory.open();
    while (!stream.work.empty()) {
        stream.work.front()();
        stream.work.pop_front();
    }
    runtime().memory.close();
}

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

void enqueue(cudaStream_t stream, std::function<void()> work)
{
    stream_or_default(stream).work.push_back(std::move(work));
}

cudaError_t enqueue(cudaStream_t stream, const void* kernel, dim3 grid, dim3 block,
                    std::size_t shared_bytes, Thread thread)
{
    if (!launchable(kernel, grid, block, shared_bytes)) return note(cudaErrorInvalidConfiguration);
    enqueue(stream, [=] { run_grid(grid, block, shared_bytes, thread); });
    return cudaSuccess;
}

std::size_t pending_work()
{
    std::size_t n = runtime().default_stream.work.size();
    for (const auto& stream : runtime().streams)
        n += stream->work.size();
    return n;
}

void drop_pending_work()
{
    runtime().default_stream.work.clear();
    for (const auto& stream : runtime().streams)
        stream->work.clear();
}

} // namespace host_cuda

using host_cuda::device;
using host_cuda::note;
using host_cuda::run_all;
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
    switch (error) {
    case cudaSuccess:
        return "cudaSuccess";
    case cudaErrorInvalidValue:
        return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
        return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
        return "cudaErrorInvalidConfiguration";
    case cudaErrorInsufficientDriver:
        return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice:
        return "cudaErrorNoDevice";
    case cudaErrorNotSupported:
        return "cudaErrorNotSupported";
    }
    return "?";
}

const char* cudaGetErrorString(cudaError_t error)
{
    return cudaGetErrorName(error);
}

cudaError_t cudaMalloc(void** address, std::size_t bytes)
{
    *address = runtime().memory.allocate(bytes);
    return *address != nullptr ? cudaSuccess : note(cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* address)
{
    if (address == nullptr) return cudaSuccess;
    cudaDeviceSynchronize(); // as the device does
    return runtime().memory.release(address) ? cudaSuccess : note(cudaErrorInvalidValue);
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
    if (kind == cudaMemcpyHostToDevice) { // pageable memory is staged before the call returns
        const auto* first = static_cast<const char*>(from);
        host_cuda::enqueue(stream, [to, staged = std::vector<char>(first, first + bytes)] {
            std::memcpy(to, staged.data(), staged.size());
        });
        return cudaSuccess;
    }
    host_cuda::enqueue(stream, [=] { std::memmove(to, from, bytes); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream)
{
    if (bytes > 0 && !runtime().memory.holds(to, bytes)) return note(cudaErrorInvalidValue);
    host_cuda::enqueue(stream, [=] { std::memset(to, value, bytes); });
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/)
{
    runtime().streams.push_back(std::make_unique<CUstream_st>());
    *stream = runtime().streams.back().get();
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    cudaStreamSynchronize(stream);
    auto& streams = runtime().streams;
    streams.erase(std::find_if(streams.begin(), streams.end(),
                               [=](const auto& s) { return s.get() == stream; }));
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    run_all(host_cuda::stream_or_default(stream));
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize()
{
    run_all(runtime().default_stream);
    for (const auto& stream : runtime().streams)
        run_all(*stream);
    return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute /*attribute*/, int value)
{
    constexpr int kMost = 163 << 10; // of compute capability 8.0; 8.6 has 99 KB
    if (value < 0 || value > kMost) return note(cudaErrorInvalidValue);
    runtime().allowed_shared[kernel] = std::size_t(value);
    return cudaSuccess;
}
