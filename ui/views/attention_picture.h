#pragma once

#include "ui/plot/pyramid.h"
#include "ui/plot/value_scale.h"

#include <array>
#include <cstdint>
#include <vector>

namespace mixscope {

class AttentionStore;

/// What is done with the first token, which heads use as a place to look when they look nowhere.
enum class Sink { show, hide, renormalise };

/// The map of one head as cells of a pyramid, brought up to date row by row. No widgets.
class AttentionPicture {
public:
    AttentionPicture();

    /// Another look at the same numbers; what was drawn is void when it differs.
    void setLook(ValueScale scale, Sink sink);
    /// Another head or layer.
    void reset() { truncate(0); }
    /// Rows from `tokens` on are void.
    void truncate(int tokens);
    /// Draws rows that were captured since, at most about `cells` of them. `rows` may be nullptr
    /// (nothing captured). True when nothing is left to do.
    bool update(const AttentionStore* rows, int head, int tokens, std::int64_t cells);

    const Pyramid& pyramid() const { return pyramid_; }
    /// Rows below lines() that were not captured.
    int missing() const { return int(missing_.size()); }

private:
    void drawRow(std::span<const std::uint16_t> row, int query);

    Pyramid pyramid_ {Pyramid::Pool::lines_and_cells};
    ValueScale scale_;
    Sink sink_ = Sink::show;
    std::vector<std::uint8_t> cellOf_; ///< by weight in steps of 1/65535
    std::vector<int> missing_;
    std::vector<std::uint8_t> line_;
};

/// Thumbnails of all heads of a layer: at most 128 × 128 cells each, pooled by maximum, with the
/// mean entropy of their rows. No widgets.
class HeadThumbs {
public:
    static constexpr int kCells = 128;

    explicit HeadThumbs(int heads = 0);
    void setScale(const ValueScale& scale);
    void reset(int heads);
    /// As AttentionPicture::update. Rows once drawn stay; after a rewind call reset().
    bool update(const AttentionStore* rows, int tokens, std::int64_t cells);

    int heads() const { return int(heads_.size()); }
    const Pyramid& pyramid(int head) const { return heads_[std::size_t(head)].cells; }
    int tokensPerCell() const { return tokensPerCell_; }
    int tokens() const { return done_; }
    /// Mean entropy of the captured rows in bits; NaN when there are none.
    float entropyBits(int head) const;

private:
    struct Head {
        Pyramid cells {Pyramid::Pool::lines_and_cells};
        double entropySum = 0.0;
    };
    void drawRow(Head& head, std::span<const std::uint16_t> row);
    void coarsen();

    std::vector<Head> heads_;
    std::vector<std::uint8_t> cellOf_;
    std::vector<std::uint8_t> line_;
    std::vector<int> missing_;
    int tokensPerCell_ = 1;
    int done_ = 0;
    int drawn_ = 0;
};

/// Entropy of a row of weights in bits.
float entropyBits(std::span<const std::uint16_t> row);

} // namespace mixscope
