#pragma once

#include "kernels/op_views.h"
#include "reference_ops.h"
#include "test_block.h"

#include <string>
#include <vector>

namespace mixscope {

/// An op with operands inside one block of memory, shared by every backend's parity test: copy
/// the block (to a second block or to a device), move the views along, run, compare `outputs`
/// with what reference::run gives and everything outside outputs and scratch with the original.
template <class Op>
struct OpCase {
    std::string name;
    TestBlock block;
    Op op;
    std::vector<TensorView> outputs; ///< views of `op` that it writes
    std::vector<TensorView> scratch; ///< views of `op` whose contents afterwards do not matter
    double tolerance = 1e-5; ///< of the largest element of an output
};

/// All cases of one op: odd sizes, T = 0 and 1, strided operands, every element type.
template <class Op>
std::vector<OpCase<Op>> cases();

template <> std::vector<OpCase<Matmul>> cases();
template <> std::vector<OpCase<RmsNorm>> cases();
template <> std::vector<OpCase<AddRmsNorm>> cases();
template <> std::vector<OpCase<GatedRmsNorm>> cases();
template <> std::vector<OpCase<Embed>> cases();
template <> std::vector<OpCase<AddScaled>> cases();
template <> std::vector<OpCase<SwiGlu>> cases();
template <> std::vector<OpCase<L2Norm>> cases();
template <> std::vector<OpCase<MeanAbsSilu>> cases();
template <> std::vector<OpCase<WriteStrength>> cases();
template <> std::vector<OpCase<Rope>> cases();
template <> std::vector<OpCase<CausalConv1d>> cases();
template <> std::vector<OpCase<SsdGates>> cases();
template <> std::vector<OpCase<SsdScan>> cases();
template <> std::vector<OpCase<KvAppend>> cases();
template <> std::vector<OpCase<Attend>> cases();
template <> std::vector<OpCase<Route>> cases();
template <> std::vector<OpCase<ExpertMlp>> cases();

/// The op of `c` with its operands at the same places of a copy of its block at `memory`.
template <class Op>
Op rebased_op(const OpCase<Op>& c, std::byte* memory)
{
    Op op = c.op;
    for_each_view(op, [&](const char*, TensorView& v) { v = rebased(v, c.block.data(), memory); });
    return op;
}

/// A case with the same contents in memory of its own.
template <class Op>
OpCase<Op> copy_of(const OpCase<Op>& c)
{
    OpCase<Op> copy = c;
    copy.op = rebased_op(c, copy.block.data());
    for (TensorView& v : copy.outputs) v = rebased(v, c.block.data(), copy.block.data());
    for (TensorView& v : copy.scratch) v = rebased(v, c.block.data(), copy.block.data());
    return copy;
}

} // namespace mixscope
