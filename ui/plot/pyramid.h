#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mixscope {

/// How the mean of cells is taken: not of the cells, which may stand for roots or logarithms, but
/// of the values they stand for.
struct MeanTables {
    std::array<std::uint16_t, 256> valueOf {}; ///< of a cell, in steps of 1/65535
    std::vector<std::uint8_t> cellOf; ///< [65536] back again
};

/// Lines of 8-bit cells, one line a token, with pooled levels: what a heat map too large for the
/// screen is drawn from. A cell of level k is the maximum of two neighbours of level k − 1 in each
/// pooled direction, so that nothing small vanishes when zoomed out; or, where the owner asks for
/// it, their mean. Cell 0 means "nothing there": it loses against every value and is not counted in
/// a mean. Lines may differ in length (an attention row grows with its token). UI thread only.
class Pyramid {
public:
    enum class Pool {
        lines, ///< pool over tokens only (lanes: the other axis is heads or layers)
        lines_and_cells ///< pool over both (attention: both axes are tokens)
    };
    static constexpr int kLevels = 9; ///< up to 256 cells in one

    /// `mean`: tables for pooling by mean, which outlive the pyramid; nullptr pools by maximum.
    explicit Pyramid(Pool pool, const MeanTables* mean = nullptr)
        : pool_(pool)
        , mean_(mean)
    {
    }

    Pool pool() const { return pool_; }
    int lines() const { return int(levels_[0].size()); }
    /// Sets line `index` (at most one past the last) and what is pooled from it.
    /// Cost: about twice the line's length.
    void setLine(int index, std::span<const std::uint8_t> cells);
    /// The same with so many cells in which there is nothing; takes no memory.
    void setBlank(int index, int cells);
    void truncate(int lines);
    /// The first line that was changed since this was last asked; lines() when none was.
    int takeChanged();
    /// Line `index` of a level, which stands for lines [index, index + 1) << level.
    std::span<const std::uint8_t> line(int level, int index) const;
    int lines(int level) const { return int(levels_[std::size_t(level)].size()); }
    std::size_t bytes() const;

private:
    struct Line {
        std::vector<std::uint8_t> cells;
        int blank = 0; ///< length of a line without cells
    };
    Line& at(int level, int index);
    void poolUp(int index);
    void poolInto(int level, int index);
    void poolMaximum(std::span<const std::uint8_t> longer, std::span<const std::uint8_t> shorter,
                     std::vector<std::uint8_t>& out) const;
    void poolMean(std::span<const std::uint8_t> longer, std::span<const std::uint8_t> shorter,
                  std::vector<std::uint8_t>& out) const;

    Pool pool_;
    const MeanTables* mean_;
    std::array<std::vector<Line>, kLevels> levels_;
    std::vector<std::uint8_t> nothing_; ///< what blank lines show
    int changed_ = 0;
};

} // namespace mixscope
