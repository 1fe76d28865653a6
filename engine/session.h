#pragma once

#include "engine/arena.h"
#include "engine/capture.h"
#include "engine/decode_steps.h"
#include "engine/model.h"
#include "engine/trace.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace mixscope {

/// How a session is laid out in memory.
struct SessionOptions {
    std::int64_t context = 4096; ///< tokens
    std::optional<DType> kv_dtype; ///< the backend's default when empty
    std::size_t snapshot_bytes = std::size_t(64) << 20; ///< budget for snapshots of old positions
    bool record_steps = true; ///< where the backend can; off: every step runs op by op
};

/// The recurrent state after `position` tokens. The KV cache needs no copy: it only grows, and is
/// cut by position. Valid for the session that took it while its first `position` tokens stay.
struct Snapshot {
    std::int64_t position = 0;
    std::vector<Buffer> fields; ///< one for each fixed state field, in layer order
};

/// One conversation on one model: recurrent state, KV cache, position, and the tokens behind
/// them. Engine thread only.
class Session {
public:
    /// Errors: out_of_memory (says how much was wanted, how much is free and what would fit).
    static Result<std::unique_ptr<Session>> create(const Model& model, Backend& backend,
                                                   const SessionOptions& options);

    /// Runs the model over `ids` and advances. Returns logits on the host: [V] for the last token
    /// or [T, V]; valid until the next call. T must fit the context.
    std::span<const float> forward(std::span<const TokenId> ids, LogitRows rows, bool timed);

    std::int64_t position() const { return std::int64_t(tokens_.size()); }
    std::int64_t context() const { return options_.context; }
    /// Prompt tokens in one call: enough to fill the backend, few enough to be stopped in time.
    std::int64_t largest_chunk() const { return backend_.records() ? 2048 : 512; }
    const std::vector<TokenId>& tokens() const { return tokens_; }
    /// Tokens given to forward() since the session began: what really was computed.
    std::uint64_t forward_tokens() const { return forward_tokens_; }
    Capture& capture() { return capture_; }
    const Trace& trace() const { return trace_; }
    const Model& model() const { return model_; }

    Result<Snapshot> snapshot() const;
    void restore(const Snapshot& snapshot);
    /// Empties the conversation: position 0, zero state.
    void reset();
    /// Goes back to the newest remembered position that is <= `position` and returns it.
    std::int64_t rewind(std::int64_t position);
    /// Remembers the present state for rewind(); thins old ones to stay in the budget.
    void remember();

    std::size_t state_bytes() const { return state_bytes_; }        ///< fixed, all layers
    std::size_t kv_bytes_per_token() const { return kv_bytes_per_token_; }
    const std::vector<LayerState>& states() const { return states_; }

    /// Decode steps that ran from a recording, since the session began.
    std::uint64_t replayed_steps() const { return replayed_steps_; }

private:
    Session(const Model& model, Backend& backend, const SessionOptions& options);
    Result<void> allocate();
    TensorView upload_ids(std::span<const TokenId> ids);
    TensorView run(const TensorView& ids, std::int64_t bound, LogitRows rows);
    TensorView run_step(const TensorView& id, std::int64_t bound);
    TensorView times() const;
    std::span<const float> read_results(const TensorView& logits, std::int64_t length);

    const Model& model_;
    Backend& backend_;
    SessionOptions options_;
    Arena arena_;
    Capture capture_;
    Trace trace_;
    std::vector<Buffer> buffers_;
    std::vector<LayerState> states_;
    std::vector<TensorView> fixed_; ///< every state field that does not grow
    Buffer input_; ///< i32: position of a call, token of a decode step
    Buffer times_; ///< when the parts of a call begin; absent where the host sees it
    std::unique_ptr<Transfer> transfer_; ///< of results to the host; absent where they are there
    DecodeSteps steps_;
    std::uint64_t replayed_steps_ = 0;
    std::size_t state_bytes_ = 0;
    std::size_t kv_bytes_per_token_ = 0;
    std::vector<TokenId> tokens_;
    std::uint64_t forward_tokens_ = 0;
    std::deque<Snapshot> remembered_; ///< by rising position
};

} // namespace mixscope
