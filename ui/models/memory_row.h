#pragma once

#include <vector>

namespace mixscope {

class RunStore;
struct LayerInfo;

/// How much of each token's write is still in the state of one head whose state decays by one
/// factor per token (Mamba-2). The state is S_t = Σ_s (keep_{s+1} … keep_t) · write_s, so what
/// remains of write s at t has exactly the norm ‖write_s‖ · Π keep, up to rounding. Norms of the
/// terms do not add up to the norm of the sum. Appends what is new; UI thread only.
class MemoryRow {
public:
    /// Whether the layer's state decays by one factor per head and token.
    static bool exactFor(const LayerInfo& layer);

    /// Whose memory; another head starts afresh.
    void setHead(int layer, int head);
    /// Takes tokens from `firstChanged` on that it does not hold yet.
    void update(const RunStore& store, int firstChanged);

    int tokens() const { return int(logKept_.size()); }
    /// ‖write_s‖; NaN when it was not captured.
    float written(int source) const;
    /// Part of write `source` that remains after token `at`, 0 … 1; 0 before it was written, NaN
    /// when a factor between them was not captured.
    double share(int source, int at) const;
    double left(int source, int at) const { return double(written(source)) * share(source, at); }
    /// The writes of which most remains after token `at`, the largest first.
    std::vector<int> strongest(int at, std::size_t count) const;
    /// Tokens after which less than half of a write remained; -1: more than half is still there.
    int halfGoneAfter(int source) const;
    /// Largest ‖write‖ so far.
    float largest() const { return largest_; }

private:
    void truncate(int tokens);

    int layer_ = -1;
    int head_ = -1;
    float largest_ = 0.0F;
    std::vector<float> written_;
    std::vector<double> logKept_; ///< Σ ln keep up to and with each token
    std::vector<int> gaps_; ///< factors not captured up to and with each token
};

} // namespace mixscope
