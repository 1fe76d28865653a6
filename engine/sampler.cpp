#include "engine/sampler.h"

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

/// Sum of exp(s - max) and of (s - max) · exp(s - max), four ways at once.
struct Partition {
    double z = 0.0;
    double energy = 0.0;
};

Partition partition(std::span<const float> scores, float max)
{
    Partition out;
    for (const float score : scores) {
        const float shifted = score - max;
        if (shifted < -40.0F) continue; // below 1e-17 of the largest
        const double e = std::exp(shifted);
        out.z += e;
        out.energy += double(shifted) * e;
    }
    return out;
}

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

void Sampler::filter()
{
    const auto higher = [](const Candidate& a, const Candidate& b) {
        return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
    };
    const float max = *std::max_element(scores_.begin(), scores_.end());
    const double inverse = 1.0 / double(settings_.temperature);
    kept_.clear();
    double total = 0.0;
    for (std::size_t i = 0; i < scores_.size(); ++i) {
        const double exponent = double(scores_[i] - max) * inverse;
        if (exponent < -40.0) continue;
        const double weight = std::exp(exponent);
        total += weight;
        kept_.push_back({TokenId(i), scores_[i], weight});
    }
    if (settings_.top_k > 0 && std::size_t(settings_.top_k) < kept_.size()) {
        std::nth_element(kept_.begin(), kept_.begin() + settings_.top_k - 1, kept_.end(), higher);
        kept_.resize(std::size_t(settings_.top_k));
        total = 0.0;
        for (const Candidate& c : kept_) total += c.weight;
    }
    if (settings_.top_p < 1.0F) {
        // Sort only as much as is needed: blocks of the best, until the mass is reached.
        double mass = 0.0;
        std::size_t sorted = 0;
        std::size_t n = 0;
        while (n < kept_.size() && mass < double(settings_.top_p) * total) {
            if (n == sorted) {
                sorted = std::min(kept_.size(), std::max<std::size_t>(64, sorted * 4));
                std::partial_sort(kept_.begin() + std::ptrdiff_t(n),
                                  kept_.begin() + std::ptrdiff_t(sorted), kept_.end(), higher);
            }
            mass += kept_[n++].weight;
        }
        kept_.resize(std::max<std::size_t>(n, 1));
    }
    if (settings_.min_p > 0.0F) { // the largest weight is 1
        std::erase_if(kept_, [&](const Candidate& c) { return c.weight < double(settings_.min_p); });
    }
}

std::size_t Sampler::draw()
{
    double total = 0.0;
    for (const Candidate& c : kept_) total += c.weight;
    const double uniform = double(random_() >> 11) * 0x1.0p-53; // [0, 1), the same everywhere
    double left = uniform * total;
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
    const float max = *std::max_element(raw.begin(), raw.end());
    const Partition sum = partition(raw, max);
    out.entropy_bits = float((std::log(sum.z) - sum.energy / sum.z) * kBitsPerNat);
    out.probability = float(std::exp(double(raw[std::size_t(out.id)] - max)) / sum.z);
    if (top <= 0) return out;

    out.top = best(scores_, top);
    const float penalised_max = out.top.front().logit;
    double tempered = 0.0;
    double final_mass = 0.0;
    if (!greedy) {
        const double inverse = 1.0 / double(settings_.temperature);
        for (const float score : scores_) {
            const double exponent = double(score - penalised_max) * inverse;
            if (exponent >= -40.0) tempered += std::exp(exponent);
        }
        for (const Candidate& c : kept_) final_mass += c.weight;
    }
    for (TopChoice& choice : out.top) {
        const float score = choice.logit;
        choice.logit = raw[std::size_t(choice.id)];
        choice.p_raw = float(std::exp(double(choice.logit - max)) / sum.z);
        if (greedy) {
            choice.p_temperature = choice.p_raw;
            choice.p_final = choice.id == out.id ? 1.0F : 0.0F;
            continue;
        }
        const double weight
            = std::exp(double(score - penalised_max) / double(settings_.temperature));
        choice.p_temperature = float(weight / tempered);
        const auto kept = std::find_if(kept_.begin(), kept_.end(),
                                       [&](const Candidate& c) { return c.id == choice.id; });
        choice.p_final = kept == kept_.end() ? 0.0F : float(kept->weight / final_mass);
    }
    return out;
}

} // namespace mixscope
