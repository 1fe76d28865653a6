#pragma once

#include "engine/events.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <deque>
#include <vector>

namespace mixscope {

class EnginePort;
class RunStore;

/// The clock of the window: 30 times a second, or as often as is set, it drains the engine into the
/// store, passes on what is not about tokens, and lets whoever is visible redraw. When a tick costs
/// more than the time between two, pictures are redrawn less often (shed level), tokens never are.
class FramePoller : public QObject {
    Q_OBJECT
public:
    FramePoller(EnginePort& engine, RunStore& store, QObject* parent = nullptr);

    void start() { timer_.start(); }
    /// Ticks per second, 15 … 60.
    void setRate(int hz);
    /// One tick now: what the timer does.
    void tick();
    double framesPerSecond() const;
    /// 0: pictures at every tick, 1: at every second one, 2: at every sixth.
    int shedLevel() const { return shed_; }

Q_SIGNALS:
    void loadProgress(const mixscope::LoadProgress& progress);
    void loaded();
    void promptReady(const mixscope::PromptReady& prompt);
    void prefillProgress(const mixscope::PrefillProgress& progress);
    void finished(const mixscope::Finished& end);
    void failed(const mixscope::Failed& failure);
    void frame(); ///< text, lists, status: every tick
    void picture(); ///< stage and timeline: every tick unless something is shed

private:
    void announce(const Event& event);
    void judge(double tickMs);

    EnginePort& engine_;
    RunStore& store_;
    QTimer timer_;
    QElapsedTimer clock_;
    std::vector<Event> events_;
    std::deque<qint64> ticks_; ///< times of the ticks of the last second, ms
    int shed_ = 0;
    int sincePicture_ = 0;
    double meanMs_ = 0.0;
    qint64 judgedAt_ = 0;
};

} // namespace mixscope
