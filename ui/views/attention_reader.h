#pragma once

#include "ui/views/attention_look.h"

#include <QRect>
#include <QString>

#include <array>
#include <vector>

namespace mixscope {

class RunStore;
class TableWriter;

/// A key that a query looks at.
struct AttentionTarget {
    int key;
    float weight;
};

/// Attention mass by distance in tokens: itself, 1 back, 2–3, 4–7, … 2ᵏ to 2ᵏ⁺¹ − 1.
constexpr int kDistanceBins = 18;
using DistanceMass = std::array<float, kDistanceBins>;
/// The bin of a distance, and the smallest distance in a bin.
int distanceBin(int tokensBack);
int firstOfBin(int bin);

/// The numbers of one layer as a look shows them, row by row and in words. Made for one use.
class AttentionReader {
public:
    AttentionReader(const RunStore& store, int layer, AttentionLook look);

    /// The row of a query, empty when it is not kept; valid until the next call.
    std::span<const std::uint16_t> row(int query);
    /// The heaviest keys of a row, heaviest first; without a hidden first token.
    std::vector<AttentionTarget> heaviest(int query, std::size_t count);
    /// Weight by distance, of the row as shown. All zero when it is not kept.
    DistanceMass byDistance(int query);
    /// Row or cell in words: "58 “named” → 43 “Pip”: 0.94". `key` may be -1.
    QString readout(int query, int key);
    /// "layer 3, head 2"; "layer 3, mean of all heads".
    QString place() const;
    /// "token 11 ' Pip': 0.50 on 0 'Once', 0.30 on 10 ' named'".
    QString rowInWords(int query, std::size_t count);
    /// Long format: one line a cell of the window (keys × queries).
    void write(TableWriter& table, const QRect& window);

private:
    QString quoted(int token) const;

    const RunStore& store_;
    int layer_;
    AttentionLook look_;
    std::vector<std::uint16_t> buffer_;
};

} // namespace mixscope
