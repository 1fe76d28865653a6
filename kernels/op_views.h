#pragma once

#include "attention.h"
#include "conv1d.h"
#include "matmul.h"
#include "moe.h"
#include "norm.h"
#include "pointwise.h"
#include "reduce.h"
#include "rope.h"
#include "scan.h"

namespace mixscope {

// Calls f(name, view) with each operand of an op, absent ones included.
template <class F> void for_each_view(Matmul& o, F f)
{
    f("x", o.x);
    f("w", o.w);
    f("bias", o.bias);
    f("out", o.out);
}
template <class F> void for_each_view(RmsNorm& o, F f)
{
    f("x", o.x);
    f("weight", o.weight);
    f("out", o.out);
}
template <class F> void for_each_view(AddRmsNorm& o, F f)
{
    f("x", o.x);
    f("y", o.y);
    f("weight", o.weight);
    f("out", o.out);
}
template <class F> void for_each_view(GatedRmsNorm& o, F f)
{
    f("x", o.x);
    f("gate", o.gate);
    f("weight", o.weight);
    f("out", o.out);
}
template <class F> void for_each_view(Embed& o, F f)
{
    f("ids", o.ids);
    f("table", o.table);
    f("out", o.out);
}
template <class F> void for_each_view(AddScaled& o, F f)
{
    f("x", o.x);
    f("y", o.y);
}
template <class F> void for_each_view(SwiGlu& o, F f)
{
    f("gate_up", o.gate_up);
    f("out", o.out);
}
template <class F> void for_each_view(L2Norm& o, F f)
{
    f("x", o.x);
    f("out", o.out);
}
template <class F> void for_each_view(MeanAbsSilu& o, F f)
{
    f("x", o.x);
    f("out", o.out);
}
template <class F> void for_each_view(WriteStrength& o, F f)
{
    f("dt", o.dt);
    f("b_norm", o.b_norm);
    f("x_norm", o.x_norm);
    f("out", o.out);
}
template <class F> void for_each_view(Rope& o, F f)
{
    f("x", o.x);
    f("pos", o.pos);
    f("inv_freq", o.inv_freq);
}
template <class F> void for_each_view(CausalConv1d& o, F f)
{
    f("x", o.x);
    f("weight", o.weight);
    f("bias", o.bias);
    f("state", o.state);
    f("out", o.out);
}
template <class F> void for_each_view(SsdGates& o, F f)
{
    f("dt_raw", o.dt_raw);
    f("dt_bias", o.dt_bias);
    f("a_log", o.a_log);
    f("dt", o.dt);
    f("keep", o.keep);
}
template <class F> void for_each_view(SsdScan& o, F f)
{
    f("x", o.x);
    f("b", o.b);
    f("c", o.c);
    f("dt", o.dt);
    f("keep", o.keep);
    f("d", o.d);
    f("state", o.state);
    f("out", o.out);
    f("state_norm", o.state_norm);
    f("state_change", o.state_change);
}
template <class F> void for_each_view(KvAppend& o, F f)
{
    f("k", o.k);
    f("v", o.v);
    f("pos", o.pos);
    f("k_cache", o.k_cache);
    f("v_cache", o.v_cache);
}
template <class F> void for_each_view(Attend& o, F f)
{
    f("q", o.q);
    f("k_cache", o.k_cache);
    f("v_cache", o.v_cache);
    f("pos", o.pos);
    f("out", o.out);
    f("probs", o.probs);
}
template <class F> void for_each_view(Route& o, F f)
{
    f("logits", o.logits);
    f("ids", o.ids);
    f("weights", o.weights);
    f("probs", o.probs);
}
template <class F> void for_each_view(ExpertMlp& o, F f)
{
    f("x", o.x);
    f("ids", o.ids);
    f("weights", o.weights);
    f("w_in", o.w_in);
    f("w_out", o.w_out);
    f("hidden", o.hidden);
    f("out", o.out);
}

} // namespace mixscope
