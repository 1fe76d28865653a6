#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mixscope {

/// The places in a model that can be looked at.
enum class Probe : std::uint8_t {
    residual_norm,
    block_norm,
    attention,
    state_norm,
    state_change,
    state,
    dt,
    keep,
    write,
    out_gate,
    b_norm,
    c_norm,
    conv,
    router,
    experts,
    logits_top,
    entropy,
    surprise,
    hidden,
    final_norm,
    count_,
};
inline constexpr std::size_t kProbeCount = std::size_t(Probe::count_);

/// How much is looked at; each level includes the ones before.
enum class ProbeLevel : std::uint8_t { off, light, standard, full };

/// Which layers a point is captured in at its level.
enum class ProbeScope : std::uint8_t { every_layer, focused_layer, on_request };

/// One row of the table of points: name, axes after the layer, first level that captures it.
struct ProbeInfo {
    Probe id;
    const char* name;
    std::array<const char*, 3> axes; ///< e.g. {"head", "query", "key"}; unused ones are nullptr
    ProbeLevel from;
    ProbeScope scope;
    const char* meaning; ///< one phrase with the unit, shown to people
};

std::span<const ProbeInfo> probe_table();
const ProbeInfo& info_of(Probe probe);
std::optional<Probe> probe_named(std::string_view name);
const char* name_of(ProbeLevel level);
std::optional<ProbeLevel> probe_level_named(std::string_view name);

/// A set of points for one layer, one bit each.
using ProbeBits = std::uint32_t;
static_assert(kProbeCount <= 32);
constexpr ProbeBits bit_of(Probe probe)
{
    return ProbeBits(1) << unsigned(probe);
}

/// What a person wants to see: the level and the focused layer and head. Of two layers with a
/// state, one of them focused, the state of the focused one is shown.
struct ProbeRequest {
    ProbeLevel level = ProbeLevel::standard;
    int layer = 0;
    int head = 0;
    /// A second layer that is looked at as closely, e.g. a state beside an attention map; -1: none.
    int beside_layer = -1;
    int beside_head = 0;

    bool looks_at(int l) const { return l == layer || (l >= 0 && l == beside_layer); }
    int head_in(int l) const { return l == layer ? head : beside_head; }
    bool operator==(const ProbeRequest&) const = default;
};

} // namespace mixscope
