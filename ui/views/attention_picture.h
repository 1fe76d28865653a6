#pragma once

#include "ui/views/attention_look.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace mixscope {

/// The map of one head (or all heads of a layer together) as cells of a pyramid, and its marginals,
/// brought up to date row by row. No widgets.
class AttentionPicture {
public:
    AttentionPicture();

    /// Another look at the same numbers; what was drawn is void when it differs.
    void setLook(const AttentionLook& look);
    const AttentionLook& look() const { return look_; }
    /// Another layer.
    void reset();
    /// Rows from `tokens` on are void.
    void truncate(int tokens);
    /// Draws rows that were captured since and blanks those no longer kept, at most about `cells`
    /// of them. `rows` may be nullptr (nothing captured). True when nothing is left to do.
    bool update(const AttentionStore* rows, int tokens, std::int64_t cells);

    const Pyramid& pyramid() const { return *pyramid_; }
    Pyramid& pyramid() { return *pyramid_; }
    /// Rows below lines() that are not kept: not captured, or dropped.
    const std::vector<int>& missing() const { return missing_; }
    /// Entropy of a row in bits, of its weights scaled to sum 1 when the look does that. NaN when
    /// the row is not kept, and for a maximum over heads, which is no distribution.
    float entropyBits(int query) const;
    /// Mean weight that a key received, over the rows drawn that could see it. NaN before there are
    /// any, and for a hidden first token. A row that was dropped since still counts.
    float received(int key) const;

private:
    void drawRow(const AttentionStore& rows, int query);
    void count(const AttentionStore& rows, int query);
    void lookForDropped(const AttentionStore* rows);

    AttentionLook look_;
    std::vector<std::uint8_t> cellOf_; ///< by weight in steps of 1/65535
    std::unique_ptr<MeanTables> mean_;
    std::unique_ptr<Pyramid> pyramid_;
    std::vector<int> missing_; ///< ascending
    std::vector<float> entropy_; ///< by query
    std::vector<std::uint64_t> sums_; ///< by key, of rows [0, counted_)
    std::vector<std::uint32_t> rowsOf_; ///< by key: how many rows are in its sum
    std::vector<bool> inSums_; ///< by query
    int counted_ = 0;
    int drops_ = 0; ///< of the store when the picture was last compared with it
    std::vector<std::uint8_t> line_;
    std::vector<std::uint16_t> buffer_;
};

} // namespace mixscope
