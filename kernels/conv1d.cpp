#include "conv1d.h"

#include "view_access.h"
#include "workers.h"

#include <cmath>

namespace mixscope {

Cost cost(const CausalConv1d& op)
{
    const auto outputs = std::uint64_t(op.x.count());
    return {.bytes = op.weight.bytes() + (op.bias ? op.bias.bytes() : 0) + 2 * op.state.bytes(),
            .flops = outputs * (2 * std::uint64_t(op.weight.shape[1]) + 4)};
}

const char* problem(const CausalConv1d& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, C] f32";
    const std::int64_t channels = op.x.shape[1];
    if (op.weight.rank != 2 || op.weight.shape[1] < 1
        || !is_weight(op.weight, channels, op.weight.shape[1])) {
        return "weight must be [C, K], contiguous, f32, f16 or bf16";
    }
    if (op.bias && !is_weight(op.bias, channels)) return "bias must be [C] f32, f16 or bf16";
    if (!is(op.state, DType::f32, channels, op.weight.shape[1] - 1) || !op.state.contiguous()) {
        return "state must be [C, K-1] f32, contiguous";
    }
    if (!is(op.out, DType::f32, op.x.shape[0], channels)) return "out must be [T, C] f32";
    return nullptr;
}

namespace {

template <class W>
void convolve_channel(const CausalConv1d& op, const W* weight, std::int64_t c)
{
    const std::int64_t tokens = op.x.shape[0];
    const std::int64_t taps = op.weight.shape[1];
    float* state = op.state.as<float>() + c * (taps - 1);
    const auto input = [&](std::int64_t t) { return t < 0 ? state[taps - 1 + t] : row(op.x, t)[c]; };
    const float bias = op.bias ? with_elements(op.bias, [c](auto* b) { return to_float(b[c]); }) : 0.0F;
    for (std::int64_t t = 0; t < tokens; ++t) {
        float sum = bias;
        for (std::int64_t k = 0; k < taps; ++k) {
            sum += to_float(weight[c * taps + k]) * input(t - (taps - 1) + k);
        }
        row(op.out, t)[c] = sum / (1.0F + std::exp(-sum));
    }
    for (std::int64_t k = 0; k < taps - 1; ++k) state[k] = input(tokens - (taps - 1) + k);
}

} // namespace

void cpu::run(const CausalConv1d& op, CpuContext& context)
{
    context.workers.for_each_part(op.x.shape[1], 64, [&](int, std::int64_t begin, std::int64_t end) {
        with_elements(op.weight, [&](auto* weight) {
            for (std::int64_t c = begin; c < end; ++c) convolve_channel(op, weight, c);
        });
    });
}

} // namespace mixscope
