#include "cuda_dot.cuh"
#include "cuda_ops.h"
#include "view_access.h"

#include <algorithm>

// Which experts a token goes to is known on the device only, and stays there: the host enqueues
// the same launches whatever the router says.
namespace mixscope::cuda {

namespace {

/// True when (score a, expert ea) comes before (score b, expert eb).
__device__ bool better(float a, int ea, float b, int eb)
{
    return a > b || (a == b && ea < eb);
}

/// The best expert of those that come after `last` in the order; -1 when there is none.
__device__ int next_best(const float* logits, int experts, int last)
{
    float best = -INFINITY;
    int id = -1;
    for (int e = lane(); e < experts; e += kWarp) {
        if (last >= 0 && !better(logits[last], last, logits[e], e)) continue;
        if (id < 0 || better(logits[e], e, best, id)) {
            best = logits[e];
            id = e;
        }
    }
    for (int m = kWarp / 2; m > 0; m /= 2) {
        const float other = __shfl_xor_sync(kAllLanes, best, m);
        const int other_id = __shfl_xor_sync(kAllLanes, id, m);
        if (other_id >= 0 && (id < 0 || better(other, other_id, best, id))) {
            best = other;
            id = other_id;
        }
    }
    return id;
}

/// out = softmax of n values, `largest` being the largest; from and out may alias.
__device__ void softmax(const float* from, float* out, int n, float largest)
{
    float sum = 0.0F;
    for (int i = lane(); i < n; i += kWarp) {
        out[i] = expf(from[i] - largest);
        sum += out[i];
    }
    sum = warp_sum(sum);
    for (int i = lane(); i < n; i += kWarp)
        out[i] /= sum;
}

struct Ids {
    explicit Ids(const TensorView& v)
        : data(v.as<std::int32_t>())
        , step(v.stride[0])
    {
    }
    __device__ std::int32_t* operator[](std::int64_t t) const { return data + t * step; }

    std::int32_t* data;
    std::int64_t step;
};

// One warp a token.
__global__ void route_kernel(Rows logits, Ids ids, Rows weights, Rows probs, int experts, int k)
{
    const float* scores = logits[blockIdx.x];
    std::int32_t* chosen = ids[blockIdx.x];
    float* weight = weights[blockIdx.x];
    int last = -1;
    for (int j = 0; j < k; ++j) {
        const int found = next_best(scores, experts, last);
        last = found >= 0 ? found : j; // NaN scores have no order; stay inside the table
        if (lane() == 0) {
            chosen[j] = last;
            weight[j] = scores[last];
        }
    }
    __syncwarp(); // what lane 0 wrote is there
    const float largest = scores[chosen[0]];
    softmax(weight, weight, k, largest);
    if (probs.data != nullptr) softmax(scores, probs[blockIdx.x], experts, largest);
}

/// Operands of an ExpertMlp; pair i is choice i % k of token i / k.
struct Experts {
    explicit Experts(const ExpertMlp& op)
        : x(op.x)
        , weights(op.weights)
        , hidden(op.hidden)
        , out(op.out)
        , ids(op.ids)
        , d(int(op.x.shape[1]))
        , inner(int(op.w_out.shape[2]))
        , k(int(op.ids.shape[1]))
        , experts(int(op.w_out.shape[0]))
    {
    }
    __device__ int id(int pair) const { return ids[pair / k][pair % k]; }

    Rows x, weights, hidden, out;
    Ids ids;
    int d, inner, k, experts;
};

// Few tokens: hidden[pair] = w_in[expert] · x[token], one warp a row of w_in.
template <class E, bool kPacked>
__global__ void __launch_bounds__(kDotThreads) experts_in_kernel(Experts a, const E* w_in)
{
    const auto pair = int(blockIdx.y);
    const int row = int(blockIdx.x) * kDotRows + warp();
    const int rows = 2 * a.inner;
    const Rows x {a.x[pair / a.k], 0};
    float sums[1] = {};
    row_dots<E, 1, kPacked>(x, 1, w_in + (std::int64_t(a.id(pair)) * rows + row) * a.d, row < rows,
                            a.d, sums);
    if (row < rows && lane() == 0) a.hidden[pair][row] = sums[0];
}

// out[token] += sum_j weight_j * w_out[expert_j] · active[pair j], one warp a row of w_out.
template <class E, bool kPacked>
__global__ void __launch_bounds__(kDotThreads) experts_out_kernel(Experts a, const E* w_out)
{
    const auto token = int(blockIdx.y);
    const int row = int(blockIdx.x) * kDotRows + warp();
    float total = 0.0F;
    for (int j = 0; j < a.k; ++j) {
        const int pair = token * a.k + j;
        const Rows active {a.hidden[pair] + 2 * a.inner, 0};
        float sums[1] = {};
        row_dots<E, 1, kPacked>(active, 1, w_out + (std::int64_t(a.id(pair)) * a.d + row) * a.inner,
                                row < a.d, a.inner, sums);
        total = fmaf(a.weights[token][j], sums[0], total);
    }
    if (row < a.d && lane() == 0) a.out[token][row] += total;
}

/// hidden's last third <- SwiGlu of its first two.
int activate(const ExpertMlp& op, const CudaContext& context)
{
    const std::int64_t inner = op.w_out.shape[2];
    return run(SwiGlu {op.hidden.slice(1, 0, 2 * inner), op.hidden.slice(1, 2 * inner, inner)},
               context);
}

template <class E> int run_few(const ExpertMlp& op, const CudaContext& context)
{
    const Experts args(op);
    const auto* w_in = static_cast<const E*>(op.w_in.data);
    const auto* w_out = static_cast<const E*>(op.w_out.data);
    const auto tokens = unsigned(op.x.shape[0]);
    const auto in = packs(w_in, args.d) ? experts_in_kernel<E, true> : experts_in_kernel<E, false>;
    const auto out =
        packs(w_out, args.inner) ? experts_out_kernel<E, true> : experts_out_kernel<E, false>;
    const dim3 in_grid {unsigned(pieces(2 * args.inner, kDotRows)), tokens * unsigned(args.k)};
    const dim3 out_grid {unsigned(pieces(args.d, kDotRows)), tokens};
    int status = launch(in, in_grid, kDotThreads, kDotBytes, context, args, w_in);
    if (status == cudaSuccess) status = activate(op, context);
    if (status != cudaSuccess) return status;
    return launch(out, out_grid, kDotThreads, kDotBytes, context, args, w_out);
}

/// The pairs sorted by expert, in the scratch.
struct Plan {
    std::int32_t* begin; ///< [experts + 1] where each expert's pairs begin in `order`
    std::int32_t* order; ///< [T * k]
};

// One block; each thread collects the pairs of its experts in their order, so that sums do not
// depend on the schedule.
__global__ void plan_kernel(Experts a, Plan plan, int pairs)
{
    for (int e = int(threadIdx.x); e < a.experts; e += int(blockDim.x)) {
        int count = 0;
        for (int i = 0; i < pairs; ++i)
            count += a.id(i) == e ? 1 : 0;
        plan.begin[e + 1] = count;
    }
    if (threadIdx.x == 0) plan.begin[0] = 0;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int e = 0; e < a.experts; ++e)
            plan.begin[e + 1] += plan.begin[e];
    }
    __syncthreads();
    for (int e = int(threadIdx.x); e < a.experts; e += int(blockDim.x)) {
        int at = plan.begin[e];
        for (int i = 0; i < pairs; ++i) {
            if (a.id(i) == e) plan.order[at++] = i;
        }
    }
}

constexpr int kTile = 64; ///< rows and columns of a block's rectangle
constexpr int kTileDepth = 16; ///< columns of the operands staged at a time
constexpr int kTileStep = kTile + 4;
constexpr int kSide = 4; ///< a thread computes 4 x 4
constexpr int kTileThreads = kTile / kSide * kTile / kSide;
constexpr std::size_t kTileBytes = 2 * kTileDepth * kTileStep * sizeof(float);

/// One grouped product: to[pair] = w[expert of pair] · from[pair / share].
struct Grouped {
    Rows from, to;
    int share; ///< pairs that read the same row: k for x, 1 for hidden
    int rows, depth; ///< of one expert's matrix
    int experts;
};

/// The piece of an expert's pairs that a block works on: the blockIdx.y-th when the experts'
/// pieces are counted one after another.
struct Piece {
    __device__ Piece(const Grouped& g, const Plan& plan)
    {
        auto index = int(blockIdx.y);
        for (expert = 0; expert < g.experts; ++expert) {
            const int count = plan.begin[expert + 1] - plan.begin[expert];
            const int tiles = (count + kTile - 1) / kTile;
            if (index < tiles) {
                first = plan.begin[expert] + index * kTile;
                size = min(kTile, plan.begin[expert + 1] - first);
                return;
            }
            index -= tiles;
        }
    }
    int expert = 0, first = 0, size = 0;
};

template <class E>
__global__ void __launch_bounds__(kTileThreads) grouped_kernel(Grouped g, Plan plan, const E* w)
{
    float* left = dynamic_shared<float>(); // [kTileDepth, kTileStep] pairs
    float* right = left + kTileDepth * kTileStep; // the same, rows of w
    const Piece piece(g, plan);
    if (piece.size == 0) return; // whole blocks leave
    const int first_row = int(blockIdx.x) * kTile;
    const E* matrix = w + std::int64_t(piece.expert) * g.rows * g.depth;
    const int own_pair = int(threadIdx.x) / (kTile / kSide) * kSide;
    const int own_row = int(threadIdx.x) % (kTile / kSide) * kSide;
    float sums[kSide][kSide] = {};
    for (int begin = 0; begin < g.depth; begin += kTileDepth) {
        __syncthreads(); // the columns before are done with
        for (int i = int(threadIdx.x); i < kTile * kTileDepth; i += kTileThreads) {
            const int r = i / kTileDepth;
            const int c = i % kTileDepth;
            const bool inside = begin + c < g.depth;
            const int pair = r < piece.size ? plan.order[piece.first + r] : 0;
            left[c * kTileStep + r] =
                inside && r < piece.size ? g.from[pair / g.share][begin + c] : 0.0F;
            right[c * kTileStep + r] = inside && first_row + r < g.rows
                ? to_f32(matrix[std::int64_t(first_row + r) * g.depth + begin + c])
                : 0.0F;
        }
        __syncthreads();
        for (int c = 0; c < kTileDepth; ++c) {
            const float4 a = load4(left + c * kTileStep + own_pair);
            const float4 b = load4(right + c * kTileStep + own_row);
            const float as[kSide] = {a.x, a.y, a.z, a.w};
            const float bs[kSide] = {b.x, b.y, b.z, b.w};
#pragma unroll
            for (int i = 0; i < kSide; ++i) {
                for (int j = 0; j < kSide; ++j)
                    sums[i][j] = fmaf(as[i], bs[j], sums[i][j]);
            }
        }
    }
#pragma unroll
    for (int i = 0; i < kSide; ++i) {
        if (own_pair + i >= piece.size) break;
        float* to = g.to[plan.order[piece.first + own_pair + i]] + first_row + own_row;
        for (int j = 0; j < kSide; ++j) {
            if (first_row + own_row + j < g.rows) to[j] = sums[i][j];
        }
    }
}

// out[token] += sum_j weight_j * y[pair j]; y: [T * k, d].
__global__ void gather_kernel(Experts a, Rows y)
{
    const int i = int(blockIdx.y * blockDim.x + threadIdx.x);
    if (i >= a.d) return;
    const auto token = int(blockIdx.x);
    float total = 0.0F;
    for (int j = 0; j < a.k; ++j)
        total = fmaf(a.weights[token][j], y[token * a.k + j][i], total);
    a.out[token][i] += total;
}

template <class E>
int launch_grouped(const Grouped& g, const Plan& plan, const E* w, int pairs,
                   const CudaContext& context)
{
    // At most one piece of each expert is not full.
    const int most = std::min(pairs, pairs / kTile + g.experts);
    return launch(grouped_kernel<E>, dim3(unsigned(pieces(g.rows, kTile)), unsigned(most)),
                  kTileThreads, kTileBytes, context, g, plan, w);
}

/// Many tokens: every expert multiplies all its tokens at once, in tiles.
template <class E> int run_many(const ExpertMlp& op, const CudaContext& context)
{
    constexpr int kPlanThreads = 128;
    constexpr int kThreads = 256;
    const Experts args(op);
    const auto tokens = int(op.x.shape[0]);
    const int pairs = tokens * args.k;
    const Rows y {static_cast<float*>(context.scratch), args.d};
    const Plan plan {reinterpret_cast<std::int32_t*>(y[pairs]),
                     reinterpret_cast<std::int32_t*>(y[pairs]) + args.experts + 1};
    const Rows active(op.hidden.slice(1, 2 * std::int64_t(args.inner), args.inner));
    int status = launch(plan_kernel, 1, kPlanThreads, 0, context, args, plan, pairs);
    if (status != cudaSuccess) return status;
    status =
        launch_grouped(Grouped {args.x, args.hidden, args.k, 2 * args.inner, args.d, args.experts},
                       plan, static_cast<const E*>(op.w_in.data), pairs, context);
    if (status == cudaSuccess) status = activate(op, context);
    if (status != cudaSuccess) return status;
    status = launch_grouped(Grouped {active, y, 1, args.d, args.inner, args.experts}, plan,
                            static_cast<const E*>(op.w_out.data), pairs, context);
    if (status != cudaSuccess) return status;
    return launch(gather_kernel, dim3(unsigned(tokens), unsigned(pieces(args.d, kThreads))),
                  kThreads, 0, context, args, y);
}

/// Tokens whose products fit in the scratch, beside the plan.
std::int64_t tokens_at_once(const ExpertMlp& op, const CudaContext& context)
{
    const std::int64_t plan = (op.w_in.shape[0] + 1) * std::int64_t(sizeof(std::int32_t));
    const std::int64_t each = op.ids.shape[1]
        * (op.x.shape[1] * std::int64_t(sizeof(float)) + std::int64_t(sizeof(std::int32_t)));
    return std::max<std::int64_t>(1, (std::int64_t(context.scratch_bytes) - plan) / each);
}

ExpertMlp tokens_of(const ExpertMlp& op, std::int64_t begin, std::int64_t length)
{
    ExpertMlp part = op;
    for (TensorView* v : {&part.x, &part.ids, &part.weights, &part.out})
        *v = v->slice(0, begin, length);
    part.hidden = op.hidden.slice(0, begin * op.ids.shape[1], length * op.ids.shape[1]);
    return part;
}

} // namespace

int run(const Route& op, const CudaContext& context)
{
    return launch(route_kernel, unsigned(op.logits.shape[0]), kWarp, 0, context, Rows(op.logits),
                  Ids(op.ids), Rows(op.weights), Rows(op.probs), int(op.logits.shape[1]),
                  int(op.ids.shape[1]));
}

int run(const ExpertMlp& op, const CudaContext& context)
{
    constexpr std::int64_t kFewTokens = 8;
    const std::int64_t tokens = op.x.shape[0];
    return with_elements(op.w_in, [&](auto* w) {
        using E = std::decay_t<decltype(*w)>;
        if (tokens <= kFewTokens) return run_few<E>(op, context);
        const std::int64_t slice = tokens_at_once(op, context);
        for (std::int64_t begin = 0; begin < tokens; begin += slice) {
            const ExpertMlp part = tokens_of(op, begin, std::min(slice, tokens - begin));
            const int status = run_many<E>(part, context);
            if (status != cudaSuccess) return status;
        }
        return int(cudaSuccess);
    });
}

} // namespace mixscope::cuda
