#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mixscope {

/// Lines of 8-bit cells, one line a token, with levels of maximum pooling: what a heat map too
/// large for the screen is drawn from. A cell of level k is the maximum of two neighbours of
/// level k − 1 in each pooled direction, so that nothing small vanishes when zoomed out.
/// Cell 0 means "nothing there" and loses against every value. Lines may differ in length
/// (an attention row grows with its token). UI thread only.
class Pyramid {
public:
    enum class Pool {
        lines, ///< pool over tokens only (lanes: the other axis is heads or layers)
        lines_and_cells ///< pool over both (attention: both axes are tokens)
    };
    static constexpr int kLevels = 9; ///< up to 256 cells in one

    explicit Pyramid(Pool pool)
        : pool_(pool)
    {
    }

    Pool pool() const { return pool_; }
    int lines() const { return int(levels_[0].size()); }
    /// Sets line `index` (at most one past the last) and what is pooled from it.
    /// Cost: about twice the line's length.
    void setLine(int index, std::span<const std::uint8_t> cells);
    void truncate(int lines);
    /// Line `index` of a level, which stands for lines [index, index + 1) << level.
    std::span<const std::uint8_t> line(int level, int index) const;
    int lines(int level) const { return int(levels_[std::size_t(level)].size()); }
    std::size_t bytes() const;

private:
    using Line = std::vector<std::uint8_t>;
    void poolInto(int level, int index);

    Pool pool_;
    std::array<std::vector<Line>, kLevels> levels_;
};

} // namespace mixscope
