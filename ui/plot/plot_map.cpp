#include "ui/plot/plot_map.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

std::pair<double, double> zoomedSpan(AxisSpan shown, AxisSpan all, double around, double factor)
{
    const double whole = all.to - all.from;
    const double size = std::clamp((shown.to - shown.from) * factor, std::min(4.0, whole), whole);
    const double start = around - (around - shown.from) / (shown.to - shown.from) * size;
    return {std::clamp(start, all.from, all.to - size), size};
}

double PlotMap::x(double value) const
{
    return rect.left() + (value - window.left()) / window.width() * rect.width();
}

double PlotMap::y(double value) const
{
    const double part = (value - window.top()) / window.height();
    return yUp ? rect.bottom() - part * rect.height() : rect.top() + part * rect.height();
}

QPointF PlotMap::at(QPointF pixel) const
{
    const double px = (pixel.x() - rect.left()) / rect.width();
    const double py = (pixel.y() - rect.top()) / rect.height();
    return {window.left() + px * window.width(),
            window.top() + (yUp ? 1.0 - py : py) * window.height()};
}

QRectF PlotMap::area(double x0, double y0, double x1, double y1) const
{
    const QRectF exact = QRectF(QPointF(x(x0), y(y0)), QPointF(x(x1), y(y1))).normalized();
    const double left = std::floor(exact.left()), top = std::floor(exact.top());
    return {left, top, std::max(1.0, std::floor(exact.right()) - left),
            std::max(1.0, std::floor(exact.bottom()) - top)};
}

double steppedExtent(int tokens)
{
    int step = 16;
    while (step * 16 <= tokens)
        step *= 2;
    return double((std::max(tokens, 1) + step - 1) / step * step);
}

} // namespace mixscope
