#pragma once

#include "engine/generation_config.h"
#include "engine/token_batch.h"

#include <random>
#include <span>
#include <vector>

namespace mixscope {

/// What choosing one token showed.
struct Choice {
    TokenId id = -1;
    float probability = 0.0F;  ///< of the token under the model (softmax of the raw logits)
    float entropy_bits = 0.0F; ///< of the model's distribution
    std::vector<TopChoice> top; ///< best first; empty when not asked for
};

/// Chooses tokens from logits. Order: repetition penalty, temperature, top-k, top-p, min-p, draw.
/// The same seed, logits and settings give the same tokens. Engine thread only.
class Sampler {
public:
    explicit Sampler(const Sampling& settings);

    /// Ids below `limit` may be drawn (a vocabulary may be padded in the model). `history`: tokens
    /// so far, for the penalty. top: how many candidates to report.
    Choice choose(std::span<const float> logits, int limit, std::span<const TokenId> history,
                  int top);

private:
    struct Candidate {
        TokenId id;
        float logit;   ///< after the penalty
        double weight; ///< exp((logit - max) / temperature)
    };

    void penalise(std::span<const TokenId> history);
    void filter();
    std::size_t draw();

    Sampling settings_;
    std::mt19937_64 random_;
    std::vector<float> scores_;
    std::vector<Candidate> kept_;
    std::vector<std::uint8_t> seen_;
};

} // namespace mixscope
