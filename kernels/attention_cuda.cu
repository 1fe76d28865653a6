#include "cuda_ops.h"
#include "cuda_util.cuh"
#include "view_access.h"

#include <algorithm>

// Attention in one pass over the keys (Milakov and Gimelshein, arXiv:1805.02867; Dao et al.,
// arXiv:2205.14135). A block takes 16 queries that share a KV head and walks through the keys 32
// at a time: a lane scores one key, then the lanes share out the elements of the values. With few
// queries the keys are split over blocks and a second kernel combines the parts.
namespace mixscope::cuda {

namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarp;
constexpr int kWarpQueries = 4;
constexpr int kQueries = kWarps * kWarpQueries; ///< of a block: (token, head of the group) pairs
constexpr int kKeys = kWarp; ///< in shared memory at a time
constexpr int kMaxHeadDim = 256;

struct AttendArgs {
    HeadRows q, out, probs;
    const std::int32_t* pos;
    float2*
        stats; ///< [T, Hq]: largest score and sum of exponentials; absent unless probs are wanted
    float* partials; ///< [T, Hq, splits, head_dim + 2]: sum of values, largest score, sum
    int tokens, heads, group, head_dim, splits;
    std::int64_t window;
    float scale;
};

/// What a block works on.
struct Queries {
    __device__ explicit Queries(const AttendArgs& a)
        : kv_head(int(blockIdx.y))
        , group(a.group)
        , first(int(blockIdx.x) * kQueries)
        , count(min(kQueries, a.tokens * a.group - first))
        , pos(a.pos[0])
        , window(a.window)
    {
    }
    __device__ int token(int i) const { return (first + i) / group; }
    __device__ int head(int i) const { return kv_head * group + (first + i) % group; }
    __device__ bool sees(int i, std::int64_t key) const
    {
        const std::int64_t newest = pos + token(i);
        return i < count && key <= newest && (window <= 0 || key > newest - window);
    }
    /// Keys that any of the queries sees: [begin, end).
    __device__ std::int64_t begin() const
    {
        return window > 0 ? max(std::int64_t(0), pos + token(0) - window + 1) : 0;
    }
    __device__ std::int64_t end() const { return pos + token(count - 1) + 1; }

    int kv_head, group, first, count;
    std::int64_t pos, window;
};

/// Shared memory of a block; rows are padded with zeros to D elements. Keys are one element
/// apart in the banks, because each lane reads its own.
template <int D> struct AttendTile {
    __device__ explicit AttendTile(float* shared)
        : q(shared)
        , keys(q + kQueries * D)
        , values(keys + kKeys * (D + 1))
        , weights(values + kKeys * D)
    {
    }
    static constexpr std::size_t kScoreBytes = (kQueries * D + kKeys * (D + 1)) * sizeof(float);
    static constexpr std::size_t kBytes =
        kScoreBytes + (kKeys * D + kKeys * kQueries) * sizeof(float);

    float *q, *keys, *values;
    float* weights; ///< [kWarps, kKeys, kWarpQueries], each warp its own
};

template <int D>
__device__ void stage_queries(const AttendArgs& a, const Queries& queries, float* q)
{
    for (int i = warp(); i < kQueries; i += kWarps) {
        const float* from = i < queries.count ? a.q.at(queries.token(i), queries.head(i)) : nullptr;
        for (int e = lane(); e < D; e += kWarp) {
            q[i * D + e] = from != nullptr && e < a.head_dim ? a.scale * from[e] : 0.0F;
        }
    }
}

/// Rows [begin, end) of one head of a cache; rows beyond are zero.
template <class E, int D>
__device__ void stage_rows(const AttendArgs& a, const E* cache, std::int64_t begin,
                           std::int64_t end, float* to, int step)
{
    const int kv_heads = a.heads / a.group;
    for (int i = warp(); i < kKeys; i += kWarps) {
        const E* from = cache + ((begin + i) * kv_heads + blockIdx.y) * a.head_dim;
        for (int e = lane(); e < D; e += kWarp) {
            to[i * step + e] = begin + i < end && e < a.head_dim ? to_f32(from[e]) : 0.0F;
        }
    }
}

/// The scores of this lane's key for the queries of this warp.
template <int D> __device__ void score(const AttendTile<D>& tile, float (&scores)[kWarpQueries])
{
    const float* key = tile.keys + lane() * (D + 1);
    const float* q = tile.q + warp() * kWarpQueries * D;
    for (float& s : scores)
        s = 0.0F;
#pragma unroll 4
    for (int e = 0; e < D; e += 4) {
#pragma unroll
        for (int r = 0; r < kWarpQueries; ++r) {
            const float4 four = load4(q + r * D + e);
            scores[r] = fmaf(four.x, key[e], scores[r]);
            scores[r] = fmaf(four.y, key[e + 1], scores[r]);
            scores[r] = fmaf(four.z, key[e + 2], scores[r]);
            scores[r] = fmaf(four.w, key[e + 3], scores[r]);
        }
    }
}

/// The running softmax of one query; a lane holds elements lane, lane + 32, …
template <int D> struct Running {
    float largest = -INFINITY;
    float sum = 0.0F;
    float values[D / kWarp] = {};

    /// Takes in this lane's score; returns its weight.
    __device__ float take(float s)
    {
        const float now = fmaxf(largest, warp_max(s));
        if (now == -INFINITY) return 0.0F; // no key seen yet
        const float shrink = expf(largest - now);
        const float weight = expf(s - now);
        largest = now;
        sum = fmaf(sum, shrink, warp_sum(weight));
        for (float& v : values)
            v *= shrink;
        return weight;
    }

    __device__ void write(float* to, int head_dim, float divisor) const
    {
#pragma unroll
        for (int i = 0; i < D / kWarp; ++i) {
            const int e = i * kWarp + lane();
            if (e < head_dim) to[e] = values[i] / divisor;
        }
    }
};

/// Adds the values of the staged keys to each query of this warp.
template <int D>
__device__ void add_values(const AttendTile<D>& tile, const float* weights,
                           Running<D> (&running)[kWarpQueries])
{
    static_assert(kWarpQueries == 4, "the weights of a key are one float4");
#pragma unroll 4
    for (int j = 0; j < kKeys; ++j) {
        const float4 four = load4(weights + j * kWarpQueries);
        const float each[kWarpQueries] = {four.x, four.y, four.z, four.w};
#pragma unroll
        for (int i = 0; i < D / kWarp; ++i) {
            const float value = tile.values[j * D + i * kWarp + lane()];
#pragma unroll
            for (int r = 0; r < kWarpQueries; ++r) {
                running[r].values[i] = fmaf(each[r], value, running[r].values[i]);
            }
        }
    }
}

template <int D>
__device__ void finish(const AttendArgs& a, const Running<D>& own, int token, int head)
{
    if (a.splits > 1) {
        const std::int64_t row = (std::int64_t(token) * a.heads + head) * a.splits + blockIdx.z;
        float* to = a.partials + row * (a.head_dim + 2);
        own.write(to, a.head_dim, 1.0F);
        if (lane() == 0) {
            to[a.head_dim] = own.largest;
            to[a.head_dim + 1] = own.sum;
        }
        return;
    }
    float* to = a.out.at(token, head);
    own.write(to, a.head_dim, own.sum);
    if (a.stats != nullptr && lane() == 0) {
        a.stats[token * a.heads + head] = make_float2(own.largest, own.sum);
    }
}

/// The keys of this block's split, a multiple of kKeys apart.
struct KeyRange {
    __device__ KeyRange(const AttendArgs& a, const Queries& queries)
    {
        const std::int64_t first = queries.begin();
        const std::int64_t tiles = (queries.end() - first + kKeys - 1) / kKeys;
        begin = first + tiles * blockIdx.z / a.splits * kKeys;
        end = min(queries.end(), first + tiles * (blockIdx.z + 1) / a.splits * kKeys);
    }
    std::int64_t begin, end;
};

template <class E, int D>
__global__ void __launch_bounds__(kThreads)
    attend_kernel(AttendArgs a, const E* k_cache, const E* v_cache)
{
    const AttendTile<D> tile(dynamic_shared<float>());
    const Queries queries(a);
    const KeyRange range(a, queries);
    stage_queries<D>(a, queries, tile.q);
    Running<D> running[kWarpQueries];
    for (std::int64_t begin = range.begin; begin < range.end; begin += kKeys) {
        __syncthreads(); // the keys before are done with
        stage_rows<E, D>(a, k_cache, begin, range.end, tile.keys, D + 1);
        stage_rows<E, D>(a, v_cache, begin, range.end, tile.values, D);
        __syncthreads();
        float scores[kWarpQueries];
        score(tile, scores);
        float* weights = tile.weights + warp() * kKeys * kWarpQueries;
#pragma unroll
        for (int r = 0; r < kWarpQueries; ++r) {
            const bool seen = queries.sees(warp() * kWarpQueries + r, begin + lane());
            weights[lane() * kWarpQueries + r] = running[r].take(seen ? scores[r] : -INFINITY);
        }
        __syncwarp();
        add_values(tile, weights, running);
    }
#pragma unroll
    for (int r = 0; r < kWarpQueries; ++r) {
        const int i = warp() * kWarpQueries + r;
        if (i < queries.count) finish(a, running[r], queries.token(i), queries.head(i));
    }
}

// One warp for each (token, head): adds up its splits.
__global__ void combine_kernel(AttendArgs a)
{
    const int head = int(blockIdx.y);
    const auto token = int(blockIdx.x);
    const int step = a.head_dim + 2;
    const float* parts = a.partials + (std::int64_t(token) * a.heads + head) * a.splits * step;
    float largest = -INFINITY;
    for (int s = 0; s < a.splits; ++s)
        largest = fmaxf(largest, parts[s * step + a.head_dim]);
    float sum = 0.0F; // a split that saw no key has the factor 0
    for (int s = 0; s < a.splits; ++s) {
        sum += expf(parts[s * step + a.head_dim] - largest) * parts[s * step + a.head_dim + 1];
    }
    float* to = a.out.at(token, head);
    for (int e = lane(); e < a.head_dim; e += kWarp) {
        float value = 0.0F;
        for (int s = 0; s < a.splits; ++s) {
            value = fmaf(expf(parts[s * step + a.head_dim] - largest), parts[s * step + e], value);
        }
        to[e] = value / sum;
    }
    if (a.stats != nullptr && lane() == 0)
        a.stats[token * a.heads + head] = make_float2(largest, sum);
}

// Scores once more, now that the largest score and the sum are known. Blocks share out the keys.
template <class E, int D>
__global__ void __launch_bounds__(kThreads) probs_kernel(AttendArgs a, const E* k_cache)
{
    const AttendTile<D> tile(dynamic_shared<float>());
    const Queries queries(a);
    const std::int64_t length = queries.pos + a.tokens;
    stage_queries<D>(a, queries, tile.q);
    for (std::int64_t begin = std::int64_t(blockIdx.z) * kKeys; begin < length;
         begin += std::int64_t(gridDim.z) * kKeys) {
        __syncthreads();
        stage_rows<E, D>(a, k_cache, begin, queries.end(), tile.keys, D + 1);
        __syncthreads();
        float scores[kWarpQueries];
        score(tile, scores);
        const std::int64_t key = begin + lane();
#pragma unroll
        for (int r = 0; r < kWarpQueries; ++r) {
            const int i = warp() * kWarpQueries + r;
            if (i >= queries.count || key >= length) continue;
            const float2 stats = a.stats[queries.token(i) * a.heads + queries.head(i)];
            a.probs.at(queries.head(i), queries.token(i))[key] =
                queries.sees(i, key) ? expf(scores[r] - stats.x) / stats.y : 0.0F;
        }
    }
}

/// The length that launches are made for; how long the past really is, the kernels read from `pos`.
std::int64_t bound_of(const Attend& op)
{
    return op.bound > 0 ? op.bound : op.length;
}

template <class E, int D>
int launch_attend(const Attend& op, const CudaContext& context, AttendArgs args, dim3 grid)
{
    const auto* keys = static_cast<const E*>(op.k_cache.data);
    const auto* values = static_cast<const E*>(op.v_cache.data);
    int status = launch(attend_kernel<E, D>, grid, kThreads, AttendTile<D>::kBytes, context, args,
                        keys, values);
    if (status == cudaSuccess && args.splits > 1) {
        status = launch(combine_kernel, dim3(unsigned(args.tokens), unsigned(args.heads)), kWarp, 0,
                        context, args);
    }
    if (status != cudaSuccess || !op.probs) return status;
    grid.z = unsigned(std::clamp(4 * context.multiprocessors / int(grid.x * grid.y), 1,
                                 pieces(bound_of(op), kKeys)));
    return launch(probs_kernel<E, D>, grid, kThreads, AttendTile<D>::kScoreBytes, context, args,
                  keys);
}

template <class E>
int launch_for_head_dim(const Attend& op, const CudaContext& context, const AttendArgs& args,
                        dim3 grid)
{
    if (args.head_dim <= 32) return launch_attend<E, 32>(op, context, args, grid);
    if (args.head_dim <= 64) return launch_attend<E, 64>(op, context, args, grid);
    if (args.head_dim <= 128) return launch_attend<E, 128>(op, context, args, grid);
    return launch_attend<E, kMaxHeadDim>(op, context, args, grid);
}

/// Parts that the keys are cut into, so that every multiprocessor has work.
int splits_of(const Attend& op, const CudaContext& context, int blocks, std::size_t partial_bytes)
{
    constexpr std::int64_t kFewestKeys = 128; // less is not worth combining
    constexpr int kBlocksEach = 4;
    const auto fit = std::int64_t(
        partial_bytes
        / (std::size_t(op.q.count() + 2 * op.q.shape[0] * op.q.shape[1]) * sizeof(float)));
    const std::int64_t wanted = kBlocksEach * context.multiprocessors / blocks;
    return int(std::clamp<std::int64_t>(std::min({wanted, fit, bound_of(op) / kFewestKeys}), 1, 256));
}

template <class E>
__global__ void kv_append_kernel(HeadRows k, HeadRows v, const std::int32_t* pos, E* k_cache,
                                 E* v_cache, int heads, int head_dim)
{
    const auto t = int(blockIdx.x);
    const int i = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (i >= heads * head_dim) return;
    const std::int64_t to = std::int64_t(pos[0] + t) * heads * head_dim + i;
    store(k.at(t, i / head_dim)[i % head_dim], k_cache[to]);
    store(v.at(t, i / head_dim)[i % head_dim], v_cache[to]);
}

} // namespace

int run(const KvAppend& op, const CudaContext& context)
{
    const auto heads = int(op.k.shape[1]);
    const auto head_dim = int(op.k.shape[2]);
    const dim3 grid {unsigned(op.k.shape[0]),
                     unsigned(pieces(std::int64_t(heads) * head_dim, kThreads))};
    return with_elements(op.k_cache, [&](auto* cache) {
        using E = std::decay_t<decltype(*cache)>;
        return launch(kv_append_kernel<E>, grid, kThreads, 0, context, HeadRows(op.k),
                      HeadRows(op.v), op.pos.as<std::int32_t>(), op.k_cache.as<E>(),
                      op.v_cache.as<E>(), heads, head_dim);
    });
}

int run(const Attend& op, const CudaContext& context)
{
    if (op.q.count() == 0) return cudaSuccess;
    if (op.q.shape[2] > kMaxHeadDim) return cudaErrorNotSupported;
    const auto tokens = int(op.q.shape[0]);
    const auto heads = int(op.q.shape[1]);
    const auto kv_heads = int(op.k_cache.shape[1]);
    const int group = heads / kv_heads;
    const std::size_t stats_bytes =
        op.probs ? (std::size_t(tokens) * heads * sizeof(float2) + 255) / 256 * 256 : 0;
    if (stats_bytes > context.scratch_bytes) return cudaErrorNotSupported;
    dim3 grid {unsigned(pieces(std::int64_t(tokens) * group, kQueries)), unsigned(kv_heads)};
    const int splits =
        splits_of(op, context, int(grid.x * grid.y), context.scratch_bytes - stats_bytes);
    grid.z = unsigned(splits);
    const AttendArgs args {
        HeadRows(op.q),
        HeadRows(op.out),
        HeadRows(op.probs),
        op.pos.as<std::int32_t>(),
        op.probs ? static_cast<float2*>(context.scratch) : nullptr,
        reinterpret_cast<float*>(static_cast<char*>(context.scratch) + stats_bytes),
        tokens,
        heads,
        group,
        int(op.q.shape[2]),
        splits,
        op.window,
        op.scale};
    return with_elements(op.k_cache, [&](auto* cache) {
        return launch_for_head_dim<std::decay_t<decltype(*cache)>>(op, context, args, grid);
    });
}

} // namespace mixscope::cuda
