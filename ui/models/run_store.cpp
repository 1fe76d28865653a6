#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr std::size_t kOpsKept = 512; // tokens whose ops are kept
constexpr double kRateWindowMs = 1000.0; // of work
constexpr int kRecentLayers = 32; // tokens a layer's median time is taken over
constexpr int kFewestLayers = 8; // … and how many there must be: the first ones are cold
constexpr std::size_t kRangeSample = 2048; // values looked at for a range, evenly spread
constexpr float kRangeMargin = 0.1F; // a range widens by this much more than needed

/// 1st and 99th percentile of an even sample of the finite values; false when there are none.
bool percentiles(const Lane& lane, std::array<float, 2>& out)
{
    std::vector<float> sample;
    const int stride =
        std::max(1, int(std::size_t(lane.tokens()) * std::size_t(lane.width()) / kRangeSample));
    int next = 0;
    for (int token = 0; token < lane.tokens(); ++token) {
        const std::span<const float> values = lane.at(token);
        for (; next < lane.width(); next += stride) {
            if (std::isfinite(values[std::size_t(next)]))
                sample.push_back(values[std::size_t(next)]);
        }
        next -= lane.width();
    }
    if (sample.empty()) return false;
    for (const int end : {0, 1}) {
        const double share = end == 0 ? 0.01 : 0.99;
        const auto at =
            sample.begin() + std::ptrdiff_t(std::llround(share * double(sample.size() - 1)));
        std::nth_element(sample.begin(), at, sample.end());
        out[std::size_t(end)] = *at;
    }
    return true;
}

} // namespace

void RunStore::Changes::tokensFrom(int position)
{
    first = first < 0 ? position : std::min(first, position);
}

void RunStore::Changes::attentionOf(int layer)
{
    if (std::find(attention.begin(), attention.end(), layer) == attention.end())
        attention.push_back(layer);
}

RunStore::RunStore(QObject* parent)
    : QObject(parent)
{
}

void RunStore::apply(std::vector<Event>& events)
{
    if (events.empty()) return;
    Changes changes;
    for (Event& event : events) {
        std::visit(
            [&](auto& said) {
                if constexpr (requires { take(said, changes); }) take(said, changes);
            },
            event);
    }
    widenRanges();
    if (changes.model) Q_EMIT modelChanged();
    if (changes.first >= 0) Q_EMIT tokensChanged(changes.first);
    for (const int layer : changes.attention)
        Q_EMIT attentionChanged(layer);
    if (changes.run) Q_EMIT runStateChanged();
}

void RunStore::setPlanned(std::shared_ptr<const ModelInfo> model)
{
    planned_ = std::move(model);
    Q_EMIT runStateChanged();
}

void RunStore::awaitAttention(int layer)
{
    waiting_ = Waiting::attention;
    awaitedLayer_ = layer;
    Q_EMIT runStateChanged();
}

void RunStore::setState(StateFrame frame)
{
    state_ = std::move(frame);
    Q_EMIT stateChanged();
}

void RunStore::clear()
{
    Changes changes;
    truncate(0, changes);
    promptMessages_.clear();
    reply_ = -1;
    recent_.clear();
    recentMs_ = 0.0;
    reused_ = 0;
    state_ = {};
    Q_EMIT tokensChanged(0);
    Q_EMIT stateChanged();
}

int RunStore::messageOf(int index) const
{
    if (index < int(promptMessages_.size())) return promptMessages_[std::size_t(index)];
    return index < tokens() && !token(index).special ? reply_ : -1;
}

const Lane* RunStore::lane(Probe probe, int layer) const
{
    const auto found = lanes_.find({probe, layer});
    return found == lanes_.end() || found->second.lane.tokens() == 0 ? nullptr
                                                                     : &found->second.lane;
}

const AttentionStore* RunStore::attention(int layer) const
{
    return attention_.find(layer);
}

void RunStore::setHistoryBudget(std::size_t bytes)
{
    attention_.setBudget(bytes);
    for (const int layer : attention_.takeTrimmed())
        Q_EMIT attentionChanged(layer);
}

void RunStore::setAttentionFocus(int layer, QueryRange wanted)
{
    attention_.setFocus(layer, wanted);
}

std::span<const OpTime> RunStore::ops(int token) const
{
    const int at = token - opsFirst_;
    if (at < 0 || at >= int(ops_.size()) || !ops_[std::size_t(at)]) return {};
    return *ops_[std::size_t(at)];
}

std::array<float, 2> RunStore::lockedRange(Probe probe, int layer) const
{
    const auto found = lanes_.find({probe, layer});
    return found == lanes_.end() ? std::array {0.0F, 1.0F} : found->second.range;
}

double RunStore::tokensPerSecond() const
{
    return recentMs_ > 0.0 ? 1000.0 * double(recent_.size()) / recentMs_ : 0.0;
}

double RunStore::probeShare() const
{
    double probe = 0.0;
    for (const Recent& token : recent_)
        probe += token.probe_ms;
    return recentMs_ > 0.0 ? probe / recentMs_ : 0.0;
}

std::vector<float> RunStore::recentLayerMs() const
{
    std::vector<const std::vector<float>*> rows;
    for (int i = tokens() - 1; i >= 0 && int(rows.size()) < kRecentLayers && !time(i).prefill;
         --i) {
        if (time(i).layer_ms.empty()
            || time(i).layer_ms.size() != time(tokens() - 1).layer_ms.size())
            break;
        rows.push_back(&time(i).layer_ms);
    }
    if (int(rows.size()) < kFewestLayers) return {};
    std::vector<float> medians, column(rows.size());
    for (std::size_t layer = 0; layer < rows.front()->size(); ++layer) {
        std::transform(rows.begin(), rows.end(), column.begin(),
                       [&](const auto* row) { return (*row)[layer]; });
        const auto middle = column.begin() + std::ptrdiff_t(column.size() / 2);
        std::nth_element(column.begin(), middle, column.end());
        medians.push_back(*middle);
    }
    return medians;
}

std::size_t RunStore::bytes() const
{
    std::size_t total = 0;
    for (const auto& [key, entry] : lanes_)
        total += entry.lane.bytes();
    total += attention_.bytes();
    const std::size_t layers = model_ ? model_->layers.size() + 2 : 0;
    total += times_.capacity() * (sizeof(TokenTime) + layers * sizeof(float));
    for (const TokenInfo& token : tokens_) {
        total += sizeof token + token.next.capacity() * sizeof(TopChoice) + token.piece.size()
            + token.bytes.size() + token.text.size();
    }
    const std::vector<OpTime>* last = nullptr;
    for (const Ops& ops : ops_) {
        if (ops && ops.get() != last) total += ops->capacity() * sizeof(OpTime);
        last = ops.get();
    }
    return total;
}

void RunStore::take(const Loaded& event, Changes& changes)
{
    truncate(0, changes);
    changes.tokensFrom(0);
    model_ = event.model;
    lanes_.clear();
    attention_.clear();
    promptMessages_.clear();
    reply_ = -1;
    recent_.clear();
    recentMs_ = 0.0;
    prefillRate_ = 0.0;
    reused_ = 0;
    generating_ = false;
    waiting_ = Waiting::nothing;
    state_ = {};
    changes.model = changes.run = true;
}

void RunStore::take(const PromptReady& event, Changes& changes)
{
    truncate(event.kept, changes);
    attention_.setFocus(attention_.focus()); // what comes now is wanted again
    promptMessages_ = event.message;
    // A prompt that ends in markup asks for a new message; else its last message goes on.
    const int last = promptMessages_.empty() ? -1 : promptMessages_.back();
    const auto highest = std::max_element(promptMessages_.begin(), promptMessages_.end());
    reply_ = last >= 0 ? last : highest == promptMessages_.end() ? 0 : *highest + 1;
    reused_ = event.kept;
    recent_.clear();
    recentMs_ = 0.0;
    generating_ = true;
    waiting_ = Waiting::prompt;
    changes.run = true;
}

void RunStore::take(const PrefillProgress& event, Changes& changes)
{
    prefillRate_ = event.tokens_per_s;
    generating_ = true;
    changes.run = true;
}

void RunStore::take(const Recomputed&, Changes& changes)
{
    if (waiting_ == Waiting::attention) waiting_ = Waiting::nothing;
    changes.run = true;
}

void RunStore::take(const Finished& event, Changes& changes)
{
    waiting_ = Waiting::nothing;
    if (event.prefill_tokens_per_s > 0.0) prefillRate_ = event.prefill_tokens_per_s;
    reused_ = event.reused_tokens;
    generating_ = false;
    changes.run = true;
}

void RunStore::take(const Failed& event, Changes& changes)
{
    if (event.request != 0) generating_ = false;
    waiting_ = Waiting::nothing;
    changes.run = true;
}

void RunStore::take(TokenBatch& batch, Changes& changes)
{
    if (batch.shed != 0) ++shed_;
    if (!batch.recomputed) {
        if (batch.first_position < tokens()) truncate(batch.first_position, changes);
        tokens_.resize(std::size_t(batch.first_position)); // a gap reads as unknown tokens
        times_.resize(tokens_.size());
        changes.tokensFrom(batch.first_position);
        changes.run = changes.run || waiting_ == Waiting::prompt;
        if (waiting_ == Waiting::prompt) waiting_ = Waiting::nothing;
        addTimes(batch);
        addValues(batch);
    }
    addAttention(batch, changes);
    if (!batch.recomputed) {
        std::move(batch.tokens.begin(), batch.tokens.end(), std::back_inserter(tokens_));
    }
    batch = {};
}

void RunStore::truncate(int count, Changes& changes)
{
    if (count >= tokens()) return;
    tokens_.resize(std::size_t(count));
    times_.resize(std::size_t(count));
    for (auto& [key, entry] : lanes_)
        entry.lane.truncate(count);
    attention_.truncate(count);
    while (!ops_.empty() && opsFirst_ + int(ops_.size()) > count)
        ops_.pop_back();
    changes.tokensFrom(count);
}

void RunStore::addTimes(const TokenBatch& batch)
{
    const float share = 1.0F / float(std::max<std::size_t>(1, batch.tokens.size()));
    TokenTime time {.ms = batch.wall_ms * share,
                    .probe_ms = batch.probe_ms * share,
                    .sample_ms = batch.sample_ms * share,
                    .prefill = batch.prefill,
                    .chunk = batch.first_position,
                    .shed = batch.shed,
                    .layer_ms = batch.layer_ms};
    for (float& ms : time.layer_ms)
        ms *= share;
    auto ops = std::make_shared<std::vector<OpTime>>(batch.ops);
    for (OpTime& op : *ops) {
        op.us *= share;
        op.bytes = std::uint64_t(double(op.bytes) * double(share));
        op.flops = std::uint64_t(double(op.flops) * double(share));
    }
    if (opsFirst_ + int(ops_.size()) != batch.first_position) ops_.clear();
    if (ops_.empty()) opsFirst_ = batch.first_position;
    for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
        times_.push_back(time);
        ops_.push_back(ops);
        if (batch.prefill) continue;
        recent_.push_back({time.ms, time.probe_ms});
        recentMs_ += time.ms;
    }
    for (; ops_.size() > kOpsKept; ++opsFirst_)
        ops_.pop_front();
    while (recent_.size() > 1 && recentMs_ - recent_.front().ms >= kRateWindowMs) {
        recentMs_ -= recent_.front().ms;
        recent_.pop_front();
    }
}

void RunStore::addValues(const TokenBatch& batch)
{
    if (!batch.layout || batch.layout->width == 0) return;
    const std::size_t width = std::size_t(batch.layout->width);
    for (const CaptureField& field : batch.layout->fields) {
        if (field.width <= 0) continue;
        const auto key = std::pair(field.probe, field.layer);
        const auto found = lanes_.try_emplace(key, LaneEntry {.lane = Lane(field.width)}).first;
        if (found->second.lane.width() != field.width) found->second = {.lane = Lane(field.width)};
        for (std::size_t t = 0; (t + 1) * width <= batch.values.size(); ++t) {
            found->second.lane.set(
                batch.first_position + int(t),
                std::span(batch.values)
                    .subspan(t * width + std::size_t(field.offset), std::size_t(field.width)));
        }
    }
}

void RunStore::addAttention(const TokenBatch& batch, Changes& changes)
{
    for (const AttentionRows& rows : batch.attention) {
        attention_.add(rows, batch.first_position);
        changes.attentionOf(rows.layer);
    }
    for (const int layer : attention_.takeTrimmed())
        changes.attentionOf(layer);
}

void RunStore::widenRanges()
{
    bool widened = false;
    for (auto& [key, entry] : lanes_) {
        if (entry.lane.tokens() < entry.nextCheck) continue;
        entry.nextCheck = entry.lane.tokens() + std::max(4, entry.lane.tokens() / 2);
        std::array<float, 2> now {};
        if (!percentiles(entry.lane, now)) continue;
        const float margin = kRangeMargin * (now[1] - now[0]);
        if (!entry.ranged) {
            entry.range = now;
        } else if (now[0] < entry.range[0] || now[1] > entry.range[1]) {
            if (now[0] < entry.range[0]) entry.range[0] = now[0] - margin;
            if (now[1] > entry.range[1]) entry.range[1] = now[1] + margin;
        } else {
            continue;
        }
        entry.ranged = widened = true;
    }
    if (widened) ++rangeVersion_;
}

} // namespace mixscope
