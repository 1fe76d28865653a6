#include "ui/models/engine_controls.h"

#include "ui/models/selection.h"

#include <algorithm>

namespace mixscope {

EngineControls::EngineControls(EnginePort& engine, Selection& selection, QObject* parent)
    : QObject(parent)
    , engine_(engine)
    , selection_(selection)
{
    connect(&selection_, &Selection::layerChanged, this, &EngineControls::sendProbes);
    connect(&selection_, &Selection::headChanged, this, &EngineControls::sendProbes);
    engine_.setPace(pace());
    sendProbes();
}

void EngineControls::setPaceStop(int stop)
{
    stop = std::clamp(stop, 0, int(kPaces.size()) - 1);
    if (std::exchange(paceStop_, stop) == stop) return;
    engine_.setPace(pace());
    Q_EMIT paceChanged();
}

void EngineControls::setPaused(bool paused)
{
    if (std::exchange(paused_, paused) == paused) return;
    engine_.setPaused(paused);
    Q_EMIT pausedChanged(paused);
}

void EngineControls::step()
{
    setPaused(true);
    engine_.step();
}

void EngineControls::setLevel(ProbeLevel level)
{
    if (std::exchange(level_, level) == level) return;
    sendProbes();
    Q_EMIT levelChanged();
}

void EngineControls::sendProbes()
{
    const Selection::Focus map = selection_.attention(), state = selection_.state();
    const bool onMap = map.layer == selection_.layer();
    const Selection::Focus& beside = onMap ? state : map;
    engine_.setProbes({level_, selection_.layer(), selection_.head(), beside.layer, beside.head});
}

} // namespace mixscope
