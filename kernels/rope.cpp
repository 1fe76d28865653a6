#include "rope.h"

#include "cpu/split.h"
#include "view_access.h"

#include <cmath>

namespace mixscope {

Cost cost(const Rope& op)
{
    const auto rotated = std::uint64_t(op.x.shape[0] * op.x.shape[1] * op.inv_freq.shape[0]);
    return {op.inv_freq.bytes(), 6 * rotated};
}

const char* problem(const Rope& op)
{
    if (!is_rank(op.x, DType::f32, 3)) return "x must be [T, H, head_dim] f32";
    if (!is(op.pos, DType::i32, 1)) return "pos must be [1] i32";
    if (!is_rank(op.inv_freq, DType::f32, 1) || 2 * op.inv_freq.shape[0] > op.x.shape[2]) {
        return "inv_freq must be [r/2] f32 with r at most head_dim";
    }
    return nullptr;
}

namespace {

void rotate(const Rope& op, std::int64_t t)
{
    const std::int64_t half = op.inv_freq.shape[0];
    const auto position = float(op.pos.as<std::int32_t>()[0] + t);
    for (std::int64_t i = 0; i < half; ++i) {
        const float angle = position * op.inv_freq.as<float>()[i];
        const float c = std::cos(angle) * op.attention_factor;
        const float s = std::sin(angle) * op.attention_factor;
        for (std::int64_t h = 0; h < op.x.shape[1]; ++h) {
            float* x = row(op.x, t, h);
            const float first = x[i];
            const float second = x[i + half];
            x[i] = first * c - second * s;
            x[i + half] = second * c + first * s;
        }
    }
}

} // namespace

void cpu::run(const Rope& op, CpuContext& context)
{
    for_each_token(context, op.x, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t t = begin; t < end; ++t) rotate(op, t);
    });
}

} // namespace mixscope
