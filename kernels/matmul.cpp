#include "matmul.h"

#include "view_access.h"
#include "workers.h"

namespace mixscope {

Cost cost(const Matmul& op)
{
    const auto tokens = std::uint64_t(op.x.shape[0]);
    return {.bytes = op.w.bytes() + (op.bias ? op.bias.bytes() : 0),
            .flops = 2 * tokens * std::uint64_t(op.w.count())};
}

const char* problem(const Matmul& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, K] f32";
    if (op.w.rank != 2 || !is_weight(op.w, op.w.shape[0], op.x.shape[1])) {
        return "w must be [N, K], contiguous, f32, f16 or bf16";
    }
    if (op.bias && !is_weight(op.bias, op.w.shape[0])) return "bias must be [N] f32, f16 or bf16";
    if (!is(op.out, DType::f32, op.x.shape[0], op.w.shape[0])) return "out must be [T, N] f32";
    return nullptr;
}

namespace {

template <class W>
void multiply(const Matmul& op, const W* w, std::int64_t begin, std::int64_t end)
{
    const std::int64_t k_size = op.x.shape[1];
    for (std::int64_t n = begin; n < end; ++n) {
        const float bias = op.bias
            ? with_elements(op.bias, [n](auto* b) { return to_float(b[n]); })
            : 0.0F;
        for (std::int64_t t = 0; t < op.x.shape[0]; ++t) {
            const float* x = row(op.x, t);
            float sum = 0.0F;
            for (std::int64_t k = 0; k < k_size; ++k) sum += to_float(w[n * k_size + k]) * x[k];
            row(op.out, t)[n] = op.scale * (sum + bias);
        }
    }
}

} // namespace

void cpu::run(const Matmul& op, CpuContext& context)
{
    context.workers.for_each_part(op.w.shape[0], 16, [&](int, std::int64_t begin, std::int64_t end) {
        with_elements(op.w, [&](auto* w) { multiply(op, w, begin, end); });
    });
}

} // namespace mixscope
