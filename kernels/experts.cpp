#include "moe.h"

#include "cpu/split.h"
#include "pointwise.h"
#include "view_access.h"

#include <algorithm>
#include <utility>

namespace mixscope {

namespace {

using cpu::GemmPart;
using cpu::Index;
using cpu::KernelTable;
using cpu::RowDots;

/// Sizes and matrices of an ExpertMlp.
struct Shape {
    explicit Shape(const ExpertMlp& op)
        : d(op.x.shape[1])
        , inner(op.w_out.shape[2])
        , k(op.ids.shape[1])
        , experts(op.w_in.shape[0])
        , op_(op)
    {
    }

    Index id(Index t, Index j) const { return op_.ids.as<std::int32_t>()[t * op_.ids.stride[0] + j]; }
    const void* w_in(Index e) const { return matrix(op_.w_in, e); }
    const void* w_out(Index e) const { return matrix(op_.w_out, e); }

    /// hidden, [rows, 3 I], as the operands of its activation.
    SwiGlu activation(const TensorView& hidden) const
    {
        return {.gate_up = hidden.slice(1, 0, 2 * inner), .out = hidden.slice(1, 2 * inner, inner)};
    }

    Index d, inner, k, experts;

private:
    static const void* matrix(const TensorView& w, Index e)
    {
        return w.as<const char>() + std::size_t(e * w.stride[0]) * size_of(w.dtype);
    }

    const ExpertMlp& op_;
};

/// One token: the rows of all chosen experts are split over the team as if they were one matrix.
void run_one(const ExpertMlp& op, CpuContext& context)
{
    const KernelTable& kernels = cpu::kernel_table(context.isa);
    const Shape s(op);
    const DType type = op.w_in.dtype;
    const Index in_size = kernels.prepared_size(s.d);
    const Index out_size = kernels.prepared_size(s.inner);
    float* x = cpu::shared_floats(context, in_size + s.k * out_size);
    float* active = x + in_size;

    kernels.prepare_x(row(op.x, 0), s.d, type, x);
    const Index rows = 2 * s.inner;
    auto in_rows = [&](int, Index begin, Index end) {
        for (Index j = begin / rows; j * rows < end; ++j) {
            const RowDots dots {.w = s.w_in(s.id(0, j)), .dtype = type, .k = s.d, .x = x,
                                .out = row(op.hidden, j)};
            kernels.row_dots(dots, std::max(begin - j * rows, Index(0)), std::min(end - j * rows, rows));
        }
    };
    context.workers.for_each_part(s.k * rows, cpu::row_grain(s.d, type), in_rows);

    kernels.swiglu(s.activation(op.hidden), 0, s.k);
    for (Index j = 0; j < s.k; ++j) {
        kernels.prepare_x(row(op.hidden, j) + rows, s.inner, type, active + j * out_size);
    }
    auto out_rows = [&](int worker, Index begin, Index end) {
        float* sums = cpu::scratch_floats(context, worker, s.d);
        for (Index j = 0; j < s.k; ++j) {
            const RowDots dots {.w = s.w_out(s.id(0, j)), .dtype = type, .k = s.inner,
                                .x = active + j * out_size, .out = sums};
            kernels.row_dots(dots, begin, end);
            for (Index i = begin; i < end; ++i) row(op.out, 0)[i] += row(op.weights, 0)[j] * sums[i];
        }
    };
    context.workers.for_each_part(s.d, cpu::row_grain(s.inner * s.k, type), out_rows);
}

/// The (token, choice) pairs sorted by expert, and where each expert's pairs begin.
struct Calls {
    Index* order; ///< [T * k] t * k + j, by expert, then by token
    Index* place; ///< [T * k] its inverse
    Index* begin; ///< [E + 1]
};

void sort_by_expert(const ExpertMlp& op, const Shape& s, Calls calls)
{
    const Index tokens = op.x.shape[0];
    std::fill(calls.begin, calls.begin + s.experts + 1, 0);
    for (Index i = 0; i < tokens * s.k; ++i) ++calls.begin[s.id(i / s.k, i % s.k)];
    Index sum = 0;
    for (Index e = 0; e <= s.experts; ++e) sum += std::exchange(calls.begin[e], sum);
    for (Index i = 0; i < tokens * s.k; ++i) {
        calls.place[i] = calls.begin[s.id(i / s.k, i % s.k)]++;
        calls.order[calls.place[i]] = i;
    }
    for (Index e = s.experts; e > 0; --e) calls.begin[e] = calls.begin[e - 1];
    calls.begin[0] = 0; // each had moved to the start of the next one
}

/// x[rows of e] times the matrix of e, for every expert e; columns are split over the team, so
/// that the split is even however the tokens are spread over the experts.
template <class MatrixOf>
void multiply_by_expert(CpuContext& context, cpu::Gemm gemm, Index columns, const Shape& s,
                        const Calls& calls, MatrixOf&& matrix_of)
{
    const KernelTable& kernels = cpu::kernel_table(context.isa);
    context.workers.for_each_part(columns, kernels.gemm_panel, [&](int worker, Index begin, Index end) {
        float* scratch = cpu::scratch_floats(context, worker, kernels.gemm_scratch(calls.begin[s.experts]));
        cpu::Gemm own = gemm;
        for (Index e = 0; e < s.experts; ++e) {
            if (calls.begin[e] == calls.begin[e + 1]) continue;
            own.w = matrix_of(e);
            kernels.gemm(own, {calls.begin[e], calls.begin[e + 1], begin, end}, scratch);
        }
    });
}

/// Many tokens: gather each expert's tokens, multiply, activate, multiply, scatter.
void run_many(const ExpertMlp& op, CpuContext& context)
{
    const KernelTable& kernels = cpu::kernel_table(context.isa);
    const Shape s(op);
    const Index tokens = op.x.shape[0];
    const Index rows = tokens * s.k;
    const Index indices = 2 * rows + s.experts + 1;
    auto* order = static_cast<Index*>(context.workers.shared_scratch(
        std::size_t(indices) * sizeof(Index) + std::size_t(rows * s.d) * sizeof(float)));
    auto* gathered = reinterpret_cast<float*>(order + indices); // [T * k, d], by expert
    const Calls calls {.order = order, .place = order + rows, .begin = order + 2 * rows};
    sort_by_expert(op, s, calls);

    const TensorView pairs = view(gathered, DType::f32, Place::host, rows, s.d);
    cpu::for_each_token(context, pairs, [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r) {
            const float* x = row(op.x, calls.order[r] / s.k);
            std::copy(x, x + s.d, row(pairs, r));
        }
    });
    const Index step = op.hidden.stride[0];
    multiply_by_expert(context,
                       {.dtype = op.w_in.dtype, .k = s.d, .x = gathered, .x_step = s.d,
                        .out = row(op.hidden, 0), .out_step = step},
                       2 * s.inner, s, calls, [&](Index e) { return s.w_in(e); });
    const SwiGlu activation = s.activation(op.hidden);
    cpu::for_each_token(context, activation.out, [&](Index begin, Index end) {
        kernels.swiglu(activation, begin, end);
    });
    multiply_by_expert(context,
                       {.dtype = op.w_out.dtype, .k = s.inner, .x = row(activation.out, 0), .x_step = step,
                        .out = gathered, .out_step = s.d},
                       s.d, s, calls, [&](Index e) { return s.w_out(e); });
    cpu::for_each_token(context, op.out, [&](Index begin, Index end) {
        for (Index i = begin * s.k; i < end * s.k; ++i) {
            float* out = row(op.out, i / s.k);
            const float weight = row(op.weights, i / s.k)[i % s.k];
            const float* y = row(pairs, calls.place[i]);
            for (Index c = 0; c < s.d; ++c) out[c] += weight * y[c];
        }
    });
}

} // namespace

void cpu::run(const ExpertMlp& op, CpuContext& context)
{
    if (op.x.shape[0] == 1) run_one(op, context);
    if (op.x.shape[0] > 1) run_many(op, context);
}

} // namespace mixscope
