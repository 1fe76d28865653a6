#include "attention.h"

#include "cpu/split.h"
#include "view_access.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

bool is_cache(const TensorView& v)
{
    return v.rank == 3 && is_weight_type(v.dtype) && v.contiguous();
}

bool same_cache(const TensorView& a, const TensorView& b)
{
    return is(a, b.dtype, b.shape[0], b.shape[1], b.shape[2]) && a.contiguous();
}

/// Number of (query, key) pairs that one head looks at.
std::uint64_t visible_pairs(const Attend& op)
{
    const std::int64_t tokens = op.q.shape[0];
    const std::int64_t first = op.length - tokens; // keys older than the first query
    const std::int64_t all = tokens * first + tokens * (tokens + 1) / 2;
    if (op.window <= 0) return std::uint64_t(all);
    // Queries whose past is longer than the window lose the excess.
    const std::int64_t longest = std::max<std::int64_t>(op.length - op.window, 0);
    const std::int64_t cut = std::min(longest, tokens);
    return std::uint64_t(all - cut * (2 * longest - cut + 1) / 2);
}

} // namespace

Cost cost(const KvAppend& op)
{
    return {std::uint64_t(op.k.count() + op.v.count()) * size_of(op.k_cache.dtype), 0};
}

Cost cost(const Attend& op)
{
    const std::uint64_t pairs = visible_pairs(op) * std::uint64_t(op.q.shape[1]);
    const std::int64_t oldest = op.window > 0
        ? std::max<std::int64_t>(op.length - op.q.shape[0] + 1 - op.window, 0)
        : 0;
    const std::int64_t key_size = op.k_cache.shape[1] * op.k_cache.shape[2];
    return {.bytes = 2 * std::uint64_t((op.length - oldest) * key_size) * size_of(op.k_cache.dtype),
            .flops = pairs * (4 * std::uint64_t(op.q.shape[2]) + 4)};
}

const char* problem(const KvAppend& op)
{
    if (!is_rank(op.k, DType::f32, 3)) return "k must be [T, Hkv, head_dim] f32";
    if (!is(op.v, DType::f32, op.k.shape[0], op.k.shape[1], op.k.shape[2])) {
        return "v must be [T, Hkv, head_dim] f32";
    }
    if (!is(op.pos, DType::i32, 1)) return "pos must be [1] i32";
    if (!is_cache(op.k_cache) || op.k_cache.shape[1] != op.k.shape[1]
        || op.k_cache.shape[2] != op.k.shape[2]) {
        return "k_cache must be [capacity, Hkv, head_dim], contiguous, f32, f16 or bf16";
    }
    if (!same_cache(op.v_cache, op.k_cache)) return "v_cache must be like k_cache";
    if (op.k.shape[0] > op.k_cache.shape[0]) return "more new keys than the cache holds";
    return nullptr;
}

const char* problem(const Attend& op)
{
    if (!is_rank(op.q, DType::f32, 3)) return "q must be [T, Hq, head_dim] f32";
    if (!is(op.out, DType::f32, op.q.shape[0], op.q.shape[1], op.q.shape[2])) {
        return "out must be [T, Hq, head_dim] f32";
    }
    if (!is(op.pos, DType::i32, 1)) return "pos must be [1] i32";
    if (!is_cache(op.k_cache) || op.k_cache.shape[2] != op.q.shape[2] || op.k_cache.shape[1] < 1
        || op.q.shape[1] % op.k_cache.shape[1] != 0) {
        return "k_cache must be [capacity, Hkv, head_dim], contiguous, with Hq a multiple of Hkv";
    }
    if (!same_cache(op.v_cache, op.k_cache)) return "v_cache must be like k_cache";
    if (op.length < op.q.shape[0] || op.length > op.k_cache.shape[0]) {
        return "length must be at least T and at most the capacity of the cache";
    }
    if (op.bound != 0 && (op.bound < op.length || op.bound > op.k_cache.shape[0])) {
        return "bound must be at least length and at most the capacity of the cache";
    }
    if (op.probs && !is(op.probs, DType::f32, op.q.shape[1], op.q.shape[0], op.length)) {
        return "probs must be [Hq, T, length] f32";
    }
    return nullptr;
}

namespace {

using cpu::AttendPart;
using cpu::Index;

void store(float value, float& to) { to = value; }
void store(float value, Half& to) { to = to_half(value); }
void store(float value, BFloat16& to) { to = to_bf16(value); }

template <class E>
void append(const TensorView& from, E* cache, std::int64_t begin, std::int64_t end)
{
    const std::int64_t heads = from.shape[1];
    const std::int64_t size = from.shape[2];
    for (std::int64_t t = begin; t < end; ++t) {
        for (std::int64_t h = 0; h < heads; ++h) {
            const float* x = row(from, t, h);
            E* to = cache + (t * heads + h) * size;
            for (std::int64_t i = 0; i < size; ++i) store(x[i], to[i]);
        }
    }
}

/// How an Attend is cut into parts, and where the parts put their results.
class AttendPlan {
public:
    AttendPlan(const Attend& op, CpuContext& context)
        : op_(op)
        , kernels_(cpu::kernel_table(context.isa))
        , kv_heads_(op.k_cache.shape[1])
        , group_(op.q.shape[1] / kv_heads_)
        , padded_(kernels_.padded_head(op.q.shape[2]))
    {
        constexpr Index kRows = 64; // scores and sums of a block stay in the first-level cache
        constexpr Index kFewestKeys = 256; // less is not worth combining
        const Index tokens = op.q.shape[0];
        block_ = std::clamp<Index>(kRows / group_, 1, tokens);
        blocks_ = (tokens + block_ - 1) / block_;
        const Index wanted = context.workers.count() / (kv_heads_ * blocks_);
        splits_ = std::clamp<Index>(op.length / kFewestKeys, 1, std::max<Index>(wanted, 1));
        results_ = cpu::shared_floats(context, parts() * part_floats());
    }

    Index parts() const { return kv_heads_ * blocks_ * splits_; }
    Index rows() const { return block_ * group_; }

    AttendPart part(Index i) const
    {
        AttendPart p;
        float* results = results_ + i * part_floats();
        p.largest = results;
        p.sum = results + rows();
        p.out = results + 2 * rows();
        const Index split = i % splits_;
        const Index block = even_cost(i / splits_ % blocks_);
        p.kv_head = i / splits_ / blocks_;
        p.token_begin = block * block_;
        p.token_end = std::min(p.token_begin + block_, op_.q.shape[0]);
        p.key_begin = op_.length * split / splits_ / 64 * 64;
        p.key_end = split + 1 == splits_ ? op_.length : op_.length * (split + 1) / splits_ / 64 * 64;
        return p;
    }

    /// Combines the splits of one (KV head, block of tokens) and writes out and probs.
    void finish(Index unit) const
    {
        const AttendPart p = part(unit * splits_);
        for (Index r = 0; r < (p.token_end - p.token_begin) * group_; ++r) {
            finish_row(unit, r, p.token_begin + r / group_, p.kv_head * group_ + r % group_);
        }
    }

    Index units() const { return kv_heads_ * blocks_; }

private:
    Index part_floats() const { return rows() * (padded_ + 2); }

    /// Later blocks see more keys: pairs first with last, so that equal runs cost about the same.
    Index even_cost(Index block) const { return block % 2 == 0 ? block / 2 : blocks_ - 1 - block / 2; }

    void finish_row(Index unit, Index r, Index t, Index h) const
    {
        float largest = -INFINITY;
        for (Index s = 0; s < splits_; ++s) {
            largest = std::max(largest, part(unit * splits_ + s).largest[r]);
        }
        float* out = row(op_.out, t, h);
        const Index size = op_.out.shape[2];
        std::fill(out, out + size, 0.0F);
        float sum = 0.0F;
        for (Index s = 0; s < splits_; ++s) {
            const AttendPart p = part(unit * splits_ + s);
            const float factor = std::exp(p.largest[r] - largest); // 0 for a split that saw no key
            sum += factor * p.sum[r];
            for (Index i = 0; i < size; ++i) out[i] += factor * p.out[r * padded_ + i];
        }
        for (Index i = 0; i < size; ++i) out[i] /= sum;
        if (op_.probs) finish_probs(t, h, largest, sum);
    }

    void finish_probs(Index t, Index h, float largest, float sum) const
    {
        float* probs = row(op_.probs, h, t);
        const Index end = op_.length - op_.q.shape[0] + t + 1;
        const Index begin = op_.window > 0 ? std::max<Index>(end - op_.window, 0) : 0;
        std::fill(probs, probs + begin, 0.0F);
        kernels_.finish_probs(probs + begin, end - begin, largest, sum);
        std::fill(probs + end, probs + op_.length, 0.0F);
    }

    const Attend& op_;
    const cpu::KernelTable& kernels_;
    Index kv_heads_;
    Index group_; ///< query heads of a KV head
    Index padded_;
    Index block_ = 1; ///< tokens of a part
    Index blocks_ = 1;
    Index splits_ = 1; ///< of the keys, when heads and blocks do not occupy the team
    float* results_ = nullptr;
};

} // namespace

void cpu::run(const KvAppend& op, CpuContext& context)
{
    const std::int64_t offset = op.pos.as<std::int32_t>()[0] * op.k_cache.stride[0];
    for_each_token(context, op.k, [&](std::int64_t begin, std::int64_t end) {
        const auto append_to = [&](const TensorView& from, const TensorView& cache) {
            if (cache.dtype == DType::f16) append(from, cache.as<Half>() + offset, begin, end);
            if (cache.dtype == DType::bf16) append(from, cache.as<BFloat16>() + offset, begin, end);
            if (cache.dtype == DType::f32) append(from, cache.as<float>() + offset, begin, end);
        };
        append_to(op.k, op.k_cache);
        append_to(op.v, op.v_cache);
    });
}

void cpu::run(const Attend& op, CpuContext& context)
{
    if (op.q.count() == 0) return;
    const KernelTable& kernels = kernel_table(context.isa);
    const AttendPlan plan(op, context);
    const Index scratch = kernels.attend_scratch(plan.rows(), op.q.shape[2]);
    context.workers.for_each_part(plan.parts(), 1, [&](int worker, Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            kernels.attend(op, plan.part(i), scratch_floats(context, worker, scratch));
        }
    });
    const Index grain = op.probs ? 1 : 4;
    context.workers.for_each_part(plan.units(), grain, [&](int, Index begin, Index end) {
        for (Index i = begin; i < end; ++i) plan.finish(i);
    });
}

} // namespace mixscope
