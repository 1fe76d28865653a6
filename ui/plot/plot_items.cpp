#include "ui/plot/plot_items.h"

#include "ui/theme.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixscope {

namespace {

/// Steps 1, 2, 5, 10 … so that labels keep their distance.
int readableStep(double pixelsPerCell, int labelPixels)
{
    int step = 1;
    for (int factor = 0; step * pixelsPerCell < labelPixels && step < (1 << 28); ++factor) {
        step = factor % 3 == 1 ? step / 2 * 5 : step * 2;
    }
    return step;
}

class CellTicker : public QCPAxisTicker {
public:
    CellTicker(QCPAxis* axis, CellTicks ticks)
        : axis_(axis)
        , ticks_(std::move(ticks))
    {
    }

    void generate(const QCPRange& range, const QLocale& locale, QChar, int, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* labels) override
    {
        const bool across = axis_->orientation() == Qt::Horizontal;
        const int pixels = across ? axis_->axisRect()->width() : axis_->axisRect()->height();
        const double pixelsPerCell = pixels / std::max(range.size(), 1e-9);
        const bool named = ticks_.name && pixelsPerCell >= ticks_.namePixels;
        const int step = named ? 1 : readableStep(pixelsPerCell, ticks_.labelPixels);
        ticks.clear();
        if (subTicks != nullptr) subTicks->clear();
        if (labels != nullptr) labels->clear();
        const int first = std::max(0, int(std::ceil((range.lower - 0.5) / step)) * step);
        for (int cell = first; cell + 0.5 <= range.upper; cell += step) {
            ticks.append(cell + 0.5);
            if (labels == nullptr) continue;
            labels->append(named ? QString() : locale.toString(cell)); // the plot draws names
        }
    }

private:
    QCPAxis* axis_;
    CellTicks ticks_;
};

double deviceOf(const QCustomPlot* plot, const QCPPainter* painter)
{
    // Vector output embeds pictures; three device pixels a point keep them sharp on paper.
    return painter->modes().testFlag(QCPPainter::pmVectorized) ? 3.0
                                                               : plot->bufferDevicePixelRatio();
}

/// Pictures and lanes are made of whole pixels: smoothing would blur them and cost most of the
/// time.
void paintCrisp(QCPPainter& painter, const PaintItem& paint, double device)
{
    painter.setAntialiasing(false);
    paint(painter, device);
}

class Picture : public QCPAbstractPlottable {
public:
    Picture(QCustomPlot* plot, PaintItem paint)
        : QCPAbstractPlottable(plot->xAxis, plot->yAxis)
        , paint_(std::move(paint))
    {
        removeFromLegend();
        setSelectable(QCP::stNone);
    }

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override
    {
        found = false;
        return {};
    }
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override
    {
        found = false;
        return {};
    }

protected:
    void draw(QCPPainter* painter) override
    {
        paintCrisp(*painter, paint_, deviceOf(mParentPlot, painter));
    }
    void drawLegendIcon(QCPPainter*, const QRectF&) const override { }

private:
    PaintItem paint_;
};

class Decoration : public QCPLayerable {
public:
    Decoration(QCustomPlot* plot, const QString& layer, PaintItem paint)
        : QCPLayerable(plot, layer)
        , paint_(std::move(paint))
    {
    }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override { }
    void draw(QCPPainter* painter) override
    {
        paintCrisp(*painter, paint_, deviceOf(mParentPlot, painter));
    }

private:
    PaintItem paint_;
};

class FigurePlot : public QCustomPlot {
public:
    FigurePlot(QWidget* parent, const bool& vector)
        : QCustomPlot(parent)
        , vector_(vector)
    {
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        if (!vector_) return QCustomPlot::paintEvent(event);
        QCPPainter painter(this);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        toPainter(&painter, width(), height());
    }

private:
    const bool& vector_;
};

} // namespace

QSharedPointer<QCPAxisTicker> makeCellTicker(QCPAxis* axis, const CellTicks& ticks)
{
    return QSharedPointer<CellTicker>::create(axis, ticks);
}

void styleAxis(QCPAxis& axis)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    axis.setBasePen(QPen(colors.line));
    axis.setTickPen(Qt::NoPen);
    axis.setSubTickPen(Qt::NoPen);
    axis.setTicks(false);
    axis.setTickLabels(false);
    axis.setTickLabelFont(theme.mono(10));
    axis.setTickLabelColor(colors.muted);
    axis.setLabelFont(theme.font(10));
    axis.setLabelColor(colors.muted);
    axis.setTickLabelPadding(theme.px(4));
    axis.setLabelPadding(theme.px(2));
    axis.setTickLength(0);
    axis.grid()->setVisible(false);
}

QCPLayerable* addPicture(QCustomPlot* plot, PaintItem paint)
{
    return new Picture(plot, std::move(paint)); // registers itself with the plot
}

QCPLayerable* addDecoration(QCustomPlot* plot, const QString& layer, PaintItem paint)
{
    return new Decoration(plot, layer, std::move(paint));
}

QCustomPlot* makeFigurePlot(QWidget* parent, const bool& vector)
{
    return new FigurePlot(parent, vector);
}

} // namespace mixscope
