#include "ui/models/run_store.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr float kSteps = 65535.0F;

std::uint16_t fraction_of(float weight)
{
    return std::isfinite(weight)
        ? std::uint16_t(std::lround(std::clamp(weight, 0.0F, 1.0F) * kSteps))
        : 0;
}

} // namespace

std::span<const float> Lane::at(int token) const
{
    if (token < 0 || token >= tokens()) return {};
    return std::span(values_).subspan(std::size_t(token) * std::size_t(width_),
                                      std::size_t(width_));
}

float Lane::at(int token, int column) const
{
    const std::span<const float> values = at(token);
    return column >= 0 && column < int(values.size()) ? values[std::size_t(column)] : kUnknown;
}

void Lane::set(int token, std::span<const float> values)
{
    const std::size_t end = (std::size_t(token) + 1) * std::size_t(width_);
    if (values_.size() < end) values_.resize(end, kUnknown);
    std::copy_n(values.begin(), std::min(values.size(), std::size_t(width_)),
                values_.begin() + std::ptrdiff_t(end) - width_);
}

void Lane::truncate(int tokens)
{
    if (tokens < this->tokens()) values_.resize(std::size_t(tokens) * std::size_t(width_));
}

bool AttentionStore::has_row(int query) const
{
    return query >= 0 && query < tokens() && !rows_[std::size_t(query)].empty();
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
    if (tokens() < rows.length) rows_.resize(std::size_t(rows.length));
    for (int t = 0; t < count; ++t) {
        const std::size_t valid = std::size_t(first_position + t) + 1;
        std::vector<std::uint16_t>& kept = rows_[valid - 1];
        bytes_ -= kept.capacity() * sizeof(std::uint16_t);
        kept.resize(std::size_t(heads_) * valid);
        bytes_ += kept.capacity() * sizeof(std::uint16_t);
        for (int h = 0; h < heads_; ++h) {
            const float* from =
                rows.values.data() + std::size_t(h * count + t) * std::size_t(rows.length);
            std::transform(from, from + valid,
                           kept.begin() + std::ptrdiff_t(std::size_t(h) * valid), fraction_of);
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
}

} // namespace mixscope
