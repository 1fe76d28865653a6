#include "moe.h"

#include "view_access.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

Cost cost(const Route& op) { return {0, 5 * std::uint64_t(op.logits.count())}; }

Cost cost(const ExpertMlp& op)
{
    // Which experts are hit is known only later; with many tokens all of them are.
    const std::int64_t calls = op.ids.count();
    const std::int64_t experts = std::min(op.w_in.shape[0], calls);
    const std::int64_t size = op.w_in.shape[1] * op.w_in.shape[2] + op.w_out.shape[1] * op.w_out.shape[2];
    return {.bytes = std::uint64_t(experts * size) * size_of(op.w_in.dtype),
            .flops = std::uint64_t(calls) * (2 * std::uint64_t(size) + 5 * std::uint64_t(op.w_out.shape[2]))};
}

const char* problem(const Route& op)
{
    if (!is_rank(op.logits, DType::f32, 2)) return "logits must be [T, E] f32";
    const std::int64_t tokens = op.logits.shape[0];
    if (!is_rank(op.ids, DType::i32, 2) || op.ids.shape[0] != tokens || op.ids.shape[1] < 1
        || op.ids.shape[1] > op.logits.shape[1]) {
        return "ids must be [T, k] i32 with k from 1 to E";
    }
    if (!is(op.weights, DType::f32, tokens, op.ids.shape[1])) return "weights must be [T, k] f32";
    if (op.probs && !is(op.probs, DType::f32, tokens, op.logits.shape[1])) {
        return "probs must be [T, E] f32";
    }
    return nullptr;
}

const char* problem(const ExpertMlp& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, d] f32";
    const std::int64_t tokens = op.x.shape[0];
    const std::int64_t d = op.x.shape[1];
    if (!is_rank(op.ids, DType::i32, 2) || op.ids.shape[0] != tokens) return "ids must be [T, k] i32";
    const std::int64_t k = op.ids.shape[1];
    if (!is(op.weights, DType::f32, tokens, k)) return "weights must be [T, k] f32";
    if (op.w_out.rank != 3) return "w_out must be [E, d, I]";
    const std::int64_t experts = op.w_out.shape[0];
    const std::int64_t inner = op.w_out.shape[2];
    if (!is_weight(op.w_out, experts, d, inner)) return "w_out must be [E, d, I] f32, f16 or bf16";
    if (!is_weight(op.w_in, experts, 2 * inner, d) || op.w_in.dtype != op.w_out.dtype) {
        return "w_in must be [E, 2 I, d] of the type of w_out";
    }
    if (!is(op.hidden, DType::f32, tokens * k, 3 * inner)) return "hidden must be [T * k, 3 I] f32";
    if (!is(op.out, DType::f32, tokens, d)) return "out must be [T, d] f32";
    return nullptr;
}

namespace {

void softmax(const float* logits, float* out, std::int64_t n)
{
    const float largest = *std::max_element(logits, logits + n);
    float sum = 0.0F;
    for (std::int64_t i = 0; i < n; ++i) {
        out[i] = std::exp(logits[i] - largest);
        sum += out[i];
    }
    for (std::int64_t i = 0; i < n; ++i) out[i] /= sum;
}

/// True when expert a comes before expert b.
bool better(const float* logits, std::int64_t a, std::int64_t b)
{
    return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
}

/// Best first; k and E are small, so a scan per choice is enough.
void choose(const float* logits, std::int64_t experts, std::int32_t* ids, float* weights, std::int64_t k)
{
    for (std::int64_t j = 0; j < k; ++j) {
        std::int64_t best = -1;
        for (std::int64_t e = 0; e < experts; ++e) {
            const bool taken = j > 0 && !better(logits, ids[j - 1], e);
            if (!taken && (best < 0 || better(logits, e, best))) best = e;
        }
        ids[j] = std::int32_t(best);
        weights[j] = logits[best];
    }
    softmax(weights, weights, k);
}

} // namespace

void cpu::run(const Route& op, CpuContext& /*context*/)
{
    for (std::int64_t t = 0; t < op.logits.shape[0]; ++t) {
        const float* logits = row(op.logits, t);
        choose(logits, op.logits.shape[1], op.ids.as<std::int32_t>() + t * op.ids.stride[0],
               row(op.weights, t), op.ids.shape[1]);
        if (op.probs) softmax(logits, row(op.probs, t), op.logits.shape[1]);
    }
}

} // namespace mixscope
