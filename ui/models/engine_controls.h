#pragma once

#include "ui/engine_port.h"

#include <QObject>

#include <array>

namespace mixscope {

class Selection;

/// The controls that count between two tokens: how fast, paused or not, how much is looked at and
/// where. Sends each change to the engine. UI thread only.
class EngineControls : public QObject {
    Q_OBJECT
public:
    /// Stops of the pace, tokens per second; the last, 0, is full speed.
    static constexpr std::array kPaces {1, 2, 5, 10, 20, 40, 60, 100, 200, 500, 1000, 0};

    EngineControls(EnginePort& engine, Selection& selection, QObject* parent = nullptr);

    int paceStop() const { return paceStop_; } ///< index into kPaces
    double pace() const { return kPaces[std::size_t(paceStop_)]; }
    bool paused() const { return paused_; }
    ProbeLevel level() const { return level_; }

public Q_SLOTS:
    void setPaceStop(int stop);
    void setPaused(bool paused);
    void step(); ///< one token; pauses
    void setLevel(mixscope::ProbeLevel level);
    void sendProbes();

Q_SIGNALS:
    void paceChanged();
    void pausedChanged(bool paused);
    void levelChanged();

private:
    EnginePort& engine_;
    Selection& selection_;
    int paceStop_ = 4; // slow enough to see the change
    bool paused_ = false;
    ProbeLevel level_ = ProbeLevel::standard;
};

} // namespace mixscope
