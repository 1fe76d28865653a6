#include "ui/models/memory_row.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixscope {

namespace {
constexpr double kForgotten = -1e4; // ln of a factor that is zero in f32
}

bool MemoryRow::exactFor(const LayerInfo& layer)
{
    return layer.mixer == "mamba2";
}

void MemoryRow::setHead(int layer, int head)
{
    if (layer == layer_ && head == head_) return;
    layer_ = layer;
    head_ = head;
    truncate(0);
}

void MemoryRow::truncate(int tokens)
{
    if (tokens >= this->tokens()) return;
    const auto size = std::size_t(std::max(0, tokens));
    written_.resize(size);
    logKept_.resize(size);
    gaps_.resize(size);
    largest_ = 0.0F;
    for (const float each : written_)
        if (each > largest_) largest_ = each;
}

void MemoryRow::update(const RunStore& store, int firstChanged)
{
    truncate(std::min(firstChanged, store.tokens()));
    const Lane* keep = store.lane(Probe::keep, layer_);
    const Lane* write = store.lane(Probe::write, layer_);
    double sum = logKept_.empty() ? 0.0 : logKept_.back();
    int gaps = gaps_.empty() ? 0 : gaps_.back();
    for (int token = tokens(); token < store.tokens(); ++token) {
        const float factor = keep != nullptr ? keep->at(token, head_) : kUnknown;
        const float norm = write != nullptr ? write->at(token, head_) : kUnknown;
        if (std::isnan(factor))
            ++gaps;
        else
            sum += factor > 0.0F ? std::log(double(factor)) : kForgotten;
        if (norm > largest_) largest_ = norm;
        written_.push_back(norm);
        logKept_.push_back(sum);
        gaps_.push_back(gaps);
    }
}

float MemoryRow::written(int source) const
{
    return source >= 0 && source < tokens() ? written_[std::size_t(source)] : kUnknown;
}

double MemoryRow::share(int source, int at) const
{
    if (source < 0 || at < 0 || std::max(source, at) >= tokens()) return double(kUnknown);
    if (at < source) return 0.0;
    const auto s = std::size_t(source), t = std::size_t(at);
    if (gaps_[t] != gaps_[s]) return double(kUnknown);
    return std::exp(logKept_[t] - logKept_[s]);
}

std::vector<int> MemoryRow::strongest(int at, std::size_t count) const
{
    std::vector<std::pair<double, int>> found;
    for (int source = 0; source <= std::min(at, tokens() - 1); ++source) {
        const double norm = left(source, at);
        if (norm > 0.0) found.emplace_back(-norm, source);
    }
    const std::size_t shown = std::min(count, found.size());
    std::partial_sort(found.begin(), found.begin() + std::ptrdiff_t(shown), found.end());
    std::vector<int> sources;
    for (std::size_t i = 0; i < shown; ++i)
        sources.push_back(found[i].second);
    return sources;
}

int MemoryRow::halfGoneAfter(int source) const
{
    if (source < 0 || source >= tokens()) return -1;
    // The sums never grow, so the first one below the threshold is found by halving.
    const double threshold = logKept_[std::size_t(source)] + std::log(0.5);
    const auto begin = logKept_.begin() + source;
    const auto below =
        std::partition_point(begin, logKept_.end(), [&](double sum) { return sum >= threshold; });
    if (below == logKept_.end()) return -1;
    const auto at = int(below - logKept_.begin());
    return std::isnan(share(source, at)) ? -1 : at - source;
}

} // namespace mixscope
