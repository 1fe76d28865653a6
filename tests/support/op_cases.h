#pragma once

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

// Calls f with each operand of an op, absent ones included.
template <class F> void for_each_view(Matmul& o, F f) { f(o.x), f(o.w), f(o.bias), f(o.out); }
template <class F> void for_each_view(RmsNorm& o, F f) { f(o.x), f(o.weight), f(o.out); }
template <class F> void for_each_view(AddRmsNorm& o, F f) { f(o.x), f(o.y), f(o.weight), f(o.out); }
template <class F> void for_each_view(GatedRmsNorm& o, F f) { f(o.x), f(o.gate), f(o.weight), f(o.out); }
template <class F> void for_each_view(Embed& o, F f) { f(o.ids), f(o.table), f(o.out); }
template <class F> void for_each_view(AddScaled& o, F f) { f(o.x), f(o.y); }
template <class F> void for_each_view(SwiGlu& o, F f) { f(o.gate_up), f(o.out); }
template <class F> void for_each_view(L2Norm& o, F f) { f(o.x), f(o.out); }
template <class F> void for_each_view(MeanAbsSilu& o, F f) { f(o.x), f(o.out); }
template <class F> void for_each_view(WriteStrength& o, F f) { f(o.dt), f(o.b_norm), f(o.x_norm), f(o.out); }
template <class F> void for_each_view(Rope& o, F f) { f(o.x), f(o.pos), f(o.inv_freq); }
template <class F> void for_each_view(CausalConv1d& o, F f)
{
    f(o.x), f(o.weight), f(o.bias), f(o.state), f(o.out);
}
template <class F> void for_each_view(SsdGates& o, F f)
{
    f(o.dt_raw), f(o.dt_bias), f(o.a_log), f(o.dt), f(o.keep);
}
template <class F> void for_each_view(SsdScan& o, F f)
{
    f(o.x), f(o.b), f(o.c), f(o.dt), f(o.keep), f(o.d), f(o.state), f(o.out);
    f(o.state_norm), f(o.state_change);
}
template <class F> void for_each_view(KvAppend& o, F f)
{
    f(o.k), f(o.v), f(o.pos), f(o.k_cache), f(o.v_cache);
}
template <class F> void for_each_view(Attend& o, F f)
{
    f(o.q), f(o.k_cache), f(o.v_cache), f(o.pos), f(o.out), f(o.probs);
}
template <class F> void for_each_view(Route& o, F f) { f(o.logits), f(o.ids), f(o.weights), f(o.probs); }
template <class F> void for_each_view(ExpertMlp& o, F f)
{
    f(o.x), f(o.ids), f(o.weights), f(o.w_in), f(o.w_out), f(o.hidden), f(o.out);
}

/// The op of `c` with its operands at the same places of a copy of its block at `memory`.
template <class Op>
Op rebased_op(const OpCase<Op>& c, std::byte* memory)
{
    Op op = c.op;
    for_each_view(op, [&](TensorView& v) { v = rebased(v, c.block.data(), memory); });
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
