#pragma once

#include "ui/plot/pyramid.h"
#include "ui/plot/value_scale.h"

#include <QRgb>

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

namespace mixscope {

class AttentionStore;
class RunStore;

/// For every token the last one before it with the same id, brought up to date token by token.
class TokenRepeats {
public:
    void update(const RunStore& store, int firstChanged);
    int before(int token) const; ///< -1 when there is none
    bool knows(int token) const { return token < int(before_.size()); }

private:
    std::vector<int> before_;
    std::unordered_map<int, int> last_; ///< by id
};

/// What a head does, in one number each: means over the rows seen. NaN when there were none.
struct HeadScores {
    float entropyBits; ///< of a row
    float sink; ///< weight on the first token, over rows after the first
    float previous; ///< weight on the token just before, over rows after the first
    /// Weight on the tokens that followed earlier copies of the query's token, over the rows whose
    /// token was there before: what a head that continues repetitions looks at.
    float induction;
};

/// Thumbnails of all heads of a layer: at most 128 × 128 cells each, pooled by maximum, and their
/// scores. Cells are on thumbScale() whatever the scale shown. Rows once drawn stay, also when the
/// store no longer keeps them. No widgets.
class HeadThumbs {
public:
    static constexpr int kCells = 128;

    explicit HeadThumbs(int heads = 0);
    void reset(int heads);
    /// Draws rows that were captured since, at most about `cells` of them; `repeats` knows the
    /// tokens, nullptr leaves induction out. True when nothing is left to do. After a rewind call
    /// reset().
    bool update(const AttentionStore* rows, int tokens, std::int64_t cells,
                const TokenRepeats* repeats = nullptr);

    int heads() const { return int(heads_.size()); }
    const Pyramid& pyramid(int head) const { return heads_[std::size_t(head)].cells; }
    int tokensPerCell() const { return tokensPerCell_; }
    int tokens() const { return done_; }
    int rowsDrawn() const { return drawn_; }
    HeadScores scores(int head) const;
    float entropyBits(int head) const { return scores(head).entropyBits; }

private:
    struct Head {
        Pyramid cells {Pyramid::Pool::lines_and_cells};
        double entropy = 0.0, sink = 0.0, previous = 0.0, induction = 0.0; ///< sums over rows
    };
    void drawRow(Head& head, std::span<const std::uint16_t> row, const std::vector<int>& after);
    void coarsen();

    std::vector<Head> heads_;
    std::vector<std::uint8_t> line_;
    std::vector<int> missing_;
    int tokensPerCell_ = 1;
    int done_ = 0;
    int drawn_ = 0;
    int later_ = 0; ///< of these, rows after the first
    int repeated_ = 0; ///< of these, rows of a token that was there before
};

/// √ from 0 to 1: fine where weights are small.
ValueScale thumbScale();
/// Colours of thumbnail cells that show a scale.
std::array<QRgb, 256> thumbColors(const ValueScale& scale, const std::vector<unsigned>& map);

/// Thumbnails of every attention layer that was looked at. No widgets.
class LayerThumbs {
public:
    /// Another model.
    void clear() { layers_.clear(); }
    /// Tokens from there on are void.
    void truncate(int tokens);
    HeadThumbs& of(int layer, int heads);
    const HeadThumbs* find(int layer) const;

private:
    std::map<int, HeadThumbs> layers_;
};

} // namespace mixscope
