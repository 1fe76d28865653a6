#include "ui/frame_poller.h"

#include "ui/engine_port.h"
#include "ui/models/run_store.h"

#include <algorithm>
#include <array>

namespace mixscope {

namespace {

constexpr int kUsualRate = 30; // Hz
constexpr qint64 kSecondMs = 1000;
constexpr std::array kTicksPerPicture {1, 2, 6}; // by shed level
constexpr double kTooMuch = 0.85; // mean cost of a tick that sheds more, of the time it has
constexpr double kLittle = 0.36; // … and that takes it back
constexpr double kSmoothing = 0.1;

} // namespace

FramePoller::FramePoller(EnginePort& engine, RunStore& store, QObject* parent)
    : QObject(parent)
    , engine_(engine)
    , store_(store)
{
    setRate(kUsualRate);
    timer_.setTimerType(Qt::PreciseTimer);
    clock_.start();
    connect(&timer_, &QTimer::timeout, this, &FramePoller::tick);
}

void FramePoller::setRate(int hz)
{
    timer_.setInterval(1000 / std::clamp(hz, 15, 60));
}

void FramePoller::tick()
{
    QElapsedTimer cost;
    cost.start();
    events_.clear();
    engine_.drain(events_);
    store_.apply(events_);
    for (const Event& event : events_)
        announce(event);
    if (auto state = engine_.takeState()) store_.setState(std::move(*state));
    Q_EMIT frame();
    if (++sincePicture_ >= kTicksPerPicture[std::size_t(shed_)]) {
        sincePicture_ = 0;
        Q_EMIT picture();
    }
    judge(double(cost.nsecsElapsed()) / 1e6);
}

double FramePoller::framesPerSecond() const
{
    if (ticks_.size() < 2) return 0.0;
    return 1000.0 * double(ticks_.size() - 1)
        / double(std::max<qint64>(1, ticks_.back() - ticks_.front()));
}

void FramePoller::announce(const Event& event)
{
    if (const auto* progress = std::get_if<LoadProgress>(&event))
        Q_EMIT loadProgress(*progress);
    else if (std::holds_alternative<Loaded>(event))
        Q_EMIT loaded();
    else if (const auto* prompt = std::get_if<PromptReady>(&event))
        Q_EMIT promptReady(*prompt);
    else if (const auto* prefill = std::get_if<PrefillProgress>(&event))
        Q_EMIT prefillProgress(*prefill);
    else if (const auto* end = std::get_if<Finished>(&event))
        Q_EMIT finished(*end);
    else if (const auto* failure = std::get_if<Failed>(&event))
        Q_EMIT failed(*failure);
}

void FramePoller::judge(double tickMs)
{
    const qint64 now = clock_.elapsed();
    ticks_.push_back(now);
    while (ticks_.front() < now - kSecondMs)
        ticks_.pop_front();
    meanMs_ += kSmoothing * (tickMs - meanMs_);
    if (now - judgedAt_ < kSecondMs) return;
    judgedAt_ = now;
    if (meanMs_ > kTooMuch * timer_.interval() && shed_ + 1 < int(kTicksPerPicture.size()))
        ++shed_;
    else if (meanMs_ < kLittle * timer_.interval() && shed_ > 0)
        --shed_;
}

} // namespace mixscope
