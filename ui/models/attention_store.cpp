#include "ui/models/attention_store.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixscope {

namespace {

constexpr float kSteps = 65535.0F;
constexpr std::size_t kTableEntry = sizeof(std::vector<std::uint16_t>);

/// Rounds weights to steps. Plain comparisons and a truncation, which a compiler makes vectors of:
/// a tick may bring millions of weights. NaN fails the first comparison and becomes 0.
void toFractions(const float* weights, std::size_t count, std::uint16_t* out)
{
    for (std::size_t i = 0; i < count; ++i) {
        const float steps = weights[i] * kSteps + 0.5F;
        const float notNegative = steps > 0.0F ? steps : 0.0F;
        out[i] = std::uint16_t(int(notNegative < kSteps ? notNegative : kSteps));
    }
}

} // namespace

bool AttentionStore::has_row(int query) const
{
    return query >= 0 && query < tokens() && !rows_[std::size_t(query)].empty();
}

bool AttentionStore::dropped(int query) const
{
    return query >= 0 && query < int(dropped_.size()) && dropped_[std::size_t(query)];
}

float AttentionStore::at(int head, int query, int key) const
{
    if (head < 0 || head >= heads_ || key < 0 || key > query || !has_row(query)) return kUnknown;
    return float(fractions(head, query)[std::size_t(key)]) / kSteps;
}

std::vector<float> AttentionStore::row(int head, int query) const
{
    std::vector<float> weights;
    if (head < 0 || head >= heads_) return weights;
    const std::span<const std::uint16_t> kept = fractions(head, query);
    weights.reserve(kept.size());
    for (const std::uint16_t fraction : kept)
        weights.push_back(float(fraction) / kSteps);
    return weights;
}

void AttentionStore::add(const AttentionRows& rows, int first_position)
{
    if (rows.n_heads != heads_ || rows.length <= first_position) return;
    const int count = rows.length - first_position;
    if (tokens() < rows.length) {
        rows_.resize(std::size_t(rows.length));
        dropped_.resize(std::size_t(rows.length), false);
    }
    oldest_ = std::min(oldest_, first_position);
    for (int t = 0; t < count; ++t) {
        const std::size_t valid = std::size_t(first_position + t) + 1;
        std::vector<std::uint16_t>& kept = rows_[valid - 1];
        dropped_[valid - 1] = false;
        bytes_ -= kept.capacity() * sizeof(std::uint16_t);
        kept.resize(std::size_t(heads_) * valid);
        bytes_ += kept.capacity() * sizeof(std::uint16_t);
        for (int h = 0; h < heads_; ++h) {
            const float* from =
                rows.values.data() + std::size_t(h * count + t) * std::size_t(rows.length);
            toFractions(from, valid, kept.data() + std::size_t(h) * valid);
        }
    }
}

void AttentionStore::truncate(int tokens)
{
    if (tokens >= this->tokens()) return;
    for (std::size_t query = std::size_t(tokens); query < rows_.size(); ++query) {
        bytes_ -= rows_[query].capacity() * sizeof(std::uint16_t);
    }
    rows_.resize(std::size_t(tokens));
    dropped_.resize(std::size_t(tokens));
    oldest_ = std::min(oldest_, tokens);
}

int AttentionStore::oldest(int from) const
{
    int query = std::max(from, oldest_);
    while (query < tokens() && rows_[std::size_t(query)].empty())
        ++query;
    return query;
}

void AttentionStore::drop(int query)
{
    if (!has_row(query)) return;
    std::vector<std::uint16_t>& row = rows_[std::size_t(query)];
    bytes_ -= row.capacity() * sizeof(std::uint16_t);
    row = {};
    dropped_[std::size_t(query)] = true;
    ++drops_;
    if (query == oldest_) ++oldest_;
}

std::size_t AttentionStore::bytes() const
{
    return bytes_ + rows_.capacity() * kTableEntry + dropped_.capacity() / 8;
}

void AttentionHistory::setBudget(std::size_t bytes)
{
    budget_ = bytes;
    trim();
}

void AttentionHistory::setFocus(int layer, QueryRange wanted)
{
    focus_ = layer;
    wanted_ = wanted;
}

const AttentionStore* AttentionHistory::find(int layer) const
{
    const auto found = layers_.find(layer);
    return found == layers_.end() || found->second.tokens() == 0 ? nullptr : &found->second;
}

void AttentionHistory::add(const AttentionRows& rows, int first_position)
{
    layers_.try_emplace(rows.layer, rows.n_heads).first->second.add(rows, first_position);
    trim();
}

void AttentionHistory::truncate(int tokens)
{
    for (auto& [layer, rows] : layers_)
        rows.truncate(tokens);
}

int AttentionHistory::firstThatFits(int heads, int tokens) const
{
    std::size_t left = budget_ - std::min(budget_, std::size_t(tokens) * kTableEntry);
    int first = tokens;
    while (first > 0) {
        const std::size_t row = std::size_t(heads) * std::size_t(first) * sizeof(std::uint16_t);
        if (row > left) break;
        left -= row;
        --first;
    }
    return first;
}

std::size_t AttentionHistory::bytes() const
{
    std::size_t sum = 0;
    for (const auto& [layer, rows] : layers_)
        sum += rows.bytes();
    return sum;
}

std::vector<int> AttentionHistory::takeTrimmed()
{
    return std::exchange(trimmed_, {});
}

void AttentionHistory::trim()
{
    for (std::size_t total = bytes(); total > budget_; total = bytes()) {
        const auto dropFrom = [this](auto& entry) { return dropOne(entry.first, entry.second); };
        const bool dropped =
            std::any_of(layers_.begin(), layers_.end(),
                        [&](auto& entry) { return entry.first != focus_ && dropFrom(entry); })
            || std::any_of(layers_.begin(), layers_.end(),
                           [&](auto& entry) { return entry.first == focus_ && dropFrom(entry); });
        if (!dropped) return; // what is left are the tables
    }
}

bool AttentionHistory::dropOne(int layer, AttentionStore& rows)
{
    const QueryRange last = layer == focus_ ? wanted_ : QueryRange {};
    int query = rows.oldest();
    if (query >= last.first && query < last.last) {
        const int outside = rows.oldest(last.last);
        if (outside < rows.tokens()) query = outside;
    }
    if (query >= rows.tokens()) return false;
    rows.drop(query);
    if (std::find(trimmed_.begin(), trimmed_.end(), layer) == trimmed_.end())
        trimmed_.push_back(layer);
    return true;
}

} // namespace mixscope
