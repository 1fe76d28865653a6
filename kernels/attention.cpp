#include "attention.h"

#include "view_access.h"
#include "workers.h"

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
    if (op.probs && !is(op.probs, DType::f32, op.q.shape[1], op.q.shape[0], op.length)) {
        return "probs must be [Hq, T, length] f32";
    }
    return nullptr;
}

namespace {

void store(float value, float& to) { to = value; }
void store(float value, Half& to) { to = to_half(value); }
void store(float value, BFloat16& to) { to = to_bf16(value); }

template <class E>
void append(const TensorView& from, E* cache)
{
    const std::int64_t heads = from.shape[1];
    const std::int64_t size = from.shape[2];
    for (std::int64_t t = 0; t < from.shape[0]; ++t) {
        for (std::int64_t h = 0; h < heads; ++h) {
            const float* x = row(from, t, h);
            E* to = cache + (t * heads + h) * size;
            for (std::int64_t i = 0; i < size; ++i) store(x[i], to[i]);
        }
    }
}

/// One query: scores, softmax, weighted sum of values. `weights`: [length] scratch.
template <class E>
void attend_one(const Attend& op, std::int64_t h, std::int64_t t, float* weights)
{
    const std::int64_t size = op.q.shape[2];
    const std::int64_t step = op.k_cache.stride[0];
    const std::int64_t kv_head = h / (op.q.shape[1] / op.k_cache.shape[1]);
    const E* k = op.k_cache.as<const E>() + kv_head * size;
    const E* v = op.v_cache.as<const E>() + kv_head * size;
    const std::int64_t end = op.pos.as<std::int32_t>()[0] + t + 1;
    const std::int64_t begin = op.window > 0 ? std::max<std::int64_t>(end - op.window, 0) : 0;
    const float* q = row(op.q, t, h);

    float largest = -INFINITY;
    for (std::int64_t s = begin; s < end; ++s) {
        float dot = 0.0F;
        for (std::int64_t i = 0; i < size; ++i) dot += q[i] * to_float(k[s * step + i]);
        weights[s] = op.scale * dot;
        largest = std::max(largest, weights[s]);
    }
    float sum = 0.0F;
    for (std::int64_t s = begin; s < end; ++s) {
        weights[s] = std::exp(weights[s] - largest);
        sum += weights[s];
    }
    float* out = row(op.out, t, h);
    std::fill(out, out + size, 0.0F);
    for (std::int64_t s = begin; s < end; ++s) {
        weights[s] /= sum;
        for (std::int64_t i = 0; i < size; ++i) out[i] += weights[s] * to_float(v[s * step + i]);
    }
    if (op.probs) {
        float* probs = row(op.probs, h, t);
        std::fill(probs, probs + op.length, 0.0F);
        std::copy(weights + begin, weights + end, probs + begin);
    }
}

} // namespace

void cpu::run(const KvAppend& op, CpuContext& /*context*/)
{
    const std::int64_t offset = op.pos.as<std::int32_t>()[0] * op.k_cache.stride[0];
    const auto append_to = [&](const TensorView& from, const TensorView& cache) {
        if (cache.dtype == DType::f16) append(from, cache.as<Half>() + offset);
        if (cache.dtype == DType::bf16) append(from, cache.as<BFloat16>() + offset);
        if (cache.dtype == DType::f32) append(from, cache.as<float>() + offset);
    };
    append_to(op.k, op.k_cache);
    append_to(op.v, op.v_cache);
}

void cpu::run(const Attend& op, CpuContext& context)
{
    const std::int64_t tokens = op.q.shape[0];
    auto part = [&](int worker, std::int64_t begin, std::int64_t end) {
        auto* weights = static_cast<float*>(
            context.workers.scratch(worker, std::size_t(op.length) * sizeof(float)));
        with_elements(op.k_cache, [&](auto* k) {
            using Element = std::remove_cv_t<std::remove_pointer_t<decltype(k)>>;
            for (std::int64_t i = begin; i < end; ++i) {
                attend_one<Element>(op, i / tokens, i % tokens, weights);
            }
        });
    };
    context.workers.for_each_part(op.q.shape[1] * tokens, 1, part);
}

} // namespace mixscope
