#pragma once

#include "cuda_util.cuh"

// Products of weight rows, one warp a row, with activations that the block has staged in shared
// memory as f32: what Matmul and ExpertMlp do for few tokens.
namespace mixscope::cuda {

constexpr int kDotThreads = 256;
constexpr int kDotRows = kDotThreads / kWarp; ///< weight rows of a block
constexpr int kDotFloats = 8192; ///< staged at a time
constexpr std::size_t kDotBytes = kDotFloats * sizeof(float);

/// Columns staged at a time when a weight row is multiplied with T activations.
template <int T> constexpr int kDotTile = kDotFloats / T;

/// True when rows of w, each k long, can be read 16 bytes at a time.
template <class E> bool packs(const E* w, std::int64_t k)
{
    return k % kPack<E> == 0 && reinterpret_cast<std::uintptr_t>(w) % 16 == 0;
}

/// staged[t * kDotTile<T> + i] = x[t][begin + i] for i < length; zero for tokens that are not
/// there.
template <int T>
__device__ void stage_columns(const Rows& x, int tokens, int begin, int length, float* staged)
{
    for (int t = 0; t < T; ++t) {
        for (int i = int(threadIdx.x); i < length; i += kDotThreads) {
            staged[t * kDotTile<T> + i] = t < tokens ? x[t][begin + i] : 0.0F;
        }
    }
}

/// sums[t] += this lane's share of w · staged[t]. kPacked: w is 16-byte aligned, length a multiple
/// of kPack<E>.
template <class E, int T, bool kPacked>
__device__ void add_products(const E* w, const float* staged, int length, float (&sums)[T])
{
    if constexpr (kPacked) {
#pragma unroll 4
        for (int i = lane() * kPack<E>; i < length; i += kWarp * kPack<E>) {
            float weights[kPack<E>];
            load_pack(w + i, weights);
            for (int t = 0; t < T; ++t) {
                for (int j = 0; j < kPack<E>; j += 4) {
                    const float4 x = load4(staged + t * kDotTile<T> + i + j);
                    sums[t] = fmaf(weights[j], x.x, sums[t]);
                    sums[t] = fmaf(weights[j + 1], x.y, sums[t]);
                    sums[t] = fmaf(weights[j + 2], x.z, sums[t]);
                    sums[t] = fmaf(weights[j + 3], x.w, sums[t]);
                }
            }
        }
    } else {
        for (int i = lane(); i < length; i += kWarp) {
            const float weight = to_f32(w[i]);
            for (int t = 0; t < T; ++t)
                sums[t] = fmaf(weight, staged[t * kDotTile<T> + i], sums[t]);
        }
    }
}

/// sums[t] = w · x[t] over k columns, in every lane of the row's warp. All threads of the block
/// call this with the same x; `row_exists` is false for warps beyond the last row.
template <class E, int T, bool kPacked>
__device__ void row_dots(const Rows& x, int tokens, const E* w, bool row_exists, int k,
                         float (&sums)[T])
{
    float* staged = dynamic_shared<float>();
    for (int begin = 0; begin < k; begin += kDotTile<T>) {
        const int length = min(kDotTile<T>, k - begin);
        __syncthreads(); // the columns before are done with
        stage_columns<T>(x, tokens, begin, length, staged);
        __syncthreads();
        if (row_exists) add_products<E, T, kPacked>(w + begin, staged, length, sums);
    }
    for (float& sum : sums)
        sum = warp_sum(sum);
}

} // namespace mixscope::cuda
