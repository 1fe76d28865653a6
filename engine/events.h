#pragma once

#include "engine/model_info.h"
#include "engine/result.h"
#include "engine/token_batch.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace mixscope {

/// A model is being read.
struct LoadProgress {
    std::string what; ///< e.g. "mapping model-00001-of-00002.safetensors"
    double fraction = 0.0; ///< 0 … 1
};

/// A model is ready; a new, empty conversation with it has begun.
struct Loaded {
    std::shared_ptr<const ModelInfo> model;
};

/// The prompt of a request as tokens. Tokens from `kept` on are new or recomputed: whatever the
/// views hold at positions >= kept is void. Batches with first_position >= kept follow.
struct PromptReady {
    std::uint64_t request = 0;
    int kept = 0;          ///< tokens whose history stays valid (reused, not recomputed)
    int prompt_tokens = 0; ///< length of the whole prompt
    std::vector<int> message; ///< for each prompt token the index of its message, -1 for markup
};

/// Prompt tokens done so far (those reused count as done).
struct PrefillProgress {
    int done = 0;
    int total = 0;
    double tokens_per_s = 0.0;
};

enum class StopReason { eos, stop, length, context, cancelled, error };
const char* name_of(StopReason reason);

/// A reply has ended.
struct Finished {
    std::uint64_t request = 0;
    StopReason reason = StopReason::eos;
    std::string text;          ///< the reply as text (without stop strings and special tokens)
    std::vector<TokenId> ids;  ///< its exact tokens, without the end token
    int reused_tokens = 0;
    int prompt_tokens = 0;
    double prefill_tokens_per_s = 0.0;
    double tokens_per_s = 0.0; ///< decode
};

/// Something expected went wrong; the program and the conversation live on.
struct Failed {
    std::uint64_t request = 0; ///< 0: not a generation
    std::string during;        ///< "opening the model", "writing"
    Error error;
};

/// Rows asked for with recompute_attention() are complete for this layer.
struct Recomputed {
    int layer = 0;
};

using Event = std::variant<LoadProgress, Loaded, PromptReady, PrefillProgress, TokenBatch, Finished,
                           Failed, Recomputed>;

} // namespace mixscope
