#pragma once

#include "engine/token_batch.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace mixscope {

/// Attention weights of one layer: for each head and query token a row over the keys so far,
/// kept as u16 fractions of 1 (step 1/65535). UI thread only.
class AttentionStore {
public:
    explicit AttentionStore(int heads)
        : heads_(heads)
    {
    }
    int heads() const { return heads_; }
    int tokens() const { return int(rows_.size()); } ///< rows [0, tokens) may exist
    bool has_row(int query) const;
    /// The row was there and had to make room for others.
    bool dropped(int query) const;
    /// Counts up when rows are dropped, so that pictures know when to look again.
    int drops() const { return drops_; }
    /// Weight of key for query; NaN when the row was not captured.
    float at(int head, int query, int key) const;
    /// Row of `query` as floats, query + 1 long; empty when it was not captured.
    std::vector<float> row(int head, int query) const;
    /// The same row as it is kept, in steps of 1/65535: what pictures are made from.
    std::span<const std::uint16_t> fractions(int head, int query) const
    {
        if (!has_row(query)) return {};
        const std::size_t length = std::size_t(query) + 1;
        return std::span(rows_[std::size_t(query)]).subspan(std::size_t(head) * length, length);
    }
    void add(const AttentionRows& rows, int first_position);
    void truncate(int tokens);
    /// The oldest kept row at or after `from`; tokens() when there is none.
    int oldest(int from = 0) const;
    void drop(int query);
    /// Weights and the table that finds them.
    std::size_t bytes() const;

private:
    int heads_;
    int drops_ = 0;
    int oldest_ = 0; ///< no row is kept before this one
    std::size_t bytes_ = 0; ///< of the weights
    std::vector<std::vector<std::uint16_t>> rows_; ///< by query: heads × (query + 1), or empty
    std::vector<bool> dropped_; ///< by query
};

/// Queries [first, last).
struct QueryRange {
    int first = 0;
    int last = 0;
    bool operator==(const QueryRange&) const = default;
};

/// Attention rows of all layers, within a budget. When it is exceeded rows make room in this order:
/// layers out of focus (lowest first), then the layer in focus; in each the oldest query first, but
/// those of the wanted range last. UI thread only.
class AttentionHistory {
public:
    static constexpr std::size_t kDefaultBudget = std::size_t(512) << 20;

    std::size_t budget() const { return budget_; }
    void setBudget(std::size_t bytes);
    int focus() const { return focus_; }
    QueryRange wanted() const { return wanted_; }
    /// The layer that is looked at, and which of its rows were asked for (none: the newest).
    void setFocus(int layer, QueryRange wanted = {});
    /// nullptr when nothing of the layer was captured.
    const AttentionStore* find(int layer) const;
    void add(const AttentionRows& rows, int first_position);
    void truncate(int tokens);
    void clear() { layers_.clear(); }
    /// Of a layer in focus with so many heads the rows [result, tokens) fit into the budget.
    int firstThatFits(int heads, int tokens) const;
    std::size_t bytes() const;
    /// Layers whose rows were dropped since this was last asked.
    std::vector<int> takeTrimmed();

private:
    void trim();
    bool dropOne(int layer, AttentionStore& rows);

    std::map<int, AttentionStore> layers_;
    std::size_t budget_ = kDefaultBudget;
    int focus_ = -1;
    QueryRange wanted_;
    std::vector<int> trimmed_;
};

} // namespace mixscope
