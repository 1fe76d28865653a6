// The whole window while tokens arrive: frames a second, the longest tasks of the GUI thread,
// whether a token was lost, and what looking and drawing cost the engine. Offscreen, software
// rendering; run it alone on the machine.
//
//   bench_window [seconds [tokens per second]]
//   bench_window real [rounds]
//   bench_window hover
//
// The cost of looking is told twice: as tokens a second of wall time, and as CPU time a token of
// everything but the GUI thread (the engine and what writes to disk), which a busy machine moves
// less.
#include "engine/event_queue.h"
#include "engine/latest.h"
#include "tests/support/fixtures.h"
#include "tests/ui/spin.h"
#include "tests/ui/view_data.h"
#include "ui/engine_bridge.h"
#include "ui/main_window.h"
#include "ui/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QPlainTextEdit>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace mixscope {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kContext = 4096;
constexpr const char* kQuestion = "Tell me a story about a fox named Pip.";

double cpu_ms(clockid_t clock = CLOCK_THREAD_CPUTIME_ID)
{
    timespec time {};
    clock_gettime(clock, &time);
    return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
}

/// An application that notes what each task of its event loop took, in CPU time of the GUI thread
/// (what a neighbour takes does not count).
class TimedApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (event->type() == QEvent::Paint && receiver->inherits("QCustomPlot")) painted = Clock::now();
        if (depth_ > 0 || !recording) return QApplication::notify(receiver, event);
        ++depth_;
        const double start = cpu_ms();
        const bool done = QApplication::notify(receiver, event);
        tasks.push_back(cpu_ms() - start);
        --depth_;
        return done;
    }

    bool recording = false;
    Clock::time_point painted {}; ///< when a plot was drawn last
    std::vector<double> tasks;

private:
    int depth_ = 0;
};

double part_of(std::vector<double>& values, double part)
{
    if (values.empty()) return 0.0;
    std::sort(values.begin(), values.end());
    return values[std::size_t(part * double(values.size() - 1))];
}

/// An engine without a model: after a question it says so many tokens a second, with everything
/// the standard level captures, until it is stopped; a full context begins anew.
class SyntheticEngine final : public EnginePort {
public:
    explicit SyntheticEngine(double rate)
        : rate_(rate)
    {
        view_data::Source source = view_data::plausible();
        source.weight = [](int, int head, int query, int key) {
            return query - key < 4 || (query - key) % 37 == head ? 0.2F : 1e-5F;
        };
        run_ = std::make_unique<view_data::FakeRun>(source);
        events_.push(Loaded {run_->model});
    }

    void open(const std::filesystem::path&) override { }
    Result<ModelPlan> plan(const std::filesystem::path&) const override
    {
        return Error {ErrorCode::not_found, "a synthetic source lies in no folder", "Open a real model."};
    }
    void cancelOpen() override { }
    void generate(GenerateRequest request) override
    {
        thread_ = std::jthread([this, id = request.id](std::stop_token stop) { say(id, stop); });
    }
    void stop() override { thread_.request_stop(); }
    void setProbes(ProbeRequest) override { }
    void setPace(double) override { }
    void setPaused(bool) override { }
    void step() override { }
    void recomputeAttention(int) override { }
    void drain(std::vector<Event>& out) override { events_.drain(out); }
    std::optional<StateFrame> takeState() override { return state_.take(); }

    std::atomic<int> position {0}; ///< tokens said in this round
    std::atomic<long> said {0}; ///< in all
    bool once = false; ///< ends when the context is full

private:
    void say(std::uint64_t id, const std::stop_token& stop)
    {
        const StateFrame frame = run_->state(2, 0);
        const Clock::time_point start = Clock::now();
        for (bool first = true; (first || !once) && !stop.stop_requested(); first = false) {
            events_.push(PromptReady {id, 0, 1, {0}});
            for (int at = 0; at < kContext && !stop.stop_requested(); ++at) {
                events_.push(run_->batch(at, 1, at == 0));
                StateFrame now = frame;
                now.position = at;
                state_.put(std::move(now));
                position = at + 1;
                ++said;
                std::this_thread::sleep_until(
                    start + std::chrono::duration_cast<Clock::duration>(
                                std::chrono::duration<double>(double(said) / rate_)));
            }
        }
        events_.push(Finished {.request = id});
    }

    double rate_;
    std::unique_ptr<view_data::FakeRun> run_;
    EventQueue events_;
    Latest<StateFrame> state_;
    std::jthread thread_;
};

/// Pictures drawn and tokens seen while the event loop runs.
struct Watch {
    explicit Watch(MainWindow& window)
    {
        QObject::connect(&window.poller(), &FramePoller::picture, [this] { ++pictures; });
    }
    int pictures = 0;
};

void synthetic(TimedApplication& application, double rate, double seconds)
{
    SyntheticEngine engine(rate);
    MainWindow window(engine);
    window.resize(1600, 1000);
    window.show();
    spin(300);
    window.selection().setLayer(3);
    Watch watch(window);
    window.conversation().send(kQuestion);
    spin(1000); // the first pictures are the dearest
    application.tasks.clear();
    application.recording = true;
    watch.pictures = 0;
    const long before = engine.said;
    QElapsedTimer clock;
    clock.start();
    int shed = 0;
    while (clock.elapsed() < qint64(seconds * 1000)) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
        shed = std::max(shed, window.poller().shedLevel());
    }
    const double took = double(clock.elapsed()) / 1000.0;
    application.recording = false;
    const double said = double(engine.said - before) / took;
    window.conversation().stop();
    spin(200);
    std::vector<double> tasks = application.tasks;
    std::printf("%8.0f t/s asked %8.0f said   %5.1f frames/s   task p50 %5.2f p99 %5.2f worst "
                "%6.2f ms   shed level %d   tokens lost %d   history %.0f MB\n",
                rate, said, watch.pictures / took, part_of(tasks, 0.5), part_of(tasks, 0.99),
                part_of(tasks, 1.0), shed, engine.position - window.store().tokens(),
                double(window.store().bytes()) / 1e6);
}

/// From the mouse's move to the last picture that follows it in any view, at the end of a full
/// context. Nothing else is drawn meanwhile.
void hover(TimedApplication& application)
{
    SyntheticEngine engine(2000.0);
    engine.once = true;
    MainWindow window(engine);
    window.resize(1600, 1000);
    window.show();
    spin(300);
    window.selection().setLayer(3);
    window.conversation().send(kQuestion);
    while (window.conversation().busy())
        spin(20);
    application.recording = true;
    QElapsedTimer settling;
    settling.start();
    while (Clock::now() - application.painted < std::chrono::milliseconds(300)
           && settling.elapsed() < 10000) {
        spin(20);
    }
    QWidget* map = nullptr; // the largest plot
    for (QWidget* plot : window.findChildren<QWidget*>()) {
        if (!plot->inherits("QCustomPlot") || !plot->isVisible()) continue;
        if (map == nullptr || plot->height() > map->height()) map = plot;
    }
    std::vector<double> waits;
    for (int i = 0; i < 60; ++i) {
        const QPointF at(map->width() * (0.3 + 0.01 * (i % 40)), map->height() * (0.75 - 0.005 * i));
        QMouseEvent move(QEvent::MouseMove, at, map->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        const Clock::time_point start = application.painted = Clock::now();
        QApplication::sendEvent(map, &move);
        spin(150);
        const std::chrono::duration<double, std::milli> wait = application.painted - start;
        if (wait.count() > 0.0) waits.push_back(wait.count());
    }
    application.recording = false;
    std::printf("hover: %zu of 60 moves drawn, p50 %.1f p99 %.1f worst %.1f ms until the last picture\n",
                waits.size(), part_of(waits, 0.5), part_of(waits, 0.99), part_of(waits, 1.0));
}

/// Decode rate of the bundled model, told by the engine, over replies of the same tokens.
class RealRun {
public:
    RealRun(int threads, bool shown, ProbeLevel level)
        : engine_([&] {
            EngineOptions options;
            options.backend = "cpu";
            options.threads = threads;
            return options;
        }())
        , window_(std::make_unique<MainWindow>(engine_))
    {
        window_->resize(1600, 1000);
        if (shown) window_->show();
        window_->controls().setLevel(level);
        window_->controls().setPaceStop(int(EngineControls::kPaces.size()) - 1);
        window_->open(bundled_model());
        while (window_->store().model() == nullptr)
            spin(20);
        window_->selection().setLayer(3);
        QObject::connect(&window_->poller(), &FramePoller::finished, [this](const Finished& end) {
            tokens_ += double(end.ids.size());
            seconds_ += double(end.ids.size()) / end.tokens_per_s;
        });
        QObject::connect(&window_->poller(), &FramePoller::picture, [this] { ++pictures_; });
    }

    /// One reply; its decode rate.
    double reply()
    {
        tokens_ = seconds_ = 0.0;
        pictures_ = 0;
        QElapsedTimer clock;
        clock.start();
        const double others = others_cpu_ms();
        for (int i = 0; i < 4; ++i) {
            Sampling sampling = window_->conversation().sampling();
            sampling.seed = 1;
            window_->conversation().setSampling(sampling);
            window_->conversation().send(kQuestion);
            while (window_->conversation().busy())
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
            window_->conversation().newChat();
        }
        frames_ = pictures_ / (double(clock.elapsed()) / 1000.0);
        cpu_per_token_ = (others_cpu_ms() - others) / tokens_;
        return tokens_ / seconds_;
    }
    double frames() const { return frames_; }
    double cpu_per_token() const { return cpu_per_token_; } ///< ms, all threads but the GUI's

private:
    static double others_cpu_ms() { return cpu_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_ms(); }

    EngineBridge engine_;
    std::unique_ptr<MainWindow> window_;
    double tokens_ = 0.0, seconds_ = 0.0, frames_ = 0.0, cpu_per_token_ = 0.0;
    int pictures_ = 0;
};

void real(TimedApplication& application, int threads, int rounds)
{
    struct Case {
        const char* name;
        bool shown;
        ProbeLevel level;
        std::vector<double> rates {};
        std::vector<double> cpu {};
        std::vector<double> tasks {};
        double frames = 0.0;
    };
    std::vector<Case> cases {{"off, window hidden", false, ProbeLevel::off},
                             {"off, window shown", true, ProbeLevel::off},
                             {"standard, hidden", false, ProbeLevel::standard},
                             {"standard, shown", true, ProbeLevel::standard}};
    for (int round = 0; round < rounds; ++round) { // cases alternate, so that all meet the same machine
        for (std::size_t i = 0; i < cases.size(); ++i) {
            Case& each = cases[(i + std::size_t(round)) % cases.size()];
            RealRun run(threads, each.shown, each.level);
            run.reply();
            application.tasks.clear();
            application.recording = true;
            each.rates.push_back(run.reply());
            application.recording = false;
            each.cpu.push_back(run.cpu_per_token());
            each.frames = run.frames();
            each.tasks.insert(each.tasks.end(), application.tasks.begin(), application.tasks.end());
        }
    }
    const double base = part_of(cases[0].rates, 0.5);
    const double base_cpu = part_of(cases[0].cpu, 0.5);
    for (Case& each : cases) {
        const double rate = part_of(each.rates, 0.5);
        const double cpu = part_of(each.cpu, 0.5);
        std::printf("%d thread%s  %-20s %6.0f t/s  %+5.1f %%   CPU %6.3f ms/token  %+5.1f %%   "
                    "%5.1f frames/s   task p99 %5.2f ms\n",
                    threads, threads == 1 ? " " : "s", each.name, rate, 100.0 * (rate / base - 1.0),
                    cpu, 100.0 * (cpu / base_cpu - 1.0), each.frames, part_of(each.tasks, 0.99));
    }
}

} // namespace
} // namespace mixscope

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    mixscope::TimedApplication application(argc, argv);
    mixscope::Theme::instance().install(application);
    if (argc > 1 && std::string_view(argv[1]) == "real") {
        for (const int threads : {1, 2})
            mixscope::real(application, threads, argc > 2 ? std::max(1, std::atoi(argv[2])) : 7);
        return 0;
    }
    if (argc > 1 && std::string_view(argv[1]) == "hover") {
        mixscope::hover(application);
        return 0;
    }
    const double seconds = argc > 1 ? std::max(1.0, std::atof(argv[1])) : 8.0;
    const std::vector<double> rates = argc > 2 ? std::vector<double> {std::atof(argv[2])}
                                               : std::vector<double> {60.0, 500.0, 5000.0};
    for (const double rate : rates)
        mixscope::synthetic(application, rate, seconds);
    if (argc > 2) return 0;
    mixscope::hover(application);
    for (const int threads : {1, 2})
        mixscope::real(application, threads, 7);
    return 0;
}
