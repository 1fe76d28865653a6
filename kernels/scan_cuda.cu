#include "cuda_ops.h"
#include "cuda_util.cuh"

#include <algorithm>

namespace mixscope::cuda {

namespace {

__global__ void ssd_gates_kernel(Rows dt_raw, SmallWeight dt_bias, SmallWeight a_log, Rows dt,
                                 Rows keep, int heads, float dt_min, float dt_max)
{
    const int h = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (h >= heads) return;
    const float raw = dt_raw[blockIdx.x][h] + dt_bias[h];
    const float softplus = fmaxf(raw, 0.0F) + log1pf(expf(-fabsf(raw)));
    const float step = fminf(fmaxf(softplus, dt_min), dt_max);
    dt[blockIdx.x][h] = step;
    keep[blockIdx.x][h] = expf(-step * expf(a_log[h]));
}

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;
constexpr int kRowLanes = 8; ///< threads that share a row of the state
constexpr int kBlockRows = kThreads / kRowLanes;
constexpr int kTile = 16; ///< tokens staged in shared memory at a time

struct ScanArgs {
    HeadRows x, b, c, out;
    Rows dt, keep;
    SmallWeight d;
    float* state;
    float2* norms; ///< [T, H, blocks of rows]: sums of S_t^2 and (S_t - S_{t-1})^2, or absent
    int tokens, heads_per_group, rows, n;
};

/// What a block needs of a tile of tokens. b and c are padded with zeros to the width that the
/// lanes cover.
struct ScanTile {
    __device__ ScanTile(float* shared, int width)
        : b(shared)
        , c(b + kTile * width)
        , x(c + kTile * width)
        , dt(x + kTile * kBlockRows)
        , keep(dt + kTile)
        , norms(reinterpret_cast<float2*>(keep + kTile))
    {
    }
    static constexpr std::size_t bytes(int width)
    {
        return std::size_t(kTile)
            * ((2 * width + kBlockRows + 2) * sizeof(float) + kWarps * sizeof(float2));
    }

    float *b, *c, *x, *dt, *keep;
    float2* norms; ///< [kTile, kWarps]
};

__device__ void stage(const ScanArgs& a, const ScanTile& tile, int begin, int count, int width)
{
    const auto head = int(blockIdx.y);
    const int group = head / a.heads_per_group;
    const int first_row = int(blockIdx.x) * kBlockRows;
    for (int i = int(threadIdx.x); i < count * width; i += kThreads) {
        const int t = i / width;
        const int n = i % width;
        tile.b[i] = n < a.n ? a.b.at(begin + t, group)[n] : 0.0F;
        tile.c[i] = n < a.n ? a.c.at(begin + t, group)[n] : 0.0F;
    }
    for (int i = int(threadIdx.x); i < count * kBlockRows; i += kThreads) {
        const int p = first_row + i % kBlockRows;
        tile.x[i] = p < a.rows ? a.x.at(begin + i / kBlockRows, head)[p] : 0.0F;
    }
    if (int(threadIdx.x) < count) {
        tile.dt[threadIdx.x] = a.dt[begin + int(threadIdx.x)][head];
        tile.keep[threadIdx.x] = a.keep[begin + int(threadIdx.x)][head];
    }
}

/// Element j of a lane is column lane + 8 j.
template <int kPerLane, bool kNorms> struct StateRow {
    float s[kPerLane];
    float norm = 0.0F;
    float change = 0.0F;

    /// S <- keep * S + gain * b; returns this lane's part of S · c.
    __device__ float step(float keep, float gain, const float* b, const float* c)
    {
        float sum = 0.0F;
        norm = 0.0F;
        change = 0.0F;
        for (int j = 0; j < kPerLane; ++j) {
            const float old = s[j];
            s[j] = fmaf(keep, old, gain * b[j * kRowLanes]);
            sum = fmaf(s[j], c[j * kRowLanes], sum);
            if constexpr (kNorms) {
                norm = fmaf(s[j], s[j], norm);
                change = fmaf(s[j] - old, s[j] - old, change);
            }
        }
        return sum;
    }
};

// One block for 32 rows of one head's state; the state stays in registers for all tokens.
template <int kPerLane, bool kNorms>
__global__ void __launch_bounds__(kThreads) ssd_scan_kernel(ScanArgs a)
{
    constexpr int kWidth = kPerLane * kRowLanes;
    const ScanTile tile(dynamic_shared<float>(), kWidth);
    const auto head = int(blockIdx.y);
    const int row_lane = int(threadIdx.x) % kRowLanes;
    const int row = int(threadIdx.x) / kRowLanes;
    const int p = int(blockIdx.x) * kBlockRows + row;
    const bool in_range = p < a.rows;
    float* state = a.state + (std::int64_t(head) * a.rows + p) * a.n;
    const float skip = a.d[head];

    StateRow<kPerLane, kNorms> own;
    for (int j = 0; j < kPerLane; ++j) {
        const int n = row_lane + j * kRowLanes;
        own.s[j] = in_range && n < a.n ? state[n] : 0.0F;
    }
    for (int begin = 0; begin < a.tokens; begin += kTile) {
        const int count = min(kTile, a.tokens - begin);
        __syncthreads(); // the tile before is done with
        stage(a, tile, begin, count, kWidth);
        __syncthreads();
        for (int t = 0; t < count; ++t) {
            const float x = tile.x[t * kBlockRows + row];
            const int first = t * kWidth + row_lane;
            float sum = own.step(tile.keep[t], tile.dt[t] * x, tile.b + first, tile.c + first);
            for (int m = kRowLanes / 2; m > 0; m /= 2)
                sum += __shfl_xor_sync(kAllLanes, sum, m);
            if (in_range && row_lane == 0) a.out.at(begin + t, head)[p] = fmaf(skip, x, sum);
            if constexpr (kNorms) {
                const float2 sums = make_float2(warp_sum(own.norm), warp_sum(own.change));
                if (lane() == 0) tile.norms[t * kWarps + warp()] = sums;
            }
        }
        if constexpr (kNorms) {
            __syncthreads();
            if (int(threadIdx.x) < count) {
                float2 total = make_float2(0.0F, 0.0F);
                for (int w = 0; w < kWarps; ++w) {
                    const float2 part = tile.norms[int(threadIdx.x) * kWarps + w];
                    total = make_float2(total.x + part.x, total.y + part.y);
                }
                const std::int64_t t = begin + int(threadIdx.x);
                a.norms[(t * gridDim.y + head) * gridDim.x + blockIdx.x] = total;
            }
        }
    }
    for (int j = 0; j < kPerLane; ++j) {
        const int n = row_lane + j * kRowLanes;
        if (in_range && n < a.n) state[n] = own.s[j];
    }
}

__global__ void ssd_norms_kernel(const float2* norms, int parts, Rows state_norm, Rows state_change,
                                 int heads)
{
    const int h = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (h >= heads) return;
    float2 sum = make_float2(0.0F, 0.0F);
    for (int i = 0; i < parts; ++i) {
        const float2 part = norms[(std::int64_t(blockIdx.x) * heads + h) * parts + i];
        sum = make_float2(sum.x + part.x, sum.y + part.y);
    }
    if (state_norm.data != nullptr) state_norm[blockIdx.x][h] = sqrtf(sum.x);
    if (state_change.data != nullptr) {
        state_change[blockIdx.x][h] = sum.x > 0.0F ? sqrtf(sum.y / sum.x) : 0.0F;
    }
}

template <int kPerLane> int launch_scan(const ScanArgs& args, dim3 grid, const CudaContext& context)
{
    const std::size_t bytes = ScanTile::bytes(kPerLane * kRowLanes);
    if (args.norms != nullptr) {
        return launch(ssd_scan_kernel<kPerLane, true>, grid, kThreads, bytes, context, args);
    }
    return launch(ssd_scan_kernel<kPerLane, false>, grid, kThreads, bytes, context, args);
}

int scan(const SsdScan& op, const CudaContext& context)
{
    const auto tokens = int(op.x.shape[0]);
    const auto heads = int(op.x.shape[1]);
    const auto rows = int(op.x.shape[2]);
    const auto n = int(op.b.shape[2]);
    const bool probed = op.state_norm || op.state_change;
    const ScanArgs args {HeadRows(op.x),
                         HeadRows(op.b),
                         HeadRows(op.c),
                         HeadRows(op.out),
                         Rows(op.dt),
                         Rows(op.keep),
                         SmallWeight(op.d),
                         op.state.as<float>(),
                         probed ? static_cast<float2*>(context.scratch) : nullptr,
                         tokens,
                         heads / int(op.b.shape[1]),
                         rows,
                         n};
    const int parts = pieces(rows, kBlockRows);
    const dim3 grid {unsigned(parts), unsigned(heads)};
    const auto launch_width = n <= 16 ? launch_scan<2>
        : n <= 32                     ? launch_scan<4>
        : n <= 64                     ? launch_scan<8>
        : n <= 128                    ? launch_scan<16>
                                      : launch_scan<32>;
    const int status = launch_width(args, grid, context);
    if (status != cudaSuccess || !probed) return status;
    return launch(ssd_norms_kernel, dim3(unsigned(tokens), unsigned(pieces(heads, kWarp))), kWarp,
                  0, context, static_cast<const float2*>(args.norms), parts, Rows(op.state_norm),
                  Rows(op.state_change), heads);
}

SsdScan tokens_of(const SsdScan& op, std::int64_t begin, std::int64_t length)
{
    SsdScan part = op;
    for (TensorView* v : {&part.x, &part.b, &part.c, &part.dt, &part.keep, &part.out,
                          &part.state_norm, &part.state_change}) {
        if (*v) *v = v->slice(0, begin, length);
    }
    return part;
}

} // namespace

int run(const SsdGates& op, const CudaContext& context)
{
    const auto heads = int(op.dt_raw.shape[1]);
    constexpr int kBlock = 64;
    return launch(ssd_gates_kernel,
                  dim3(unsigned(op.dt_raw.shape[0]), unsigned(pieces(heads, kBlock))), kBlock, 0,
                  context, Rows(op.dt_raw), SmallWeight(op.dt_bias), SmallWeight(op.a_log),
                  Rows(op.dt), Rows(op.keep), heads, op.dt_min, op.dt_max);
}

int run(const SsdScan& op, const CudaContext& context)
{
    if (op.b.shape[2] > 256) return cudaErrorNotSupported;
    const std::int64_t tokens = op.x.shape[0];
    if (tokens == 0) return cudaSuccess;
    // The scratch holds the norms of that many tokens; without them one pass does it all.
    const std::int64_t per_token =
        op.x.shape[1] * pieces(op.x.shape[2], kBlockRows) * std::int64_t(sizeof(float2));
    const bool probed = op.state_norm || op.state_change;
    const std::int64_t slice = probed
        ? std::max<std::int64_t>(1, std::int64_t(context.scratch_bytes) / per_token)
        : tokens;
    for (std::int64_t begin = 0; begin < tokens; begin += slice) {
        const int status = scan(tokens_of(op, begin, std::min(slice, tokens - begin)), context);
        if (status != cudaSuccess) return status;
    }
    return cudaSuccess;
}

} // namespace mixscope::cuda
