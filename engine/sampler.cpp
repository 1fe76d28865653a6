#include "engine/sampler.h"

#include "kernels/row_math.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace mixscope {

namespace {

constexpr double kBitsPerNat = 1.4426950408889634;

/// The `count` largest scores, best first; ties go to the lower id.
std::vector<TopChoice> best(std::span<const float> scores, int count)
{
    std::vector<TopChoice> heap; // smallest on top
    const auto better = [](const TopChoice& a, const TopChoice& b) {
        return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
    };
    float floor = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const bool full = int(heap.size()) == count;
        if (full && scores[i] <= floor) continue;
        if (full) {
            std::pop_heap(heap.begin(), heap.end(), better);
            heap.pop_back();
        }
        heap.push_back({.id = TokenId(i), .logit = scores[i]});
        std::push_heap(heap.begin(), heap.end(), better);
        if (int(heap.size()) == count) floor = heap.front().logit;
    }
    std::sort_heap(heap.begin(), heap.end(), better);
    return heap;
}

/// out[i] = e^((scores[i] - max) * inverse); returns their sum.
double weigh(std::span<const float> scores, float max, float inverse, std::vector<float>& out)
{
    out.resize(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) out[i] = (scores[i] - max) * inverse;
    cpu::exp_row(out.data(), out.data(), std::int64_t(out.size()));
    double sum = 0.0;
    for (const float weight : out) sum += double(weight);
    return sum;
}

float largest(std::span<const float> scores) { return *std::max_element(scores.begin(), scores.end()); }

} // namespace

Sampler::Sampler(const Sampling& settings)
    : settings_(settings)
    , random_(settings.seed)
{
}

void Sampler::penalise(std::span<const TokenId> history)
{
    const float r = settings_.repetition_penalty;
    if (r == 1.0F) return;
    seen_.assign(scores_.size(), 0);
    for (const TokenId id : history) {
        if (id < 0 || std::size_t(id) >= scores_.size() || seen_[std::size_t(id)] != 0) continue;
        seen_[std::size_t(id)] = 1;
        float& score = scores_[std::size_t(id)];
        score = score > 0.0F ? score / r : score * r;
    }
}

/// Candidates of at least this weight (that of the best is 1).
void Sampler::collect(float least)
{
    kept_.clear();
    kept_mass_ = 0.0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        if (weights_[i] < least || weights_[i] == 0.0F) continue;
        kept_.push_back({TokenId(i), scores_[i], double(weights_[i])});
        kept_mass_ += double(weights_[i]);
    }
}

void Sampler::filter()
{
    const auto higher = [](const Candidate& a, const Candidate& b) {
        return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
    };
    double total = weigh(scores_, largest(scores_), 1.0F / settings_.temperature, weights_);
    tempered_mass_ = total;
    const bool by_count = settings_.top_k > 0 && std::size_t(settings_.top_k) < scores_.size();
    const bool by_mass = settings_.top_p < 1.0F;
    // Few candidates are enough for a top-k or top-p: look for them from the heavy end.
    constexpr float kSteps[] = {1e-2F, 1e-5F, 0.0F};
    for (const float least : kSteps) {
        if (least > 0.0F && !by_count && !by_mass) continue;
        collect(least);
        if (by_count ? kept_.size() >= std::size_t(settings_.top_k)
                     : kept_mass_ >= double(settings_.top_p) * total) {
            break;
        }
    }
    if (by_count && std::size_t(settings_.top_k) < kept_.size()) {
        std::nth_element(kept_.begin(), kept_.begin() + settings_.top_k - 1, kept_.end(), higher);
        kept_.resize(std::size_t(settings_.top_k));
    }
    if (by_count) {
        total = 0.0;
        for (const Candidate& c : kept_) total += c.weight;
    }
    if (by_mass) {
        std::sort(kept_.begin(), kept_.end(), higher);
        double mass = 0.0;
        std::size_t n = 0;
        while (n < kept_.size() && mass < double(settings_.top_p) * total) mass += kept_[n++].weight;
        kept_.resize(std::max<std::size_t>(n, 1));
    }
    if (settings_.min_p > 0.0F) {
        std::erase_if(kept_, [&](const Candidate& c) { return c.weight < double(settings_.min_p); });
    }
    kept_mass_ = 0.0;
    for (const Candidate& c : kept_) kept_mass_ += c.weight;
}

std::size_t Sampler::draw()
{
    const double uniform = double(random_() >> 11) * 0x1.0p-53; // [0, 1), the same everywhere
    double left = uniform * kept_mass_;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        left -= kept_[i].weight;
        if (left < 0.0) return i;
    }
    return kept_.size() - 1;
}

Choice Sampler::choose(std::span<const float> logits, int limit, std::span<const TokenId> history,
                       int top)
{
    assert(limit > 0 && std::size_t(limit) <= logits.size());
    const std::span<const float> raw = logits.first(std::size_t(limit));
    scores_.assign(raw.begin(), raw.end());
    penalise(history);
    const bool greedy = settings_.temperature <= 0.0F;
    Choice out;
    if (greedy) {
        out.id = TokenId(std::max_element(scores_.begin(), scores_.end()) - scores_.begin());
    } else {
        filter();
        out.id = kept_[draw()].id;
    }
    const float max = largest(raw);
    const double sum = weigh(raw, max, 1.0F, raw_weights_);
    double energy = 0.0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        energy += double(raw_weights_[i] * std::max(raw[i] - max, -200.0F)); // 0 · -inf is not 0
    }
    out.entropy_bits = float((std::log(sum) - energy / sum) * kBitsPerNat);
    out.probability = float(std::exp(double(raw[std::size_t(out.id)] - max)) / sum);
    if (top <= 0) return out;
    report(raw, max, sum, greedy, top, out);
    return out;
}

/// Fills the best candidates with their probabilities at the three stages.
void Sampler::report(std::span<const float> raw, float max, double sum, bool greedy, int top,
                     Choice& out) const
{
    out.top = best(scores_, top);
    const float best_score = out.top.front().logit;
    for (TopChoice& choice : out.top) {
        const float score = choice.logit;
        choice.logit = raw[std::size_t(choice.id)];
        choice.p_raw = float(std::exp(double(choice.logit - max)) / sum);
        if (greedy) {
            choice.p_temperature = choice.p_raw;
            choice.p_final = choice.id == out.id ? 1.0F : 0.0F;
            continue;
        }
        const double weight = std::exp(double(score - best_score) / double(settings_.temperature));
        choice.p_temperature = float(weight / tempered_mass_);
        const auto kept = std::find_if(kept_.begin(), kept_.end(),
                                       [&](const Candidate& c) { return c.id == choice.id; });
        choice.p_final = kept == kept_.end() ? 0.0F : float(kept->weight / kept_mass_);
    }
}

} // namespace mixscope
