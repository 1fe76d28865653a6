#include "scan.h"

#include "cpu/split.h"
#include "view_access.h"

namespace mixscope {

Cost cost(const SsdGates& op)
{
    return {op.dt_bias.bytes() + op.a_log.bytes(), 8 * std::uint64_t(op.dt_raw.count())};
}

Cost cost(const SsdScan& op)
{
    const auto rows = std::uint64_t(op.x.count()); // T * H * P
    return {.bytes = 2 * op.state.bytes() + op.d.bytes(),
            .flops = rows * (5 * std::uint64_t(op.b.shape[2]) + 3)};
}

const char* problem(const SsdGates& op)
{
    if (!is_rank(op.dt_raw, DType::f32, 2)) return "dt_raw must be [T, H] f32";
    const std::int64_t tokens = op.dt_raw.shape[0];
    const std::int64_t heads = op.dt_raw.shape[1];
    if (!is_weight(op.dt_bias, heads)) return "dt_bias must be [H] f32, f16 or bf16";
    if (!is_weight(op.a_log, heads)) return "a_log must be [H] f32, f16 or bf16";
    if (!is(op.dt, DType::f32, tokens, heads)) return "dt must be [T, H] f32";
    if (!is(op.keep, DType::f32, tokens, heads)) return "keep must be [T, H] f32";
    return nullptr;
}

const char* problem(const SsdScan& op)
{
    if (!is_rank(op.x, DType::f32, 3)) return "x must be [T, H, P] f32";
    const std::int64_t tokens = op.x.shape[0];
    const std::int64_t heads = op.x.shape[1];
    if (!is_rank(op.b, DType::f32, 3) || op.b.shape[0] != tokens || op.b.shape[1] < 1
        || heads % op.b.shape[1] != 0) {
        return "b must be [T, G, N] f32 with H a multiple of G";
    }
    const std::int64_t n = op.b.shape[2];
    if (!is(op.c, DType::f32, tokens, op.b.shape[1], n)) return "c must be [T, G, N] f32";
    if (!is(op.dt, DType::f32, tokens, heads)) return "dt must be [T, H] f32";
    if (!is(op.keep, DType::f32, tokens, heads)) return "keep must be [T, H] f32";
    if (!is_weight(op.d, heads)) return "d must be [H] f32, f16 or bf16";
    if (!is(op.state, DType::f32, heads, op.x.shape[2], n) || !op.state.contiguous()) {
        return "state must be [H, P, N] f32, contiguous";
    }
    if (!is(op.out, DType::f32, tokens, heads, op.x.shape[2])) return "out must be [T, H, P] f32";
    if (op.state_norm && !is(op.state_norm, DType::f32, tokens, heads)) {
        return "state_norm must be [T, H] f32";
    }
    if (op.state_change && !is(op.state_change, DType::f32, tokens, heads)) {
        return "state_change must be [T, H] f32";
    }
    return nullptr;
}

void cpu::run(const SsdGates& op, CpuContext& context)
{
    for_each_token(context, op.dt_raw, [&](std::int64_t begin, std::int64_t end) {
        kernel_table(context.isa).ssd_gates(op, begin, end);
    });
}

namespace {

/// Block by block is the faster form once the state of a head leaves the first-level cache:
/// slower at 64 x 64 and without wide vectors, about equal at 64 x 128, a little faster or much
/// (where others use the caches too) at 64 x 256. See tests/bench/results/scan-forms.txt.
bool by_block(const SsdScan& op, CpuIsa isa)
{
    constexpr std::int64_t kState = 16384; // floats
    constexpr std::int64_t kTokens = 32;
    return isa != CpuIsa::scalar && op.x.shape[0] >= kTokens && op.x.shape[2] * op.b.shape[2] >= kState
        && !op.state_norm && !op.state_change;
}

} // namespace

void cpu::run(const SsdScan& op, CpuContext& context)
{
    const KernelTable& kernels = kernel_table(context.isa);
    const std::int64_t heads = op.x.shape[1];
    const std::int64_t rows = op.x.shape[2];
    if (by_block(op, context.isa)) {
        const Index scratch = kernels.scan_chunked_scratch(rows, op.b.shape[2]);
        context.workers.for_each_part(heads, 1, [&](int worker, std::int64_t begin, std::int64_t end) {
            kernels.scan_chunked(op, begin, end, scratch_floats(context, worker, scratch));
        });
        return;
    }
    // Rows of the state are independent, but a norm needs all rows of its head.
    const std::int64_t grain = op.state_norm || op.state_change ? rows : 16;
    context.workers.for_each_part(heads * rows, grain, [&](int, std::int64_t begin, std::int64_t end) {
        kernels.ssd_scan(op, begin, end);
    });
}

} // namespace mixscope
