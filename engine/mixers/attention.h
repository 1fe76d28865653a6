#pragma once

#include "engine/mixer.h"

#include <string>

namespace mixscope {

/// Sizes and tensor names of softmax attention with grouped queries.
struct AttentionSpec final : MixerSpec {
    std::int64_t d_model = 0;
    std::int64_t n_heads = 0;
    std::int64_t n_kv_heads = 0;
    std::int64_t head_dim = 0;
    std::string prefix;          ///< "model.layers.3.self_attn."
    bool has_bias = false;       ///< q, k, v and o carry biases
    float scale = 1.0F;          ///< of the scores
    std::vector<float> inv_freq; ///< rotary frequencies [r/2]; empty: no position encoding
    float rope_factor = 1.0F;    ///< multiplies cos and sin

    std::unique_ptr<Mixer> build(Weights& weights) const override;
};

} // namespace mixscope
