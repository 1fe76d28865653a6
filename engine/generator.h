#pragma once

#include "engine/events.h"
#include "engine/loaded_model.h"
#include "engine/sampler.h"
#include "engine/session.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace mixscope {

/// A prompt as tokens.
struct Prompt {
    std::vector<TokenId> ids;
    std::vector<int> message; ///< for each id the message it came from, -1 for markup
};

/// What a reply should be like.
struct ReplyOptions {
    Sampling sampling;
    std::vector<std::string> stop_strings; ///< besides those of the model
    int max_tokens = 0;                    ///< 0: until the context is full
    int top_choices = 0;                   ///< candidates to report for each token
    bool timed = false;                    ///< fill the times in batches
};

/// Who listens while a reply is written. Called on the engine thread.
class ReplyListener {
public:
    virtual ~ReplyListener() = default;
    virtual void prompt_ready(int kept, const Prompt& prompt) = 0;
    virtual void progress(int done, int total, double tokens_per_s) = 0;
    /// Every forward call; `states` are the recurrent states that were asked for.
    virtual void batch(TokenBatch batch) = 0;
    /// Between two tokens: may wait (pace, pause) and change what is looked at.
    virtual void between_tokens() = 0;
};

/// Writes replies in one session: reuses the prompt prefix it shares with what was computed
/// before, prefills the rest, then samples token by token. Engine thread only.
class Generator {
public:
    Generator(const LoadedModel& model, Session& session)
        : model_(model)
        , session_(session)
    {
    }

    /// Errors: context_full (the prompt does not fit), bad_argument (empty prompt). Cancelling is
    /// no error: it ends the reply with StopReason::cancelled, within one token or prefill chunk.
    Result<Finished> reply(const Prompt& prompt, const ReplyOptions& options,
                           ReplyListener& listener, std::stop_token stop);

private:
    class Run;
    const LoadedModel& model_;
    Session& session_;
};

/// The prompt of a conversation in the model's own format. Errors: unsupported (no template).
Result<Prompt> chat_prompt(const LoadedModel& model, const std::vector<ChatMessage>& messages);
/// Like chat_prompt, and then the last (assistant) message without its end: to go on with it.
Result<Prompt> continued_prompt(const LoadedModel& model, const std::vector<ChatMessage>& messages);
/// Plain text, with BOS first when the tokenizer's config says so.
Prompt plain_prompt(const Tokenizer& tokenizer, std::string_view text);

} // namespace mixscope
