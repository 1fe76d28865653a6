#include "ui/models/timeline_model.h"

#include "ui/models/conversation.h"
#include "ui/models/nice_number.h"
#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr std::ptrdiff_t kWeightsPerTick = 4'000'000; // about 2 ms of adding

float meanOf(std::span<const float> values)
{
    if (values.empty()) return kUnknown;
    float sum = 0.0F;
    for (const float value : values)
        sum += value;
    return sum / float(values.size());
}

float entropyPart(std::span<const float> shares)
{
    if (shares.size() < 2) return kUnknown;
    float bits = 0.0F;
    for (const float share : shares) {
        if (std::isnan(share)) return kUnknown;
        if (share > 0.0F) bits -= share * std::log2(share);
    }
    return bits / std::log2(float(shares.size()));
}

/// Mean over the heads of the weight on keys more than kFar tokens before the query.
float farShare(const AttentionStore& rows, int query)
{
    const int far = query - TimelineModel::kFar;
    double sum = 0.0;
    for (int head = 0; head < rows.heads(); ++head) {
        const auto weights = rows.fractions(head, query);
        unsigned fractions = 0;
        for (int key = 0; key < far; ++key)
            fractions += weights[std::size_t(key)];
        sum += fractions / 65535.0;
    }
    return float(sum / rows.heads());
}

template <class Fits> TimelineModel::Rows rowsOf(const ModelInfo* model, Fits fits)
{
    TimelineModel::Rows rows;
    for (int layer = 0; model != nullptr && layer < int(model->layers.size()); ++layer) {
        if (fits(model->layers[std::size_t(layer)])) rows.layers.push_back(layer);
    }
    rows.values.resize(rows.layers.size());
    return rows;
}

} // namespace

void TimelineModel::begin()
{
    model_ = store_.model();
    change_ = rowsOf(model_, [](const LayerInfo& layer) { return layer.has_state(); });
    far_ = rowsOf(model_, [](const LayerInfo& layer) { return layer.has_attention(); });
    router_ = rowsOf(model_, [](const LayerInfo& layer) { return layer.n_experts > 1; });
    farNext_.assign(far_.layers.size(), 0);
    kinds_.assign(model_ == nullptr ? 0 : model_->layers.size() + 2, rest);
    for (std::size_t i = 1; i + 1 < kinds_.size(); ++i) {
        const LayerInfo& layer = model_->layers[i - 1];
        kinds_[i] = layer.has_attention() ? attention : layer.has_state() ? recurrent : rest;
    }
    tokens_.clear();
}

int TimelineModel::update(int first)
{
    if (model_ != store_.model()) begin();
    first = std::clamp(first, 0, int(tokens_.size()));
    tokens_.resize(std::size_t(first));
    for (int i = first; i < store_.tokens(); ++i)
        tokens_.push_back(read(i));
    readChange(first);
    readRouter(first);
    first = readFar(first);
    if (tokens_.empty()) {
        scaleMs_ = 0.0;
        nextCheck_ = 1;
    }
    widen();
    return first;
}

TimelineModel::Token TimelineModel::read(int index) const
{
    Token token;
    const int message = store_.messageOf(index);
    const QString role = conversation_.roleOf(message);
    token.role = role == "user" ? Role::user : role == "assistant" ? Role::model : Role::markup;
    token.begins =
        token.role != Role::markup && (index == 0 || store_.messageOf(index - 1) != message);
    const float surprise = store_.token(index).surprise_bits;
    token.surprise = std::isfinite(surprise) ? surprise : 0.0F;
    const TokenTime& time = store_.time(index);
    token.shed = time.shed != 0;
    for (std::size_t i = 0; i < std::min(time.layer_ms.size(), kinds_.size()); ++i)
        token.ms[kinds_[i]] += time.layer_ms[i];
    return token;
}

void TimelineModel::readChange(int first)
{
    for (int row = 0; row < change_.count(); ++row) {
        const Lane* lane = store_.lane(Probe::state_change, change_.layers[std::size_t(row)]);
        std::vector<float>& values = change_.values[std::size_t(row)];
        values.resize(std::size_t(tokens()), kUnknown);
        for (int t = first; t < tokens(); ++t)
            values[std::size_t(t)] = lane ? meanOf(lane->at(t)) : kUnknown;
    }
}

void TimelineModel::readRouter(int first)
{
    for (int row = 0; row < router_.count(); ++row) {
        const Lane* lane = store_.lane(Probe::router, router_.layers[std::size_t(row)]);
        std::vector<float>& values = router_.values[std::size_t(row)];
        values.resize(std::size_t(tokens()), kUnknown);
        for (int t = first; t < tokens(); ++t)
            values[std::size_t(t)] = lane ? entropyPart(lane->at(t)) : kUnknown;
    }
}

int TimelineModel::readFar(int first)
{
    std::ptrdiff_t budget = kWeightsPerTick;
    int changed = first;
    for (int row = 0; row < far_.count(); ++row) {
        const AttentionStore* rows = store_.attention(far_.layers[std::size_t(row)]);
        std::vector<float>& values = far_.values[std::size_t(row)];
        values.resize(std::size_t(first));
        values.resize(std::size_t(tokens()), kUnknown);
        int& next = farNext_[std::size_t(row)];
        next = std::min(next, first);
        for (; next < tokens() && budget > 0; ++next) {
            float& value = values[std::size_t(next)];
            if (rows == nullptr || !std::isnan(value) || !rows->has_row(next)) continue;
            value = farShare(*rows, next);
            budget -= std::ptrdiff_t(rows->heads()) * next;
            changed = std::min(changed, next);
        }
    }
    return changed;
}

void TimelineModel::attentionCame(int layer)
{
    for (int row = 0; row < far_.count(); ++row) {
        if (far_.layers[std::size_t(row)] != layer) continue;
        const std::vector<float>& values = far_.values[std::size_t(row)];
        const auto hole = std::find_if(values.begin(), values.end(),
                                       [](float value) { return std::isnan(value); });
        int& next = farNext_[std::size_t(row)];
        next = std::min(next, int(hole - values.begin()));
    }
}

bool TimelineModel::pending() const
{
    return std::any_of(farNext_.begin(), farNext_.end(),
                       [this](int next) { return next < tokens(); });
}

float TimelineModel::changePart(int row, float value) const
{
    const auto range = store_.lockedRange(Probe::state_change, change_.layers[std::size_t(row)]);
    return (value - range[0]) / std::max(1e-12F, range[1] - range[0]);
}

void TimelineModel::widen()
{
    if (tokens() < nextCheck_) return;
    nextCheck_ = tokens() + std::max(8, tokens() / 4);
    std::vector<double> totals;
    for (const Token& token : tokens_)
        totals.push_back(double(token.ms[0]) + double(token.ms[1]) + double(token.ms[2]));
    const auto middle = totals.begin() + std::ptrdiff_t(totals.size() / 2);
    std::nth_element(totals.begin(), middle, totals.end());
    if (1.5 * *middle > scaleMs_) scaleMs_ = niceAbove(1.5 * *middle);
}

} // namespace mixscope
