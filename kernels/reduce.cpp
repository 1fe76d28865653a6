#include "reduce.h"

#include "cpu/split.h"
#include "view_access.h"

namespace mixscope {

namespace {

const char* row_problem(const TensorView& x, const TensorView& out)
{
    if (!is_rank(x, DType::f32, 3)) return "x must be [T, R, n] f32";
    if (!is(out, DType::f32, x.shape[0], x.shape[1])) return "out must be [T, R] f32";
    return nullptr;
}

} // namespace

Cost cost(const L2Norm& op) { return {0, 2 * std::uint64_t(op.x.count())}; }
Cost cost(const MeanAbsSilu& op) { return {0, 6 * std::uint64_t(op.x.count())}; }
Cost cost(const WriteStrength& op) { return {0, 2 * std::uint64_t(op.out.count())}; }

const char* problem(const L2Norm& op) { return row_problem(op.x, op.out); }
const char* problem(const MeanAbsSilu& op) { return row_problem(op.x, op.out); }

const char* problem(const WriteStrength& op)
{
    if (!is_rank(op.out, DType::f32, 2)) return "out must be [T, H] f32";
    const std::int64_t tokens = op.out.shape[0];
    const std::int64_t heads = op.out.shape[1];
    if (!is(op.dt, DType::f32, tokens, heads)) return "dt must be [T, H] f32";
    if (!is(op.x_norm, DType::f32, tokens, heads)) return "x_norm must be [T, H] f32";
    if (!is_rank(op.b_norm, DType::f32, 2) || op.b_norm.shape[0] != tokens
        || op.b_norm.shape[1] < 1 || heads % op.b_norm.shape[1] != 0) {
        return "b_norm must be [T, G] f32 with H a multiple of G";
    }
    return nullptr;
}

void cpu::run(const L2Norm& op, CpuContext& context)
{
    for_each_token(context, op.x, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).l2_norm(op, begin, end);
    });
}

void cpu::run(const MeanAbsSilu& op, CpuContext& context)
{
    for_each_token(context, op.x, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).mean_abs_silu(op, begin, end);
    });
}

void cpu::run(const WriteStrength& op, CpuContext& /*context*/)
{
    const std::int64_t heads = op.out.shape[1];
    for (std::int64_t t = 0; t < op.out.shape[0]; ++t) {
        const std::int64_t per_group = heads / op.b_norm.shape[1];
        for (std::int64_t h = 0; h < heads; ++h) {
            row(op.out, t)[h] = row(op.dt, t)[h] * row(op.b_norm, t)[h / per_group] * row(op.x_norm, t)[h];
        }
    }
}

} // namespace mixscope
