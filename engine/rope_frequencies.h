#pragma once

#include "engine/params.h"

#include <cstdint>
#include <vector>

namespace mixscope {

/// Rotary frequencies of a model: angle of pair i at position p is p · inv_freq[i].
struct RopeFrequencies {
    std::vector<float> inv_freq;   ///< [r/2]
    float attention_factor = 1.0F; ///< multiplies cos and sin
};

/// Reads rope_parameters / rope_theta / rope_scaling of config.json. Errors: unsupported (names
/// the scaling kind), bad_format. Source: Su et al., arXiv:2104.09864.
Result<RopeFrequencies> rope_frequencies(const Params& config, std::int64_t head_dim);

} // namespace mixscope
