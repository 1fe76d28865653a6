#pragma once

#include "engine/mixer.h"

#include <string>

namespace mixscope {

/// Sizes and tensor names of a Mamba-2 mixer.
struct Mamba2Spec final : MixerSpec {
    std::int64_t d_model = 0;
    std::int64_t n_heads = 0;  ///< H
    std::int64_t head_dim = 0; ///< P; d_inner = H · P
    std::int64_t d_state = 0;  ///< N
    std::int64_t n_groups = 1; ///< G
    std::int64_t d_conv = 4;   ///< taps
    std::string prefix;        ///< "model.layers.0.mamba."
    bool conv_bias = true;
    bool proj_bias = false;
    float eps = 1e-5F;
    float dt_min = 0.0F;
    float dt_max = 3.0e38F;

    std::unique_ptr<Mixer> build(Weights& weights) const override;
};

} // namespace mixscope
