#pragma once

#include "cuda_context.h"
#include "tensor_view.h"

#include <cstring>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <utility>

// Shared by the .cu files of this folder. They are also built by the host compiler for the tests
// (tests/support/host_cuda), hence the rules: launch through launch(), take all shared memory
// from dynamic_shared(), keep PTX inside small functions that have a plain twin.
namespace mixscope::cuda {

constexpr unsigned kAllLanes = 0xffffffffU;
constexpr int kWarp = 32;

/// Enqueues a kernel. An empty grid is a success. Returns a cudaError_t.
template <class... P, class... A>
int launch(void (*kernel)(P...), dim3 grid, dim3 block, std::size_t shared_bytes,
           const CudaContext& context, A... args)
{
    constexpr std::size_t kAlwaysAllowed = 48 * 1024;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0) return cudaSuccess;
    if (shared_bytes > kAlwaysAllowed) {
        const cudaError_t allowed = cudaFuncSetAttribute(
            kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(shared_bytes));
        if (allowed != cudaSuccess) return allowed;
    }
    cudaLaunchConfig_t config {};
    config.gridDim = grid;
    config.blockDim = block;
    config.dynamicSmemBytes = shared_bytes;
    config.stream = context.stream;
    return cudaLaunchKernelEx(&config, kernel, static_cast<P>(args)...);
}

/// The shared memory that the launch asked for, 16-byte aligned.
#ifdef HOST_CUDA
template <class T> T* dynamic_shared()
{
    return static_cast<T*>(host_cuda::dynamic_shared());
}
#else
template <class T> __device__ T* dynamic_shared()
{
    extern __shared__ __align__(16) unsigned char shared_memory[];
    return reinterpret_cast<T*>(shared_memory);
}
#endif

/// Number of pieces of `size` that cover n.
constexpr int pieces(std::int64_t n, std::int64_t size)
{
    return int((n + size - 1) / size);
}

__device__ inline int lane()
{
    return int(threadIdx.x) % kWarp;
}
__device__ inline int warp()
{
    return int(threadIdx.x) / kWarp;
}

/// Nanoseconds of a clock that all of the device shares.
#ifdef HOST_CUDA
inline unsigned long long device_time_ns()
{
    return host_cuda::device_time_ns();
}
#else
__device__ inline unsigned long long device_time_ns()
{
    unsigned long long ns;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(ns));
    return ns;
}
#endif

/// Notes when a kernel begins, if someone wants to know.
struct Stamp {
    explicit Stamp(const CudaContext& context)
        : to(std::exchange(context.stamp, nullptr))
    {
    }
    /// First thing in the kernel, by all its threads.
    __device__ void note() const
    {
        if (to == nullptr || blockIdx.x + blockIdx.y + blockIdx.z + threadIdx.x != 0) return;
        *to = device_time_ns();
    }

    unsigned long long* to;
};

/// Rows of f32, [T, n], maybe strided.
struct Rows {
    Rows() = default;
    explicit Rows(const TensorView& v)
        : Rows(v.as<float>(), v.stride[0])
    {
    }
    __host__ __device__ Rows(float* first, std::int64_t distance)
        : data(first)
        , step(distance)
    {
    }
    __host__ __device__ float* operator[](std::int64_t t) const { return data + t * step; }

    float* data = nullptr;
    std::int64_t step = 0;
};

/// Rows of f32 by head, [T, H, n], maybe strided.
struct HeadRows {
    HeadRows() = default;
    explicit HeadRows(const TensorView& v)
        : data(v.as<float>())
        , step(v.stride[0])
        , head_step(v.stride[1])
    {
    }
    __device__ float* at(std::int64_t t, std::int64_t h) const
    {
        return data + t * step + h * head_step;
    }

    float* data = nullptr;
    std::int64_t step = 0;
    std::int64_t head_step = 0;
};

__device__ inline float to_f32(float v)
{
    return v;
}
__device__ inline float to_f32(BFloat16 v)
{
    return __uint_as_float(unsigned(v.bits) << 16);
}
__device__ inline float to_f32(Half v)
{
    return __half2float(__ushort_as_half(v.bits));
}

// Round to nearest even, as to_bf16 and to_half do on the host.
__device__ inline void store(float v, float& to)
{
    to = v;
}
__device__ inline void store(float v, Half& to)
{
    to.bits = __half_as_ushort(__float2half_rn(v));
}
__device__ inline void store(float v, BFloat16& to)
{
    const unsigned wide = __float_as_uint(v);
    const bool nan = (wide & 0x7fffffffU) > 0x7f800000U;
    const unsigned rounded = wide + 0x7fffU + ((wide >> 16) & 1U);
    to.bits = static_cast<unsigned short>(nan ? (wide >> 16) | 0x40U : rounded >> 16);
}

/// A small weight of any type (norms, biases); the type is looked up at each access. May be absent.
struct SmallWeight {
    explicit SmallWeight(const TensorView& v)
        : data(v.data)
        , dtype(v.dtype)
    {
    }
    __device__ float operator[](std::int64_t i) const
    {
        if (dtype == DType::bf16) return to_f32(static_cast<const BFloat16*>(data)[i]);
        if (dtype == DType::f16) return to_f32(static_cast<const Half*>(data)[i]);
        return static_cast<const float*>(data)[i];
    }

    const void* data;
    DType dtype;
};

/// Elements of type E in a 16-byte load.
template <class E> constexpr int kPack = 16 / int(sizeof(E));

/// Reads 16 aligned bytes that no kernel writes while this one runs.
template <class E> __device__ void load_pack(const E* from, float (&to)[kPack<E>])
{
    const uint4 raw = __ldg(reinterpret_cast<const uint4*>(from));
    E elements[kPack<E>];
    memcpy(elements, &raw, sizeof raw);
    for (int i = 0; i < kPack<E>; ++i)
        to[i] = to_f32(elements[i]);
}

__device__ inline float4 load4(const float* from)
{
    return *reinterpret_cast<const float4*>(from);
}

// Over all lanes of a warp, the result in every lane.
__device__ inline float warp_sum(float v)
{
    for (int m = kWarp / 2; m > 0; m /= 2)
        v += __shfl_xor_sync(kAllLanes, v, m);
    return v;
}
__device__ inline float warp_max(float v)
{
    for (int m = kWarp / 2; m > 0; m /= 2)
        v = fmaxf(v, __shfl_xor_sync(kAllLanes, v, m));
    return v;
}

/// Over all threads of a block, the result in every thread. shared: [32] floats for this call
/// alone.
__device__ inline float block_sum(float v, float* shared)
{
    v = warp_sum(v);
    if (lane() == 0) shared[warp()] = v;
    __syncthreads();
    v = lane() < int(blockDim.x) / kWarp ? shared[lane()] : 0.0F;
    return warp_sum(v);
}
constexpr std::size_t kBlockSumBytes = kWarp * sizeof(float);

__device__ inline float silu(float v)
{
    return v / (1.0F + expf(-v));
}

} // namespace mixscope::cuda
