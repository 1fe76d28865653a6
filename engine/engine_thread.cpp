#include "engine/engine_thread.h"

#include "engine/event_queue.h"
#include "engine/generator.h"
#include "engine/loaded_model.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

namespace mixscope {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTopChoices = 10;
constexpr auto kStatePeriod = std::chrono::milliseconds(33);

/// What the window may change while a reply is written; guarded by one mutex.
struct Controls {
    ProbeRequest probes;
    bool probes_changed = true;
    double pace = 0.0;
    bool paused = false;
    int steps = 0;

    bool may_go() const { return !paused || steps > 0; }
};

} // namespace

struct EngineThread::Impl {
    using Command = std::function<void(Impl&, std::stop_token)>;

    /// A command that waits for its turn; it can be stopped before it begins.
    struct Waiting {
        std::string_view tag;
        Command run;
        std::stop_source stop;
    };

    explicit Impl(EngineOptions engine_options)
        : options(std::move(engine_options))
    {
        thread = std::jthread([this](std::stop_token ended) { loop(ended); });
    }

    ~Impl()
    {
        thread.request_stop();
        {
            const std::lock_guard lock(mutex);
            stop_running.request_stop();
        }
        wake.notify_all();
    }

    /// Queues a command; one with the same tag that still waits is replaced.
    void post(std::string_view tag, Command command)
    {
        {
            const std::lock_guard lock(mutex);
            std::erase_if(queue, [&](const Waiting& waiting) { return waiting.tag == tag; });
            queue.push_back({tag, std::move(command), std::stop_source()});
        }
        wake.notify_all();
    }

    /// Changes a control and wakes whoever waits for it.
    template <class Change>
    void control(Change change)
    {
        {
            const std::lock_guard lock(mutex);
            change(controls);
        }
        wake.notify_all();
    }

    void loop(std::stop_token ended)
    {
        while (true) {
            Command command;
            std::stop_token stop;
            {
                std::unique_lock lock(mutex);
                wake.wait(lock, ended, [this] { return !queue.empty(); });
                if (ended.stop_requested()) return;
                command = std::move(queue.front().run);
                stop_running = queue.front().stop;
                stop = stop_running.get_token();
                queue.pop_front();
            }
            run_guarded(command, stop);
        }
    }

    /// The one place where broken promises are caught.
    void run_guarded(const Command& command, std::stop_token stop)
    {
        try {
            command(*this, stop);
        } catch (const DeviceFailure& failure) {
            fail("computing", failure.error());
            end_session();
        } catch (const std::bad_alloc&) {
            fail("computing",
                 {ErrorCode::out_of_memory, "the system refused more memory",
                  "Choose a shorter context or close other programs."});
        } catch (const std::exception& broken) {
            fail("computing",
                 {ErrorCode::device, std::string("internal fault: ") + broken.what(),
                  "The conversation is kept; please report what led here."});
        }
        request = 0;
    }

    /// What was being computed is half done: the next reply begins from the first token again, on
    /// the backend if it still works and else once the model was opened again.
    void end_session()
    {
        if (!session) return;
        try {
            session->reset();
        } catch (const DeviceFailure&) {
            session.reset();
        }
    }

    void fail(const char* during, Error error)
    {
        events.push(Failed {request, during, std::move(error)});
    }

    void open(const std::filesystem::path& folder, std::stop_token stop);
    void generate(const GenerateRequest& wanted, std::stop_token stop);
    void recompute(int layer, std::stop_token stop);
    void show_state();
    Result<Prompt> prompt_of(const GenerateRequest& wanted) const;
    void apply_probes(Session& on);
    bool must_wait(Clock::time_point next);
    void wait_for_turn(Clock::time_point& next, std::stop_token stop);

    EngineOptions options;
    EventQueue events;
    Latest<StateFrame> state;

    std::mutex mutex;
    std::condition_variable_any wake;
    std::deque<Waiting> queue;
    Controls controls;
    std::stop_source stop_running;

    // Engine thread only.
    std::unique_ptr<LoadedModel> model;
    std::unique_ptr<Session> session;
    std::uint64_t request = 0;
    Clock::time_point state_shown {};

    std::jthread thread; // last: it uses everything above
};

namespace {

/// Turns what a reply shows into events.
class EventSink final : public ReplyListener {
public:
    using Turn = std::function<void()>;

    EventSink(EventQueue& events, std::uint64_t request, Turn between)
        : events_(events)
        , request_(request)
        , between_(std::move(between))
    {
    }

    void prompt_ready(int kept, const Prompt& prompt) override
    {
        events_.push(PromptReady {request_, kept, int(prompt.ids.size()), prompt.message});
    }
    void progress(int done, int total, double tokens_per_s) override
    {
        events_.push(PrefillProgress {done, total, tokens_per_s});
    }
    void between_tokens() override { between_(); }
    void batch(TokenBatch batch) override { events_.push(std::move(batch)); }

private:
    EventQueue& events_;
    std::uint64_t request_;
    Turn between_;
};

} // namespace

void EngineThread::Impl::open(const std::filesystem::path& folder, std::stop_token stop)
{
    Result<std::unique_ptr<LoadedModel>> loaded = load_model(
        folder, options, [this](const LoadProgress& progress) { events.push(progress); }, stop);
    if (!loaded) return fail("opening the model", loaded.error());
    Result<std::unique_ptr<Session>> created = Session::create(
        *loaded.value()->model, *loaded.value()->backend, loaded.value()->session_options);
    if (!created) return fail("opening the model", created.error());
    session = std::move(created).value();
    model = std::move(loaded).value();
    control([](Controls& c) { c.probes_changed = true; });
    events.push(Loaded {model->info});
}

Result<Prompt> EngineThread::Impl::prompt_of(const GenerateRequest& wanted) const
{
    switch (wanted.mode) {
    case GenerateRequest::Mode::reply: return chat_prompt(*model, wanted.messages);
    case GenerateRequest::Mode::continue_reply: return continued_prompt(*model, wanted.messages);
    case GenerateRequest::Mode::plain: break;
    }
    if (wanted.messages.size() != 1) {
        return Error {ErrorCode::bad_argument, "plain text needs one message",
                      "Start a new chat for plain text."};
    }
    Prompt prompt = plain_prompt(*model->tokenizer, wanted.messages.front().content);
    const std::vector<TokenId>& ids = wanted.messages.front().ids;
    if (!ids.empty()) {
        prompt.ids = ids;
        prompt.message.assign(ids.size(), 0);
    }
    return prompt;
}

void EngineThread::Impl::apply_probes(Session& on)
{
    const std::lock_guard lock(mutex);
    if (!controls.probes_changed) return;
    controls.probes_changed = false;
    on.capture().select(controls.probes);
}

/// Whether the next token has to wait, so that there is time to show where the last one led.
bool EngineThread::Impl::must_wait(Clock::time_point next)
{
    const std::lock_guard lock(mutex);
    return !controls.may_go() || (controls.pace > 0.0 && Clock::now() < next);
}

void EngineThread::Impl::wait_for_turn(Clock::time_point& next, std::stop_token stop)
{
    std::unique_lock lock(mutex);
    wake.wait(lock, stop, [this] { return controls.may_go(); });
    if (controls.paused && controls.steps > 0) {
        --controls.steps;
        return;
    }
    while (controls.pace > 0.0 && !controls.paused && !stop.stop_requested()) {
        const Clock::time_point now = Clock::now();
        if (next < now - std::chrono::milliseconds(200)) next = now; // was held up: no catching up
        if (now >= next) {
            next += std::chrono::duration_cast<Clock::duration>(
                std::chrono::duration<double>(1.0 / controls.pace));
            return;
        }
        wake.wait_until(lock, stop, next, [] { return false; });
    }
}

void EngineThread::Impl::generate(const GenerateRequest& wanted, std::stop_token stop)
{
    request = wanted.id;
    if (!session) {
        return fail("writing", {ErrorCode::not_found,
                                model ? "the GPU has failed" : "no model is open",
                                model ? "Open the model again." : "Open a model first."});
    }
    const Result<Prompt> prompt = prompt_of(wanted);
    if (!prompt) return fail("writing", prompt.error());
    apply_probes(*session);
    Clock::time_point next = Clock::now();
    EventSink sink(events, wanted.id, [&] {
        if (must_wait(next) || Clock::now() - state_shown >= kStatePeriod) show_state();
        wait_for_turn(next, stop);
        apply_probes(*session);
    });
    ReplyOptions reply;
    reply.sampling = wanted.sampling;
    reply.stop_strings = wanted.stop_strings;
    reply.max_tokens = wanted.max_tokens;
    reply.top_choices = kTopChoices;
    reply.timed = true;
    Generator generator(*model, *session);
    Result<Finished> done = generator.reply(*prompt, reply, sink, stop);
    show_state();
    if (!done) return fail("writing", done.error());
    done->request = wanted.id;
    events.push(std::move(done).value());
}

void EngineThread::Impl::recompute(int layer, std::stop_token stop)
{
    if (!session || layer < 0 || layer >= model->model->n_layers()) return;
    SessionOptions layout = model->session_options;
    layout.context = std::max<std::int64_t>(1, session->position());
    layout.snapshot_bytes = 0;
    Result<std::unique_ptr<Session>> second
        = Session::create(*model->model, *model->backend, layout);
    if (!second) return fail("recomputing attention", second.error());
    Session& again = **second;
    const std::vector<TokenId> tokens = session->tokens();
    constexpr std::size_t kChunk = 64;
    again.capture().select(ProbeRequest {ProbeLevel::standard, layer, 0});
    for (std::size_t at = 0; at < tokens.size() && !stop.stop_requested(); at += kChunk) {
        const std::size_t n = std::min(kChunk, tokens.size() - at);
        again.forward({tokens.data() + at, n}, LogitRows::last, false);
        TokenBatch batch;
        batch.first_position = int(at);
        batch.prefill = true;
        batch.recomputed = true;
        batch.tokens.resize(n);
        batch.layout = std::make_shared<CaptureLayout>();
        batch.attention = again.capture().take_attention();
        events.push(std::move(batch));
    }
    if (!stop.stop_requested()) events.push(Recomputed {layer});
}

/// The state of the focused head as it is now: a picture that is looked at, not recorded, so it is
/// copied between tokens as often as a screen can show it and not for every token.
void EngineThread::Impl::show_state()
{
    state_shown = Clock::now();
    if (!session || session->position() == 0) return;
    ProbeRequest focus;
    {
        const std::lock_guard lock(mutex);
        focus = controls.probes;
    }
    if (focus.level < info_of(Probe::state).from) return;
    const auto field_of = [this](int layer) -> const char* {
        const bool known = layer >= 0 && layer < model->model->n_layers();
        return known ? model->model->mixer(layer).state_matrix() : nullptr;
    };
    const int layer = field_of(focus.layer) != nullptr ? focus.layer : focus.beside_layer;
    const char* field = field_of(layer);
    if (field == nullptr) return;
    const TensorView& all = session->states()[std::size_t(layer)][field];
    StateFrame frame;
    frame.layer = layer;
    frame.head = std::clamp(focus.head_in(layer), 0, int(all.shape[0]) - 1);
    frame.position = int(session->position()) - 1;
    frame.rows = int(all.shape[1]);
    frame.columns = int(all.shape[2]);
    frame.values.resize(std::size_t(all.shape[1] * all.shape[2]));
    model->backend->download(frame.values.data(), all.slice(0, frame.head, 1));
    state.put(std::move(frame));
}

EngineThread::EngineThread(EngineOptions options)
    : impl_(std::make_unique<Impl>(std::move(options)))
{
}

EngineThread::~EngineThread() = default;

void EngineThread::open(std::filesystem::path folder)
{
    stop();
    impl_->post("open", [folder = std::move(folder)](Impl& engine, std::stop_token stop) {
        engine.open(folder, std::move(stop));
    });
}

void EngineThread::cancel_open() { stop(); }

void EngineThread::generate(GenerateRequest request)
{
    impl_->post("generate", [request = std::move(request)](Impl& engine, std::stop_token stop) {
        engine.generate(request, std::move(stop));
    });
}

void EngineThread::stop()
{
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stop_running.request_stop();
        for (Impl::Waiting& waiting : impl_->queue) waiting.stop.request_stop();
    }
    impl_->wake.notify_all();
}

void EngineThread::set_probes(ProbeRequest request)
{
    impl_->control([request](Controls& c) {
        c.probes = request;
        c.probes_changed = true;
    });
    impl_->post("show state", [](Impl& engine, const std::stop_token&) { engine.show_state(); });
}

void EngineThread::set_pace(double tokens_per_s)
{
    impl_->control([tokens_per_s](Controls& c) { c.pace = tokens_per_s; });
}

void EngineThread::set_paused(bool paused)
{
    impl_->control([paused](Controls& c) {
        c.paused = paused;
        c.steps = 0;
    });
}

void EngineThread::step()
{
    impl_->control([](Controls& c) { ++c.steps; });
}

void EngineThread::recompute_attention(int layer)
{
    impl_->post("recompute", [layer](Impl& engine, std::stop_token stop) {
        engine.recompute(layer, std::move(stop));
    });
}

void EngineThread::drain(std::vector<Event>& out) { impl_->events.drain(out); }

std::optional<StateFrame> EngineThread::take_state() { return impl_->state.take(); }

} // namespace mixscope
