#include "ui/models/run_store.h"

#include <algorithm>

namespace mixscope {

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

} // namespace mixscope
