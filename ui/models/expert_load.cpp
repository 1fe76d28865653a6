#include "ui/models/expert_load.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

void ExpertLoad::reset()
{
    layers_.clear();
}

void ExpertLoad::update(const RunStore& store, int firstChanged)
{
    if (store.model() == nullptr) return reset();
    layers_.resize(store.model()->layers.size());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const int experts = store.model()->layers[i].n_experts;
        Layer& entry = layers_[i];
        if (firstChanged < entry.counted || int(entry.chosen.size()) != experts) {
            entry = {};
            entry.chosen.assign(std::size_t(experts), 0);
            entry.first.resize(std::size_t(experts));
        }
        if (experts > 0) count(entry, store, int(i));
    }
}

void ExpertLoad::count(Layer& entry, const RunStore& store, int layer)
{
    const Lane* lane = store.lane(Probe::experts, layer);
    for (; lane != nullptr && entry.counted < store.tokens(); ++entry.counted) {
        bool best = true; // experts come best first
        for (const float chosen : lane->at(entry.counted)) {
            if (!(chosen >= 0.0F) || std::size_t(chosen) >= entry.chosen.size()) continue;
            ++entry.chosen[std::size_t(chosen)];
            ++entry.all;
            if (best) ++entry.first[std::size_t(chosen)][store.token(entry.counted).id];
            best = false;
        }
    }
}

const ExpertLoad::Layer* ExpertLoad::at(int layer) const
{
    return layer >= 0 && layer < int(layers_.size()) ? &layers_[std::size_t(layer)] : nullptr;
}

long ExpertLoad::choices(int layer) const
{
    return at(layer) != nullptr ? at(layer)->all : 0;
}

double ExpertLoad::share(int layer, int expert) const
{
    const Layer* entry = at(layer);
    if (entry == nullptr || entry->all == 0 || expert < 0 || expert >= int(entry->chosen.size()))
        return 0.0;
    return double(entry->chosen[std::size_t(expert)]) / double(entry->all);
}

std::vector<ExpertLoad::Often> ExpertLoad::often(int layer, int expert, std::size_t count) const
{
    const Layer* entry = at(layer);
    if (entry == nullptr || expert < 0 || expert >= int(entry->first.size())) return {};
    std::vector<Often> found;
    for (const auto& [id, times] : entry->first[std::size_t(expert)])
        found.push_back({id, times});
    const auto more = [](const Often& a, const Often& b) { return a.times > b.times; };
    std::stable_sort(found.begin(), found.end(), more);
    found.resize(std::min(found.size(), count));
    return found;
}

double entropyBits(const float* probabilities, std::size_t count)
{
    if (count == 0) return double(kUnknown);
    double bits = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        const double p = double(probabilities[i]);
        if (std::isnan(p)) return p;
        if (p > 0.0) bits -= p * std::log2(p);
    }
    return bits;
}

} // namespace mixscope
