#pragma once

#include "ui/plot/plot_area.h"
#include "ui/plot/plot_pointer.h"
#include "ui/plot/plot_zoom.h"

#include <QElapsedTimer>

#include <vector>

class QCPLayerable;
class QCustomPlot;

namespace mixscope {

/// What a PlotArea keeps, for the two files that implement it: how it is drawn, and what mouse and
/// keys do.
struct PlotArea::Impl {
    static constexpr qint64 kTwiceMs = 600;

    bool vector = false; ///< draw for a file; before the plot, which looks at it
    QCustomPlot* plot = nullptr;
    QWidget* surface = nullptr; ///< the same: what receives the mouse
    PlotAxes axes;
    Paint picture, margin, marks, overlay;
    CellName xName, yName;
    std::vector<QCPLayerable*> decorations;
    FocusPoint focusPoint;
    PlotZoom zoom;
    QElapsedTimer clock;
    qint64 centredMs = -kTwiceMs;
    bool overlayQueued = false;
    PlotPointer pointer;
    QRectF pressedWindow;
};

} // namespace mixscope
