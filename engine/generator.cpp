#include "engine/generator.h"

#include "engine/stop_matcher.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace mixscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRememberEvery = 128;            ///< decoded tokens between snapshots
constexpr int kFirstChunk = 128;               ///< prompt tokens before the speed is known
constexpr double kChunkSeconds = 0.15;         ///< a stop has to wait for at most one chunk
constexpr std::int64_t kProbsBytes = 8 << 20;  ///< attention weights of one chunk

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

float bits(float probability) { return -std::log2(std::max(probability, 1e-45F)); }

} // namespace

const char* name_of(StopReason reason)
{
    constexpr const char* kNames[] = {"eos", "stop", "length", "context", "cancelled", "error"};
    return kNames[std::size_t(reason)];
}

/// One reply in the making.
class Generator::Run {
public:
    Run(const LoadedModel& model, Session& session, const Prompt& prompt,
        const ReplyOptions& options, ReplyListener& listener, std::stop_token stop)
        : model_(model)
        , session_(session)
        , prompt_(prompt)
        , options_(options)
        , listener_(listener)
        , stop_(std::move(stop))
        , sampler_(options.sampling)
        , matcher_(all_stop_strings())
    {
    }

    Finished execute()
    {
        const std::int64_t kept = reuse_prefix();
        result_.reused_tokens = int(kept);
        result_.prompt_tokens = int(prompt_.ids.size());
        listener_.prompt_ready(int(kept), prompt_);
        if (prefill()) decode();
        if (!matcher_.matched()) result_.text += matcher_.push(utf8_.finish()) + matcher_.finish();
        session_.remember();
        return std::move(result_);
    }

private:
    std::vector<std::string> all_stop_strings() const
    {
        std::vector<std::string> out = model_.info->generation.stop_strings;
        out.insert(out.end(), options_.stop_strings.begin(), options_.stop_strings.end());
        return out;
    }

    /// Goes back to where the prompt departs from what was computed. The last prompt token is
    /// always computed: its logits are needed.
    std::int64_t reuse_prefix()
    {
        const std::vector<TokenId>& done = session_.tokens();
        const std::size_t most = std::min(done.size(), prompt_.ids.size() - 1);
        const auto differs
            = std::mismatch(done.begin(), done.begin() + std::ptrdiff_t(most), prompt_.ids.begin());
        return session_.rewind(differs.first - done.begin());
    }

    /// Returns false when it was cancelled.
    bool prefill()
    {
        const Clock::time_point start = Clock::now();
        const std::int64_t total = std::int64_t(prompt_.ids.size());
        const std::int64_t first = session_.position();
        double rate = 0.0;
        while (session_.position() < total) {
            const std::int64_t at = session_.position();
            std::int64_t n = chunk_size(rate, total - 1 - at);
            if (n <= 0) { // only the last token is left: what comes before it is a place to return
                session_.remember();
                n = 1;
            }
            const Clock::time_point chunk_start = Clock::now();
            step({prompt_.ids.data() + at, std::size_t(n)}, at + n == total, chunk_start, true);
            if (n >= 16) rate = double(n) / seconds_since(chunk_start);
            const double speed = double(session_.position() - first) / seconds_since(start);
            result_.prefill_tokens_per_s = speed;
            listener_.progress(int(session_.position()), int(total), speed);
            if (stop_.stop_requested()) {
                result_.reason = StopReason::cancelled;
                return false;
            }
            if (session_.position() < total) listener_.between_tokens();
        }
        return true;
    }

    std::int64_t chunk_size(double rate, std::int64_t left) const
    {
        std::int64_t n = rate > 0.0 ? std::int64_t(rate * kChunkSeconds) : kFirstChunk;
        n = std::clamp<std::int64_t>(n, 16, session_.largest_chunk());
        n = std::min(n, attention_limit());
        return std::min(n, left);
    }

    /// Attention weights of a chunk are [head, T, length]: keep them small where they are looked at.
    std::int64_t attention_limit() const
    {
        std::int64_t limit = session_.largest_chunk();
        for (int i = 0; i < session_.model().n_layers(); ++i) {
            if (!session_.capture().wants(Probe::attention, i)) continue;
            const std::int64_t heads = model_.info->layers[std::size_t(i)].n_heads;
            const std::int64_t row = heads * (session_.position() + session_.largest_chunk()) * 4;
            limit = std::min(limit, std::max<std::int64_t>(16, kProbsBytes / row));
        }
        return limit;
    }

    void decode()
    {
        const Clock::time_point start = Clock::now();
        const int limit = options_.max_tokens > 0 ? options_.max_tokens : INT32_MAX;
        while (true) {
            if (is_end(next_.id)) {
                result_.reason = StopReason::eos;
                break;
            }
            if (int(result_.ids.size()) >= limit) {
                result_.reason = StopReason::length;
                break;
            }
            if (session_.position() >= session_.context()) {
                result_.reason = StopReason::context;
                break;
            }
            listener_.between_tokens();
            if (stop_.stop_requested()) {
                result_.reason = StopReason::cancelled;
                break;
            }
            const TokenId id = next_.id;
            result_.ids.push_back(id);
            step({&id, 1}, true, Clock::now(), false);
            if (matcher_.matched()) {
                result_.reason = StopReason::stop;
                break;
            }
            if (session_.position() % kRememberEvery == 0) session_.remember();
        }
        if (!result_.ids.empty()) {
            result_.tokens_per_s = double(result_.ids.size()) / seconds_since(start);
        }
    }

    bool is_end(TokenId id) const
    {
        const std::vector<TokenId>& ends = model_.info->generation.stop_ids;
        return std::find(ends.begin(), ends.end(), id) != ends.end();
    }

    /// Runs the model over `ids`, chooses what follows when `choose` says so, tells the listener.
    void step(std::span<const TokenId> ids, bool choose, Clock::time_point start, bool prefill)
    {
        const std::int64_t first = session_.position();
        const std::span<const float> logits
            = session_.forward(ids, LogitRows::last, options_.timed);
        TokenBatch batch;
        batch.first_position = int(first);
        batch.prefill = prefill;
        for (const TokenId id : ids) batch.tokens.push_back(described(id, prefill));
        const Clock::time_point sampling = Clock::now();
        if (choose) choose_next(logits, batch);
        if (options_.timed) take_times(batch, start, sampling);
        Capture& capture = session_.capture();
        batch.layout = capture.layout();
        batch.values = capture.take_values();
        batch.attention = capture.take_attention();
        listener_.batch(std::move(batch));
    }

    TokenInfo described(TokenId id, bool prefill)
    {
        const Tokenizer& tokenizer = *model_.tokenizer;
        TokenInfo out;
        out.id = id;
        out.piece = tokenizer.piece(id);
        out.bytes = tokenizer.bytes_of(id);
        out.special = tokenizer.is_special(id);
        if (prefill) {
            out.text = prompt_utf8_.push(out.bytes);
            return out;
        }
        out.probability = next_.probability;
        out.surprise_bits = bits(next_.probability);
        out.text = matcher_.push(utf8_.push(out.bytes));
        result_.text += out.text;
        return out;
    }

    void choose_next(std::span<const float> logits, TokenBatch& batch)
    {
        const int drawable = std::min(model_.tokenizer->size(), model_.info->vocabulary);
        next_ = sampler_.choose(logits, drawable, session_.tokens(), options_.top_choices);
        TokenInfo& last = batch.tokens.back();
        last.entropy_bits = next_.entropy_bits;
        last.next = next_.top;
    }

    void take_times(TokenBatch& batch, Clock::time_point start, Clock::time_point sampling)
    {
        const Trace& trace = session_.trace();
        if (trace.has_op_times()) batch.ops = trace.ops();
        for (const float us : trace.layer_us()) batch.layer_ms.push_back(us / 1000.0F);
        batch.probe_ms = trace.probe_us() / 1000.0F;
        batch.sample_ms = float(seconds_since(sampling) * 1000.0);
        batch.wall_ms = float(seconds_since(start) * 1000.0);
    }

    const LoadedModel& model_;
    Session& session_;
    const Prompt& prompt_;
    const ReplyOptions& options_;
    ReplyListener& listener_;
    std::stop_token stop_;
    Sampler sampler_;
    StopMatcher matcher_;
    Utf8Stream utf8_;
    Utf8Stream prompt_utf8_;
    Choice next_;
    Finished result_;
};

Result<Finished> Generator::reply(const Prompt& prompt, const ReplyOptions& options,
                                  ReplyListener& listener, std::stop_token stop)
{
    if (prompt.ids.empty()) {
        return Error {ErrorCode::bad_argument, "the prompt is empty", "Write something first."};
    }
    if (std::int64_t(prompt.ids.size()) >= session_.context()) {
        return Error {ErrorCode::context_full,
                      "the conversation has " + std::to_string(prompt.ids.size())
                          + " tokens, the context holds " + std::to_string(session_.context()),
                      "Start a new chat, or shorten an earlier message."};
    }
    return Run(model_, session_, prompt, options, listener, std::move(stop)).execute();
}

namespace {

Prompt encoded(const Tokenizer& tokenizer, const std::vector<PromptSegment>& segments)
{
    Prompt out;
    std::vector<int> owner;
    out.ids = tokenizer.encode_segments(segments, &owner);
    for (const int segment : owner) out.message.push_back(segments[std::size_t(segment)].message);
    return out;
}

Error no_template(const LoadedModel& model)
{
    const std::string& problem = model.info->template_problem;
    return {ErrorCode::unsupported,
            problem.empty() ? "the model has no chat template"
                            : "the chat template cannot be used: " + problem,
            "Continue plain text instead of chatting."};
}

} // namespace

Result<Prompt> chat_prompt(const LoadedModel& model, const std::vector<ChatMessage>& messages)
{
    if (!model.chat_template) return no_template(model);
    const Result<std::vector<PromptSegment>> segments = model.chat_template->render(messages, true);
    if (!segments) return segments.error();
    return encoded(*model.tokenizer, *segments);
}

Result<Prompt> continued_prompt(const LoadedModel& model, const std::vector<ChatMessage>& messages)
{
    if (messages.empty() || messages.back().role != "assistant") {
        return Error {ErrorCode::bad_argument, "there is no reply to go on with",
                      "Send a message first."};
    }
    const std::vector<ChatMessage> before(messages.begin(), messages.end() - 1);
    if (!model.chat_template) return no_template(model);
    Result<std::vector<PromptSegment>> segments = model.chat_template->render(before, true);
    if (!segments) return segments.error();
    PromptSegment reply;
    reply.text = messages.back().content;
    reply.message = int(before.size());
    reply.ids = messages.back().ids;
    segments->push_back(std::move(reply));
    return encoded(*model.tokenizer, *segments);
}

Prompt plain_prompt(const Tokenizer& tokenizer, std::string_view text)
{
    Prompt out;
    if (tokenizer.adds_bos() && tokenizer.bos() >= 0) out.ids.push_back(tokenizer.bos());
    const std::vector<TokenId> ids = tokenizer.encode(text);
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    out.message.assign(out.ids.size(), 0);
    return out;
}

} // namespace mixscope
