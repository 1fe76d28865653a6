#include "ui/models/timeline_model.h"

#include "ui/models/conversation.h"
#include "ui/models/nice_number.h"
#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

void TimelineModel::update(int first)
{
    first = std::clamp(first, 0, int(tokens_.size()));
    tokens_.resize(std::size_t(first));
    for (int i = first; i < store_.tokens(); ++i)
        tokens_.push_back(read(i));
    stateLayers_.clear();
    const ModelInfo* model = store_.model();
    for (int layer = 0; model != nullptr && layer < int(model->layers.size()); ++layer) {
        if (model->layers[std::size_t(layer)].has_state()) stateLayers_.push_back(layer);
    }
    if (tokens_.empty()) {
        scaleMs_ = 0.0;
        nextCheck_ = 1;
    }
    widen();
}

TimelineModel::Token TimelineModel::read(int index) const
{
    Token token;
    const QString role = conversation_.roleOf(store_.messageOf(index));
    token.role = role == "user" ? Role::user : role == "assistant" ? Role::model : Role::markup;
    const float surprise = store_.token(index).surprise_bits;
    token.surprise = std::isfinite(surprise) ? surprise : 0.0F;
    const std::vector<float>& ms = store_.time(index).layer_ms;
    const ModelInfo* model = store_.model();
    for (std::size_t i = 0; i < ms.size(); ++i) {
        const bool layer = model != nullptr && i > 0 && i <= model->layers.size();
        const Kind kind = !layer                   ? rest
            : model->layers[i - 1].has_attention() ? attention
            : model->layers[i - 1].has_state()     ? recurrent
                                                   : rest;
        token.ms[kind] += ms[i];
    }
    return token;
}

float TimelineModel::change(int row, int token) const
{
    const int layer = stateLayers_[std::size_t(row)];
    const Lane* lane = store_.lane(Probe::state_change, layer);
    const std::span<const float> heads = lane ? lane->at(token) : std::span<const float>();
    if (heads.empty()) return kUnknown;
    float sum = 0.0F;
    for (const float value : heads)
        sum += value;
    const auto range = store_.lockedRange(Probe::state_change, layer);
    return (sum / float(heads.size()) - range[0]) / std::max(1e-12F, range[1] - range[0]);
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
    if (2.0 * *middle > scaleMs_) scaleMs_ = niceAbove(2.0 * *middle);
}

} // namespace mixscope
