#pragma once

#include "ui/plot/pyramid.h"
#include "ui/plot/value_scale.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace mixscope {

class AttentionStore;

constexpr int kWeightSteps = 65535; ///< a kept weight of 1

/// What is done with the first token, which heads use as a place to look when they look nowhere.
enum class Sink { show, hide, renormalise };

/// What a map shows of a layer: one head, or all of them together.
struct HeadChoice {
    enum class Kind { one, mean, max };
    Kind kind = Kind::one;
    int head = 0;
    bool operator==(const HeadChoice&) const = default;
};

/// How a map shows the kept rows.
struct AttentionLook {
    ValueScale scale;
    Sink sink = Sink::show;
    HeadChoice heads;
    bool meanPooled = false; ///< zoomed out: the mean of the cells, else the largest
    bool operator==(const AttentionLook&) const = default;
};

/// The row of a query as the map shows it: [query + 1] steps of 1/65535, empty when it is not kept.
/// A hidden first token reads as 0. `buffer` holds what has to be computed.
std::span<const std::uint16_t> shownRow(const AttentionStore& rows, const AttentionLook& look,
                                        int query, std::vector<std::uint16_t>& buffer);

/// Entropy of a row of weights in bits.
float entropyBits(std::span<const std::uint16_t> row);

/// Cell of the pyramid for every kept weight, [65536].
std::vector<std::uint8_t> cellTable(const ValueScale& scale);

/// Tables to pool cells of a scale by the mean of the weights they stand for.
std::unique_ptr<MeanTables> meanTables(const ValueScale& scale);

} // namespace mixscope
