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
    void collect(float least);
    void filter();
    std::size_t draw();
    void report(std::span<const float> raw, float max, double sum, bool greedy, int top,
                Choice& out) const;

    Sampling settings_;
    std::mt19937_64 random_;
    std::vector<float> scores_;      ///< after the penalty
    std::vector<float> weights_;     ///< exp((score - max) / temperature)
    std::vector<float> raw_weights_; ///< exp(logit - max)
    std::vector<Candidate> kept_;
    double tempered_mass_ = 0.0;
    double kept_mass_ = 0.0;
    std::vector<std::uint8_t> seen_;
};

} // namespace mixscope
