#pragma once

// Stands in for the CUDA Toolkit's header of this name when a .cu file or the CUDA backend is
// built by the host compiler: the language (qualifiers, thread indices, warp functions) and the
// calls of the runtime that the project uses. See README.md beside the folder.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
// There is no __shared__: kernels take shared memory from dynamic_shared(), which is poisoned.

using std::max;
using std::min;

struct dim3 {
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1)
        : x(x_)
        , y(y_)
        , z(z_)
    {
    }
    unsigned x, y, z;
};
struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(16) uint4 {
    unsigned x, y, z, w;
};
inline float2 make_float2(float x, float y)
{
    return {x, y};
}

enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
    cudaErrorLaunchFailure = 719,
    cudaErrorNotSupported = 801,
    cudaErrorStreamCaptureUnsupported = 900,
    cudaErrorStreamCaptureInvalidated = 901,
    cudaErrorStreamCaptureIsolation = 905,
};

struct CUstream_st;
struct CUevent_st;
struct CUgraph_st;
struct CUgraphExec_st;
using cudaStream_t = CUstream_st*;
using cudaEvent_t = CUevent_st*;
using cudaGraph_t = CUgraph_st*;
using cudaGraphExec_t = CUgraphExec_st*;

namespace host_cuda {

void block_barrier(); ///< waits for every live thread of the block
void warp_barrier(); ///< waits for every live lane of the warp
void* warp_slot(int lane); ///< 16 bytes of exchange space of each lane of this warp
int lane();
void* dynamic_shared();
unsigned long long device_time_ns(); ///< rises with every call

/// A kernel with its arguments bound; called once for each CUDA thread.
using Thread = std::function<void()>;

/// Puts a launch at the end of the stream. `kernel` is its address, for its attributes.
cudaError_t enqueue(cudaStream_t stream, const void* kernel, dim3 grid, dim3 block,
                    std::size_t shared_bytes, Thread thread);

/// Stops with a message when a vector load or store is not aligned, as the device does.
void check_alignment(const void* address, std::size_t alignment);

template <class T> T exchange(T value, int from)
{
    static_assert(sizeof(T) <= 16);
    std::memcpy(warp_slot(lane()), &value, sizeof value);
    warp_barrier();
    T result;
    std::memcpy(&result, warp_slot(from), sizeof result);
    warp_barrier();
    return result;
}

} // namespace host_cuda

extern dim3 threadIdx, blockIdx, blockDim, gridDim; // of the running CUDA thread

inline void __syncthreads()
{
    host_cuda::block_barrier();
}
inline void __syncwarp(unsigned /*mask*/ = 0xffffffffU)
{
    host_cuda::warp_barrier();
}

template <class T> T __shfl_sync(unsigned /*mask*/, T value, int from)
{
    return host_cuda::exchange(value, from & 31);
}
template <class T> T __shfl_xor_sync(unsigned /*mask*/, T value, int lane_mask)
{
    return host_cuda::exchange(value, host_cuda::lane() ^ lane_mask);
}

template <class T> T __ldg(const T* from)
{
    host_cuda::check_alignment(from, alignof(T));
    return *from;
}

inline unsigned __float_as_uint(float v)
{
    unsigned bits;
    std::memcpy(&bits, &v, sizeof bits);
    return bits;
}
inline float __uint_as_float(unsigned bits)
{
    float v;
    std::memcpy(&v, &bits, sizeof v);
    return v;
}
inline float rsqrtf(float v)
{
    return 1.0F / std::sqrt(v);
}

// The runtime. Streams run late: work waits until something waits for it.

enum cudaMemcpyKind {
    cudaMemcpyHostToDevice = 1,
    cudaMemcpyDeviceToHost = 2,
    cudaMemcpyDeviceToDevice = 3
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaStreamCaptureMode {
    cudaStreamCaptureModeGlobal = 0,
    cudaStreamCaptureModeThreadLocal = 1,
    cudaStreamCaptureModeRelaxed = 2
};
constexpr unsigned cudaStreamNonBlocking = 1;
constexpr unsigned cudaEventDisableTiming = 2;
constexpr unsigned cudaHostAllocDefault = 0;

struct cudaLaunchConfig_t {
    dim3 gridDim, blockDim;
    std::size_t dynamicSmemBytes;
    cudaStream_t stream;
};

struct cudaDeviceProp {
    char name[256];
    std::size_t totalGlobalMem;
    int major, minor, multiProcessorCount;
};

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetLastError();
const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);

cudaError_t cudaMalloc(void** address, std::size_t bytes);
cudaError_t cudaFree(void* address);
cudaError_t cudaHostAlloc(void** address, std::size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void* address);
cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream);

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int priority);
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaDeviceSynchronize();

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);

// What a stream captures is launched with the arguments of then, as often as wanted.
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                 unsigned long long flags = 0);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value);

template <class... P>
cudaError_t cudaFuncSetAttribute(void (*kernel)(P...), cudaFuncAttribute attribute, int value)
{
    return cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), attribute, value);
}

template <class... P, class... A>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(P...), A&&... args)
{
    // Arguments are copied now, as the device does.
    const std::tuple<P...> bound(static_cast<P>(args)...);
    return host_cuda::enqueue(config->stream, reinterpret_cast<const void*>(kernel),
                              config->gridDim, config->blockDim, config->dynamicSmemBytes,
                              [kernel, bound] { std::apply(kernel, bound); });
}
