#pragma once

#include <QPointF>
#include <QRectF>

#include <utility>

namespace mixscope {

/// From axis values to pixels while a plot is painted.
struct PlotMap {
    QRectF rect; ///< the plot's inner rectangle, logical pixels
    QRectF window; ///< what of the axes is visible; y grows downwards on screen unless yUp
    bool yUp = false;
    double deviceScale = 1.0; ///< device pixels in a logical one (3 for vector export)

    double x(double value) const;
    double y(double value) const;
    QPointF at(QPointF pixel) const; ///< axis values under a pixel
    /// Rectangle in whole pixels that covers [x0, x1) × [y0, y1) of the axes.
    QRectF area(double x0, double y0, double x1, double y1) const;
};

/// Part of an axis.
struct AxisSpan {
    double from, to;
};

/// Start and size of a span zoomed around a value, inside `all`, at least four cells long.
std::pair<double, double> zoomedSpan(AxisSpan shown, AxisSpan all, double around, double factor);

/// An extent for `tokens` that grows in steps, so that the picture holds still between them.
double steppedExtent(int tokens);

} // namespace mixscope
