#include "norm.h"

#include "cpu/split.h"
#include "view_access.h"

namespace mixscope {

namespace {

std::uint64_t elements(const TensorView& v) { return std::uint64_t(v.count()); }

bool is_row_weight(const TensorView& weight, const TensorView& x)
{
    return is_weight(weight, x.shape[1]);
}

bool same_rows(const TensorView& a, const TensorView& x)
{
    return is(a, DType::f32, x.shape[0], x.shape[1]);
}

} // namespace

Cost cost(const RmsNorm& op) { return {op.weight.bytes(), 4 * elements(op.x)}; }
Cost cost(const AddRmsNorm& op) { return {op.weight.bytes(), 6 * elements(op.x)}; }
Cost cost(const GatedRmsNorm& op) { return {op.weight.bytes(), 9 * elements(op.x)}; }

const char* problem(const RmsNorm& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, d] f32";
    if (!is_row_weight(op.weight, op.x)) return "weight must be [d] f32, f16 or bf16";
    if (!same_rows(op.out, op.x)) return "out must be [T, d] f32";
    return nullptr;
}

const char* problem(const AddRmsNorm& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, d] f32";
    if (!same_rows(op.y, op.x)) return "y must be [T, d] f32";
    if (!is_row_weight(op.weight, op.x)) return "weight must be [d] f32, f16 or bf16";
    if (!same_rows(op.out, op.x)) return "out must be [T, d] f32";
    return nullptr;
}

const char* problem(const GatedRmsNorm& op)
{
    if (!is_rank(op.x, DType::f32, 2)) return "x must be [T, d] f32";
    if (!same_rows(op.gate, op.x)) return "gate must be [T, d] f32";
    if (!is_row_weight(op.weight, op.x)) return "weight must be [d] f32, f16 or bf16";
    if (!same_rows(op.out, op.x)) return "out must be [T, d] f32";
    if (op.groups < 1 || op.x.shape[1] % op.groups != 0) return "groups must divide d";
    return nullptr;
}

void cpu::run(const RmsNorm& op, CpuContext& context)
{
    for_each_token(context, op.x, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).rms_norm(op, begin, end);
    });
}

void cpu::run(const AddRmsNorm& op, CpuContext& context)
{
    for_each_token(context, op.x, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).add_rms_norm(op, begin, end);
    });
}

void cpu::run(const GatedRmsNorm& op, CpuContext& context)
{
    for_each_token(context, op.x, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).gated_rms_norm(op, begin, end);
    });
}

} // namespace mixscope
