#include "conv1d.h"

#include "cpu/split.h"
#include "view_access.h"

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

void cpu::run(const CausalConv1d& op, CpuContext& context)
{
    const KernelTable& kernels = kernel_table(context.isa);
    const std::int64_t scratch = kernels.conv1d_scratch(op.weight.shape[1]);
    // A vector of channels costs some 50 ns a token; a round of the team is worth a few of them.
    const std::int64_t grain = kernels.width * (op.x.shape[0] > 1 ? 1 : 4);
    context.workers.for_each_part(op.x.shape[1], grain, [&](int worker, std::int64_t begin, std::int64_t end) {
        kernels.conv1d(op, begin, end, scratch_floats(context, worker, scratch));
    });
}

} // namespace mixscope
