#pragma once

#include "engine/events.h"

#include <QObject>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace mixscope {

/// A growing table token × width of one captured point in one layer.
/// Tokens that were not captured (other level, shed) read as NaN.
class Lane {
public:
    explicit Lane(int width = 1)
        : width_(width)
    {
    }
    int width() const { return width_; }
    int tokens() const { return int(values_.size()) / width_; }
    /// The `width` values of a token; empty when there are none.
    std::span<const float> at(int token) const;
    float at(int token, int column) const; ///< NaN when there is none
    void set(int token, std::span<const float> values);
    void truncate(int tokens);

private:
    int width_;
    std::vector<float> values_;
};

/// Attention weights of one layer: for each head and query token a row over the keys so far,
/// kept as u16 fractions of 1 (step 1/65535).
class AttentionStore {
public:
    explicit AttentionStore(int heads)
        : heads_(heads)
    {
    }
    int heads() const { return heads_; }
    int tokens() const; ///< rows [0, tokens) may exist
    bool has_row(int query) const;
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
    std::size_t bytes() const;

private:
    int heads_;
    std::vector<std::vector<std::uint16_t>> rows_; ///< by query: heads × (query + 1), or empty
};

/// Times of one token (prompt tokens of one chunk share the chunk's time evenly).
struct TokenTime {
    float ms = 0.0F;
    float probe_ms = 0.0F;
    float sample_ms = 0.0F;
    bool prefill = false;
    std::vector<float> layer_ms; ///< [L + 2]: embedding, layers, head
};

/// Everything the window knows about the present conversation, by token. Filled by the frame
/// poller, read by views; UI thread only. Grows along the token axis without loss; rewinds when
/// the engine says that history from a position on is void.
class RunStore : public QObject {
    Q_OBJECT
public:
    explicit RunStore(QObject* parent = nullptr);

    /// Takes what the engine said since the last tick, then emits at most one of each signal.
    void apply(std::vector<Event>& events);
    void setState(StateFrame frame);

    const ModelInfo* model() const { return model_.get(); }
    int tokens() const { return int(tokens_.size()); }
    const TokenInfo& token(int index) const { return tokens_[std::size_t(index)]; }
    const TokenTime& time(int index) const { return times_[std::size_t(index)]; }
    /// Message index of a token (-1: markup), for roles.
    int messageOf(int index) const;
    /// nullptr when nothing of the point was captured in that layer.
    const Lane* lane(Probe probe, int layer) const;
    const AttentionStore* attention(int layer) const;
    const StateFrame& state() const { return state_; }
    /// Ops of one token; empty when no longer kept (the last 512 tokens are).
    std::span<const OpTime> ops(int token) const;
    /// 1st and 99th percentile of a point over all tokens and heads of a layer, locked: they only
    /// ever widen in steps, and each change counts up rangeVersion().
    std::array<float, 2> lockedRange(Probe probe, int layer) const;
    int rangeVersion() const;
    bool generating() const { return generating_; }
    double tokensPerSecond() const; ///< decode, mean over the last second of batches
    double prefillTokensPerSecond() const;
    int reusedTokens() const;
    std::uint64_t shedBatches() const; ///< how many batches came with something shed
    std::size_t bytes() const; ///< memory of all history

Q_SIGNALS:
    void modelChanged();
    void tokensChanged(int firstChanged); ///< tokens were added or replaced from there on
    void attentionChanged(int layer);
    void stateChanged();
    void runStateChanged();

private:
    std::shared_ptr<const ModelInfo> model_;
    std::vector<TokenInfo> tokens_;
    std::vector<TokenTime> times_;
    StateFrame state_;
    bool generating_ = false;
};

} // namespace mixscope
