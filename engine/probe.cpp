#include "engine/probe.h"

#include <cassert>

namespace mixscope {

namespace {

using enum ProbeLevel;
using enum ProbeScope;

constexpr ProbeInfo kTable[] = {
    {Probe::residual_norm, "residual_norm", {}, light, every_layer, "norm of the residual stream"},
    {Probe::block_norm, "block_norm", {}, light, every_layer, "norm of what the layer adds"},
    {Probe::attention, "attention", {"head", "query", "key"}, standard, focused_layer,
     "attention weight, 0 to 1"},
    {Probe::state_norm, "state_norm", {"head"}, standard, every_layer, "norm of the state"},
    {Probe::state_change, "state_change", {"head"}, standard, every_layer,
     "norm of the change of the state, relative to the state"},
    {Probe::state, "state", {"head", "row", "column"}, standard, on_request,
     "the recurrent state now"},
    {Probe::dt, "dt", {"head"}, standard, every_layer, "step size after softplus"},
    {Probe::keep, "keep", {"head"}, standard, every_layer,
     "share of the state that is kept, 0 to 1"},
    {Probe::write, "write", {"head"}, standard, every_layer, "norm of what is written"},
    {Probe::out_gate, "out_gate", {"head"}, standard, every_layer, "mean |SiLU| of the output gate"},
    {Probe::b_norm, "b_norm", {"group"}, standard, every_layer, "norm of B"},
    {Probe::c_norm, "c_norm", {"group"}, standard, every_layer, "norm of C"},
    {Probe::conv, "conv", {"channel"}, full, focused_layer, "output of the short convolution"},
    {Probe::router, "router", {"expert"}, standard, every_layer, "router probability, 0 to 1"},
    {Probe::experts, "experts", {"k"}, standard, every_layer, "chosen experts, best first"},
    {Probe::logits_top, "logits_top", {"k"}, light, every_layer, "best next tokens"},
    {Probe::entropy, "entropy", {}, light, every_layer, "entropy of the next token, bits"},
    {Probe::surprise, "surprise", {}, light, every_layer, "surprise of the token, bits"},
    {Probe::hidden, "hidden", {"channel"}, full, on_request, "residual stream"},
    {Probe::final_norm, "final_norm", {"channel"}, full, on_request, "after the last norm"},
};
static_assert(std::size(kTable) == kProbeCount);

} // namespace

std::span<const ProbeInfo> probe_table() { return kTable; }

const ProbeInfo& info_of(Probe probe)
{
    const ProbeInfo& info = kTable[std::size_t(probe)];
    assert(info.id == probe);
    return info;
}

std::optional<Probe> probe_named(std::string_view name)
{
    for (const ProbeInfo& info : kTable) {
        if (name == info.name) return info.id;
    }
    return std::nullopt;
}

const char* name_of(ProbeLevel level)
{
    constexpr const char* kNames[] = {"off", "light", "standard", "full"};
    return kNames[std::size_t(level)];
}

std::optional<ProbeLevel> probe_level_named(std::string_view name)
{
    for (const ProbeLevel level : {off, light, standard, full}) {
        if (name == name_of(level)) return level;
    }
    return std::nullopt;
}

} // namespace mixscope
