#include "ui/plot/pyramid.h"

#include <algorithm>

namespace mixscope {

void Pyramid::setLine(int index, std::span<const std::uint8_t> cells)
{
    auto& base = levels_[0];
    if (std::size_t(index) >= base.size()) base.resize(std::size_t(index) + 1);
    base[std::size_t(index)].assign(cells.begin(), cells.end());
    for (int level = 1; level < kLevels; ++level)
        poolInto(level, index >> level);
}

void Pyramid::truncate(int lines)
{
    if (lines >= this->lines()) return;
    levels_[0].resize(std::size_t(std::max(lines, 0)));
    for (int level = 1; level < kLevels; ++level) {
        auto& stack = levels_[std::size_t(level)];
        const int kept = (lines + (1 << level) - 1) >> level;
        stack.resize(std::size_t(std::max(kept, 0)));
        if (kept > 0) poolInto(level, kept - 1); // its second half may be gone
    }
}

std::span<const std::uint8_t> Pyramid::line(int level, int index) const
{
    const auto& stack = levels_[std::size_t(level)];
    if (index < 0 || std::size_t(index) >= stack.size()) return {};
    return stack[std::size_t(index)];
}

std::size_t Pyramid::bytes() const
{
    std::size_t sum = 0;
    for (const auto& level : levels_) {
        for (const Line& line : level)
            sum += sizeof(Line) + line.capacity();
    }
    return sum;
}

void Pyramid::poolInto(int level, int index)
{
    const auto& fine = levels_[std::size_t(level) - 1];
    auto& coarse = levels_[std::size_t(level)];
    if (std::size_t(index) >= coarse.size()) coarse.resize(std::size_t(index) + 1);
    const std::size_t first = std::size_t(index) * 2;
    const Line& a = fine[first];
    static const Line none;
    const Line& b = first + 1 < fine.size() ? fine[first + 1] : none;

    Line& out = coarse[std::size_t(index)];
    const Line& longer = a.size() >= b.size() ? a : b;
    const Line& shorter = a.size() >= b.size() ? b : a;
    if (pool_ == Pool::lines) {
        out = longer;
        for (std::size_t i = 0; i < shorter.size(); ++i)
            out[i] = std::max(out[i], shorter[i]);
        return;
    }
    const std::size_t pairs = longer.size() / 2;
    const std::size_t both = shorter.size() / 2;
    out.resize((longer.size() + 1) / 2);
    for (std::size_t i = 0; i < pairs; ++i)
        out[i] = std::max(longer[2 * i], longer[2 * i + 1]);
    if (longer.size() % 2 == 1) out[pairs] = longer.back();
    for (std::size_t i = 0; i < both; ++i) {
        out[i] = std::max({out[i], shorter[2 * i], shorter[2 * i + 1]});
    }
    if (shorter.size() % 2 == 1) out[both] = std::max(out[both], shorter.back());
}

} // namespace mixscope
