#include "matmul.h"

#include "cpu/split.h"
#include "view_access.h"

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

using cpu::GemmPart;
using cpu::KernelTable;
using cpu::RowDots;

/// out = scale * (out + bias) for one rectangle of the products.
void finish(const Matmul& op, const GemmPart& part)
{
    if (!op.bias && op.scale == 1.0F) return;
    for (std::int64_t t = part.token_begin; t < part.token_end; ++t) {
        float* out = row(op.out, t);
        if (op.bias) {
            with_elements(op.bias, [&](auto* bias) {
                for (std::int64_t n = part.begin; n < part.end; ++n) out[n] += to_float(bias[n]);
            });
        }
        for (std::int64_t n = part.begin; n < part.end; ++n) out[n] *= op.scale;
    }
}

void multiply_one(const Matmul& op, CpuContext& context, const KernelTable& kernels)
{
    const std::int64_t k = op.x.shape[1];
    float* x = cpu::shared_floats(context, kernels.prepared_size(k));
    kernels.prepare_x(row(op.x, 0), k, op.w.dtype, x);
    const RowDots dots {.w = op.w.data, .dtype = op.w.dtype, .k = k, .x = x, .out = row(op.out, 0)};
    const std::int64_t grain = cpu::row_grain(k, op.w.dtype);
    context.workers.for_each_part(op.w.shape[0], grain, [&](int, std::int64_t begin, std::int64_t end) {
        kernels.row_dots(dots, begin, end);
        finish(op, {0, 1, begin, end});
    });
}

void multiply_many(const Matmul& op, CpuContext& context, const KernelTable& kernels)
{
    const cpu::Gemm gemm {.w = op.w.data, .dtype = op.w.dtype, .k = op.x.shape[1], .x = row(op.x, 0),
                          .x_step = op.x.stride[0], .out = row(op.out, 0),
                          .out_step = op.out.stride[0]};
    cpu::for_each_gemm_part(context, op.x.shape[0], op.w.shape[0], [&](int worker, const GemmPart& part) {
        const std::int64_t scratch = kernels.gemm_scratch(part.token_end - part.token_begin);
        kernels.gemm(gemm, part, cpu::scratch_floats(context, worker, scratch));
        finish(op, part);
    });
}

} // namespace

void cpu::run(const Matmul& op, CpuContext& context)
{
    const KernelTable& kernels = kernel_table(context.isa);
    if (op.x.shape[0] == 1) multiply_one(op, context, kernels);
    if (op.x.shape[0] > 1) multiply_many(op, context, kernels);
}

} // namespace mixscope
