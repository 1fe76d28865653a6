#include "norm.h"

#include "view_access.h"

#include <cmath>

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

template <class W>
void normalise(const float* x, const W* weight, float* out, std::int64_t n, float eps)
{
    float sum = 0.0F;
    for (std::int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
    const float scale = 1.0F / std::sqrt(sum / float(n) + eps);
    for (std::int64_t i = 0; i < n; ++i) out[i] = to_float(weight[i]) * (x[i] * scale);
}

float silu(float v) { return v / (1.0F + std::exp(-v)); }

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

void cpu::run(const RmsNorm& op, CpuContext& /*context*/)
{
    with_elements(op.weight, [&](auto* weight) {
        for (std::int64_t t = 0; t < op.x.shape[0]; ++t) {
            normalise(row(op.x, t), weight, row(op.out, t), op.x.shape[1], op.eps);
        }
    });
}

void cpu::run(const AddRmsNorm& op, CpuContext& /*context*/)
{
    with_elements(op.weight, [&](auto* weight) {
        for (std::int64_t t = 0; t < op.x.shape[0]; ++t) {
            float* x = row(op.x, t);
            const float* y = row(op.y, t);
            for (std::int64_t i = 0; i < op.x.shape[1]; ++i) x[i] += op.scale * y[i];
            normalise(x, weight, row(op.out, t), op.x.shape[1], op.eps);
        }
    });
}

void cpu::run(const GatedRmsNorm& op, CpuContext& /*context*/)
{
    const std::int64_t size = op.x.shape[1] / op.groups;
    with_elements(op.weight, [&](auto* weight) {
        for (std::int64_t t = 0; t < op.x.shape[0]; ++t) {
            const float* x = row(op.x, t);
            const float* gate = row(op.gate, t);
            float* out = row(op.out, t);
            for (std::int64_t i = 0; i < op.x.shape[1]; ++i) out[i] = x[i] * silu(gate[i]);
            for (std::int64_t g = 0; g < op.groups; ++g) {
                normalise(out + g * size, weight + g * size, out + g * size, size, op.eps);
            }
        }
    });
}

} // namespace mixscope
