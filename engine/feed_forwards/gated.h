#pragma once

#include "engine/mixer.h"

#include <string>

namespace mixscope {

/// SwiGLU feed-forward with fused gate and up rows, and, when it has experts, a mixture of such
/// beside it: out = shared(x) + sum over the chosen experts.
struct GatedFeedForwardSpec final : FeedForwardSpec {
    std::int64_t d_model = 0;
    std::int64_t d_shared = 0;       ///< hidden width of the shared MLP
    std::string shared_prefix;       ///< "model.layers.0.shared_mlp."
    std::int64_t n_experts = 0;      ///< 0: no mixture
    std::int64_t n_experts_used = 0; ///< k
    std::int64_t d_expert = 0;       ///< hidden width of an expert
    std::string expert_prefix;       ///< "model.layers.0.block_sparse_moe."
    RouterKind router = RouterKind::softmax_of_chosen;

    std::unique_ptr<FeedForward> build(Weights& weights) const override;
};

} // namespace mixscope
