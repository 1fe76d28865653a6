#pragma once

#include "engine/mixer.h"
#include "engine/params.h"

#include <memory>
#include <string>
#include <vector>

namespace mixscope {

/// One layer: x += scale · mixer(norm(x)); x += scale · feed_forward(norm(x)).
struct LayerSpec {
    std::string mixer_norm;        ///< tensor name of the norm before the mixer
    std::string feed_forward_norm; ///< tensor name of the norm before the feed-forward
    std::unique_ptr<MixerSpec> mixer;
    std::unique_ptr<FeedForwardSpec> feed_forward;
};

/// What a model is, as data: written by a family from config.json, turned into a Model by the
/// weights. No field belongs to one family or mixer.
struct ModelSpec {
    std::string family;
    std::int64_t d_model = 0;
    std::int64_t vocabulary = 0;
    std::int64_t context_limit = 0; ///< tokens
    float norm_eps = 1e-5F;
    float embedding_scale = 1.0F;
    float residual_scale = 1.0F;
    float logit_scale = 1.0F; ///< logits are multiplied by this
    std::string embedding;  ///< tensor name
    std::string final_norm; ///< tensor name
    std::string head;       ///< tensor name; where it is absent the embedding is used
    std::vector<LayerSpec> layers;
};

/// Reads config.json of any family in the table. Errors: unsupported (names the model_type, key
/// or value that is not understood), bad_format.
Result<ModelSpec> parse_model_spec(const Params& config);

/// One row of the table of families.
struct Family {
    const char* model_type; ///< as in config.json
    Result<ModelSpec> (*parse)(const Params& config);
};

Result<ModelSpec> parse_granite_hybrid(const Params& config);

} // namespace mixscope
