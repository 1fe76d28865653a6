#include "ui/plot/pyramid.h"

#include <algorithm>
#include <utility>

namespace mixscope {

void Pyramid::setLine(int index, std::span<const std::uint8_t> cells)
{
    Line& line = at(0, index);
    line.cells.assign(cells.begin(), cells.end());
    line.blank = 0;
    poolUp(index);
}

void Pyramid::setBlank(int index, int cells)
{
    if (nothing_.size() < std::size_t(cells)) nothing_.resize(std::size_t(cells) * 2);
    at(0, index) = {.cells = {}, .blank = cells};
    poolUp(index);
}

void Pyramid::truncate(int lines)
{
    if (lines >= this->lines()) return;
    lines = std::max(lines, 0);
    changed_ = std::min(changed_, lines);
    levels_[0].resize(std::size_t(lines));
    for (int level = 1; level < kLevels; ++level) {
        auto& stack = levels_[std::size_t(level)];
        const int kept = (lines + (1 << level) - 1) >> level;
        stack.resize(std::size_t(kept));
        if (kept > 0) poolInto(level, kept - 1); // its second half may be gone
    }
}

int Pyramid::takeChanged()
{
    return std::exchange(changed_, lines());
}

std::span<const std::uint8_t> Pyramid::line(int level, int index) const
{
    const auto& stack = levels_[std::size_t(level)];
    if (index < 0 || std::size_t(index) >= stack.size()) return {};
    const Line& line = stack[std::size_t(index)];
    if (line.blank > 0) return std::span(nothing_).first(std::size_t(line.blank));
    return line.cells;
}

std::size_t Pyramid::bytes() const
{
    std::size_t sum = nothing_.capacity();
    for (const auto& level : levels_) {
        for (const Line& line : level)
            sum += sizeof(Line) + line.cells.capacity();
    }
    return sum;
}

Pyramid::Line& Pyramid::at(int level, int index)
{
    auto& stack = levels_[std::size_t(level)];
    if (std::size_t(index) >= stack.size()) stack.resize(std::size_t(index) + 1);
    return stack[std::size_t(index)];
}

void Pyramid::poolUp(int index)
{
    changed_ = std::min(changed_, index);
    for (int level = 1; level < kLevels; ++level)
        poolInto(level, index >> level);
}

void Pyramid::poolInto(int level, int index)
{
    const auto& fine = levels_[std::size_t(level) - 1];
    const std::size_t first = std::size_t(index) * 2;
    const auto hasCells = [&](std::size_t i) { return i < fine.size() && fine[i].blank == 0; };
    const auto a = line(level - 1, int(first)), b = line(level - 1, int(first) + 1);
    const auto longer = a.size() >= b.size() ? a : b;
    const auto shorter = a.size() >= b.size() ? b : a;
    const std::size_t length = pool_ == Pool::lines ? longer.size() : (longer.size() + 1) / 2;

    Line& out = at(level, index);
    if (!hasCells(first) && !hasCells(first + 1)) {
        out = {.cells = {}, .blank = int(length)};
        return;
    }
    out.blank = 0;
    out.cells.resize(length);
    if (mean_ != nullptr)
        poolMean(longer, shorter, out.cells);
    else
        poolMaximum(longer, shorter, out.cells);
}

void Pyramid::poolMaximum(std::span<const std::uint8_t> longer,
                          std::span<const std::uint8_t> shorter,
                          std::vector<std::uint8_t>& out) const
{
    if (pool_ == Pool::lines) {
        std::copy(longer.begin(), longer.end(), out.begin());
        for (std::size_t i = 0; i < shorter.size(); ++i)
            out[i] = std::max(out[i], shorter[i]);
        return;
    }
    const std::size_t pairs = longer.size() / 2, both = shorter.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i)
        out[i] = std::max(longer[2 * i], longer[2 * i + 1]);
    if (longer.size() % 2 == 1) out[pairs] = longer.back();
    for (std::size_t i = 0; i < both; ++i)
        out[i] = std::max({out[i], shorter[2 * i], shorter[2 * i + 1]});
    if (shorter.size() % 2 == 1) out[both] = std::max(out[both], shorter.back());
}

void Pyramid::poolMean(std::span<const std::uint8_t> longer, std::span<const std::uint8_t> shorter,
                       std::vector<std::uint8_t>& out) const
{
    const std::size_t width = pool_ == Pool::lines ? 1 : 2;
    for (std::size_t i = 0; i < out.size(); ++i) {
        unsigned sum = 0, count = 0;
        for (const auto line : {longer, shorter}) {
            for (std::size_t at = i * width; at < std::min((i + 1) * width, line.size()); ++at) {
                sum += mean_->valueOf[line[at]];
                count += line[at] != 0 ? 1 : 0;
            }
        }
        out[i] = count > 0 ? mean_->cellOf[(sum + count / 2) / count] : std::uint8_t(0);
    }
}

} // namespace mixscope
