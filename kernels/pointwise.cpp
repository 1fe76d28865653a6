#include "pointwise.h"

#include "cpu/split.h"
#include "view_access.h"

namespace mixscope {

Cost cost(const Embed& op)
{
    const auto n = std::uint64_t(op.out.count());
    return {n * size_of(op.table.dtype), n};
}
Cost cost(const AddScaled& op) { return {0, 2 * std::uint64_t(op.x.count())}; }
Cost cost(const SwiGlu& op) { return {0, 5 * std::uint64_t(op.out.count())}; }

const char* problem(const Embed& op)
{
    if (!is_rank(op.ids, DType::i32, 1)) return "ids must be [T] i32";
    if (op.table.rank != 2 || !is_weight(op.table, op.table.shape[0], op.table.shape[1])) {
        return "table must be [V, d], contiguous, f32, f16 or bf16";
    }
    if (!is(op.out, DType::f32, op.ids.shape[0], op.table.shape[1])) return "out must be [T, d] f32";
    return nullptr;
}

const char* problem(const AddScaled& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, d] f32";
    if (!is(op.y, DType::f32, op.x.shape[0], op.x.shape[1])) return "y must be [T, d] f32";
    return nullptr;
}

const char* problem(const SwiGlu& op)
{
    if (!is_rank(op.out, DType::f32, 2)) return "out must be [T, I] f32";
    if (!is(op.gate_up, DType::f32, op.out.shape[0], 2 * op.out.shape[1])) {
        return "gate_up must be [T, 2 I] f32";
    }
    return nullptr;
}

void cpu::run(const Embed& op, CpuContext& /*context*/)
{
    const std::int64_t d = op.table.shape[1];
    with_elements(op.table, [&](auto* table) {
        for (std::int64_t t = 0; t < op.ids.shape[0]; ++t) {
            const auto* from = table + op.ids.as<std::int32_t>()[t] * d;
            float* out = row(op.out, t);
            for (std::int64_t i = 0; i < d; ++i) out[i] = op.scale * to_float(from[i]);
        }
    });
}

void cpu::run(const AddScaled& op, CpuContext& /*context*/)
{
    for (std::int64_t t = 0; t < op.x.shape[0]; ++t) {
        float* x = row(op.x, t);
        const float* y = row(op.y, t);
        for (std::int64_t i = 0; i < op.x.shape[1]; ++i) x[i] += op.scale * y[i];
    }
}

void cpu::run(const SwiGlu& op, CpuContext& context)
{
    for_each_token(context, op.out, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).swiglu(op, begin, end);
    });
}

} // namespace mixscope
