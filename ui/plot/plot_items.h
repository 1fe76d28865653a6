#pragma once

#include <QSharedPointer>

#include <functional>

class QCPAxis;
class QCPAxisTicker;
class QCPLayerable;
class QCustomPlot;
class QPainter;
class QString;
class QWidget;

namespace mixscope {

/// Ticks on whole cells (tokens, heads), at their middle. `name` may be empty; it replaces the
/// numbers where a cell has at least `namePixels`. `labelPixels`: least distance of two labels.
struct CellTicks {
    std::function<QString(int)> name;
    int labelPixels = 40;
    int namePixels = 14;
};
QSharedPointer<QCPAxisTicker> makeCellTicker(QCPAxis* axis, const CellTicks& ticks);

/// Colours, fonts and distances of the present theme; ticks and labels off.
void styleAxis(QCPAxis& axis);

/// Something painted by a function: `device` is the number of device pixels in a logical one.
using PaintItem = std::function<void(QPainter& painter, double device)>;
/// On the main layer, clipped to the inner rectangle. Owned by the plot.
QCPLayerable* addPicture(QCustomPlot* plot, PaintItem paint);
/// On a named layer, not clipped. Owned by the plot's layer; delete before the plot.
QCPLayerable* addDecoration(QCustomPlot* plot, const QString& layer, PaintItem paint);

/// A plot that paints vectors instead of its buffers while `vector` is set: for a file. The flag
/// outlives the plot.
QCustomPlot* makeFigurePlot(QWidget* parent, const bool& vector);

} // namespace mixscope
