#pragma once

#include <qcustomplot.h>

namespace mixscope {

/// A plot that paints vectors instead of its buffers while it is written to a file.
class FigurePlot : public QCustomPlot {
public:
    using QCustomPlot::QCustomPlot;
    bool vector = false;

protected:
    void paintEvent(QPaintEvent* event) override
    {
        if (!vector) return QCustomPlot::paintEvent(event);
        QCPPainter painter(this);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        toPainter(&painter, width(), height());
    }
};

} // namespace mixscope
