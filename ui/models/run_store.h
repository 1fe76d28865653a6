#pragma once

#include "engine/events.h"
#include "ui/models/attention_store.h"

#include <QObject>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>
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
    std::size_t bytes() const { return values_.capacity() * sizeof(float); }

private:
    int width_;
    std::vector<float> values_;
};

/// Times of one token (prompt tokens of one chunk share the chunk's time evenly).
struct TokenTime {
    float ms = 0.0F;
    float probe_ms = 0.0F;
    float sample_ms = 0.0F;
    bool prefill = false;
    int chunk = 0; ///< first token of the forward call it was part of
    std::uint8_t shed = 0; ///< detail that was skipped, as in TokenBatch
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
    /// Token batches are emptied; all other events stay readable.
    void apply(std::vector<Event>& events);
    void setState(StateFrame frame);
    /// Forgets the conversation, keeps the model.
    void clear();

    const ModelInfo* model() const { return model_.get(); }
    /// The model that is being loaded, as planned from its headers, while there is no other;
    /// nullptr when nothing is known of one.
    const ModelInfo* planned() const { return model_ ? nullptr : planned_.get(); }
    void setPlanned(std::shared_ptr<const ModelInfo> model);
    int tokens() const { return int(tokens_.size()); }
    const TokenInfo& token(int index) const { return tokens_[std::size_t(index)]; }
    const TokenTime& time(int index) const { return times_[std::size_t(index)]; }
    /// Message index of a token (-1: markup), for roles.
    int messageOf(int index) const;
    /// nullptr when nothing of the point was captured in that layer.
    const Lane* lane(Probe probe, int layer) const;
    const AttentionStore* attention(int layer) const;
    const AttentionHistory& attentionHistory() const { return attention_; }
    /// Memory that the attention rows of all layers may take; beyond it rows are dropped in the
    /// order that AttentionHistory states. Text, ids, values and times are never dropped.
    void setHistoryBudget(std::size_t bytes);
    /// The layer whose rows are dropped last, and of these the ones that were asked for.
    void setAttentionFocus(int layer, QueryRange wanted = {});
    const StateFrame& state() const { return state_; }
    /// Ops of one token; empty when no longer kept (the last 512 tokens are). Prompt tokens of one
    /// chunk share the chunk's ops evenly.
    std::span<const OpTime> ops(int token) const;
    /// 1st and 99th percentile of a point over all tokens and heads of a layer, locked: they only
    /// ever widen in steps, and each change counts up rangeVersion(). {0, 1} before there is data.
    std::array<float, 2> lockedRange(Probe probe, int layer) const;
    int rangeVersion() const { return rangeVersion_; }
    bool generating() const { return generating_; }
    /// What the views wait for; until it comes they show what there was.
    enum class Waiting { nothing, prompt, attention };
    Waiting waiting() const { return waiting_; }
    /// The rows of this layer were asked for: they are waited for until the engine is done.
    void awaitAttention(int layer);
    int awaitedLayer() const { return awaitedLayer_; }
    /// Decode rate while computing (pauses for pace do not count), over the last second of work.
    double tokensPerSecond() const;
    double prefillTokensPerSecond() const { return prefillRate_; }
    int reusedTokens() const { return reused_; }
    std::uint64_t shedBatches() const { return shed_; } ///< batches that came with something shed
    /// Share of decode time spent on looking, over the last second of work; 0 … 1.
    double probeShare() const;
    /// Median [L + 2] ms of the last (up to 32) decoded tokens; empty before there are 8.
    std::vector<float> recentLayerMs() const;
    std::size_t bytes() const; ///< memory of all history

Q_SIGNALS:
    void modelChanged();
    void tokensChanged(int firstChanged); ///< tokens were added or replaced from there on
    void attentionChanged(int layer);
    void stateChanged();
    void runStateChanged();

private:
    /// What one tick changed.
    struct Changes {
        bool model = false;
        bool run = false;
        int first = -1; ///< first changed token
        std::vector<int> attention;
        void tokensFrom(int position);
        void attentionOf(int layer);
    };
    /// What one token's ops were and for which tokens they count.
    using Ops = std::shared_ptr<const std::vector<OpTime>>;
    struct LaneEntry {
        Lane lane;
        std::array<float, 2> range {0.0F, 1.0F};
        bool ranged = false;
        int nextCheck = 4; ///< tokens at which the range is looked at again
    };
    struct Recent {
        float ms;
        float probe_ms;
    };

    void take(const Loaded& event, Changes& changes);
    void take(const PromptReady& event, Changes& changes);
    void take(const PrefillProgress& event, Changes& changes);
    void take(TokenBatch& batch, Changes& changes);
    void take(const Recomputed& event, Changes& changes);
    void take(const Finished& event, Changes& changes);
    void take(const Failed& event, Changes& changes);
    void truncate(int tokens, Changes& changes);
    void addTimes(const TokenBatch& batch);
    void addValues(const TokenBatch& batch);
    void addAttention(const TokenBatch& batch, Changes& changes);
    void widenRanges();

    std::shared_ptr<const ModelInfo> model_;
    std::shared_ptr<const ModelInfo> planned_;
    std::vector<TokenInfo> tokens_;
    std::vector<TokenTime> times_;
    std::vector<int> promptMessages_;
    int reply_ = -1; ///< message index of what the model writes
    std::map<std::pair<Probe, int>, LaneEntry> lanes_;
    AttentionHistory attention_;
    std::deque<Ops> ops_; ///< of tokens [opsFirst_, opsFirst_ + size)
    int opsFirst_ = 0;
    StateFrame state_;
    std::deque<Recent> recent_; ///< decoded tokens of the last second of work
    double recentMs_ = 0.0;
    int rangeVersion_ = 0;
    bool generating_ = false;
    Waiting waiting_ = Waiting::nothing;
    int awaitedLayer_ = -1;
    double prefillRate_ = 0.0;
    int reused_ = 0;
    std::uint64_t shed_ = 0;
};

} // namespace mixscope
