// How a plot is drawn; what mouse and keys do in it is in plot_area_input.cpp.
#include "ui/accessibility.h"
#include "ui/label_paint.h"
#include "ui/plot/plot_area_impl.h"
#include "ui/plot/plot_items.h"
#include "ui/theme.h"

#include <QTimer>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kNamePixels = 14; // least width of a cell that is labelled with its text …
constexpr int kLyingNamePixels = 44; // … and with text that lies
constexpr int kUprightRoom = 26; // more room below the picture for names that stand
constexpr int kNameGap = 4; // between an axis and a name

} // namespace

PlotArea::PlotArea(const QString& accessibleName, PlotAxes axes, QWidget* parent)
    : QWidget(parent)
    , impl_(std::make_unique<Impl>())
{
    impl_->axes = std::move(axes);
    impl_->zoom = PlotZoom(impl_->axes.zoom);
    impl_->clock.start();
    impl_->plot = makeFigurePlot(this, impl_->vector);
    impl_->surface = impl_->plot;
    nameDrawn(*this, accessibleName);
    setObjectName(accessibleName.toLower().replace(QLatin1Char(' '), QLatin1Char('-')));
    setFocusPolicy(Qt::StrongFocus);

    QCustomPlot* plot = impl_->plot;
    plot->setFocusProxy(this);
    plot->setAttribute(Qt::WA_OpaquePaintEvent, false);
    plot->installEventFilter(this);
    plot->setMouseTracking(true);
    plot->setInteractions(QCP::Interactions());
    plot->setNoAntialiasingOnDrag(true);
    plot->setPlottingHints(QCP::phImmediateRefresh);
    plot->yAxis->setRangeReversed(impl_->axes.yCells);
    for (QCPAxis* axis : {plot->xAxis2, plot->yAxis2})
        axis->setVisible(true);

    const auto paint = [this](Paint Impl::*which, QPainter& painter, double device) {
        if (!((*impl_).*which)) return;
        PlotMap at = map();
        at.deviceScale = device;
        ((*impl_).*which)(painter, at);
    };
    addPicture(plot, [paint](QPainter& p, double d) { paint(&Impl::picture, p, d); });
    impl_->decorations.push_back(
        addDecoration(plot, QStringLiteral("axes"), [this, paint](QPainter& p, double d) {
            paint(&Impl::margin, p, d);
            paintNames(p);
        }));
    impl_->decorations.push_back(
        addDecoration(plot, QStringLiteral("overlay"),
                      [paint](QPainter& p, double d) {
                          paint(&Impl::marks, p, d);
                          paint(&Impl::overlay, p, d);
                      }));
    plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);

    connect(&Theme::instance(), &Theme::changed, this, &PlotArea::restyle);
    restyle();
}

PlotArea::~PlotArea()
{
    blockSignals(true); // what the plot says at its end must not reach a subclass that is gone
    // A layerable on a layer must go before the plot that owns the layer.
    for (QCPLayerable* item : impl_->decorations)
        delete item;
    delete impl_->plot;
}

void PlotArea::setPicture(Paint paint)
{
    impl_->picture = std::move(paint);
}
void PlotArea::setMargin(Paint paint)
{
    impl_->margin = std::move(paint);
}
void PlotArea::setMarks(Paint paint)
{
    impl_->marks = std::move(paint);
}
void PlotArea::setOverlay(Paint paint)
{
    impl_->overlay = std::move(paint);
}

void PlotArea::setCellNames(CellName x, CellName y)
{
    impl_->xName = std::move(x);
    impl_->yName = std::move(y);
    restyle();
}

void PlotArea::setTitles(const QString& x, const QString& y)
{
    impl_->axes.xTitle = x;
    impl_->axes.yTitle = y;
    applyWindow();
}

void PlotArea::setFocusPoint(FocusPoint point)
{
    impl_->focusPoint = std::move(point);
}

const QRectF& PlotArea::window() const
{
    return impl_->zoom.window();
}
bool PlotArea::zoomed() const
{
    return impl_->zoom.zoomed();
}

void PlotArea::setExtent(const QRectF& extent, bool follow)
{
    if (impl_->zoom.setExtent(extent, follow)) applyWindow();
}

void PlotArea::showWindow(const QRectF& window)
{
    impl_->zoom.show(window);
    windowMoved();
}

void PlotArea::fit()
{
    impl_->zoom.fit();
    windowMoved();
}

void PlotArea::back()
{
    if (impl_->zoom.back()) windowMoved();
}

void PlotArea::windowMoved()
{
    applyWindow();
    redraw();
    Q_EMIT windowChanged();
}

void PlotArea::applyWindow()
{
    QCustomPlot* plot = impl_->plot;
    const QRectF& w = window();
    plot->xAxis->setRange(w.left(), w.right());
    plot->yAxis->setRange(w.top(), w.bottom());
    const Theme& theme = Theme::instance();
    const QMargins& m = impl_->axes.margins;
    const double across = (width() - theme.px(m.left()) - theme.px(m.right())) / w.width();
    const double down = (height() - theme.px(m.top()) - theme.px(m.bottom())) / w.height();
    const bool named = impl_->xName && across >= theme.px(kNamePixels);
    const bool upright = named && across < theme.px(kLyingNamePixels);
    plot->xAxis->setLabel(named ? QString() : impl_->axes.xTitle); // names take its room
    plot->yAxis->setLabel(impl_->yName && down >= theme.px(kNamePixels) ? QString()
                                                                        : impl_->axes.yTitle);
    plot->axisRect()->setMargins({theme.px(m.left()), theme.px(m.top()), theme.px(m.right()),
                                  theme.px(m.bottom() + (upright ? kUprightRoom : 0))});
}

QRectF PlotArea::plotRect() const
{
    return impl_->plot->axisRect()->rect();
}

PlotMap PlotArea::map() const
{
    return {.rect = plotRect(), .window = window(), .yUp = !impl_->axes.yCells};
}

/// Text of the cells along the axes, where cells are wide enough. Each is drawn for itself, so
/// that text from right to left stays in its cell and odd bytes have their boxes.
void PlotArea::paintNames(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    const PlotMap at = map();
    const double across = at.rect.width() / at.window.width();
    const double down = at.rect.height() / at.window.height();
    painter.setFont(theme.mono(10));
    painter.setPen(theme.palette().muted);
    const double tall = painter.fontMetrics().height(), gap = theme.px(kNameGap);
    const double below = at.rect.bottom() + theme.px(impl_->axes.below) + gap;
    const bool upright = across < theme.px(kLyingNamePixels);
    if (impl_->xName && across >= theme.px(kNamePixels)) {
        for (int x = int(std::ceil(at.window.left() - 0.5)); x + 0.5 <= at.window.right(); ++x) {
            painter.save();
            painter.translate(at.x(x + 0.5), below);
            painter.rotate(upright ? 90 : 0);
            const QRectF box = upright ? QRectF(0, -tall / 2, height() - below, tall)
                                       : QRectF(-across / 2 + 1, 0, across - 2, tall);
            paintLabel(painter, box, upright ? Qt::AlignLeft : Qt::AlignHCenter,
                       impl_->xName(std::max(0, x)));
            painter.restore();
        }
    }
    if (!impl_->yName || down < theme.px(kNamePixels)) return;
    for (int y = int(std::ceil(at.window.top() - 0.5)); y + 0.5 <= at.window.bottom(); ++y) {
        const QRectF box(0, at.y(y + 0.5) - tall / 2, at.rect.left() - gap, tall);
        paintLabel(painter, box, Qt::AlignRight, impl_->yName(std::max(0, y)));
    }
}

void PlotArea::redraw()
{
    impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotArea::redrawOverlay()
{
    if (impl_->overlayQueued) return;
    impl_->overlayQueued = true;
    QTimer::singleShot(0, this, [this] {
        impl_->overlayQueued = false;
        impl_->plot->layer(QStringLiteral("overlay"))->replot();
    });
}

void PlotArea::setVector(bool vector)
{
    impl_->vector = vector;
}

void PlotArea::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QCustomPlot* plot = impl_->plot;
    plot->setBackground(QBrush(colors.panel));
    plot->axisRect()->setAutoMargins(QCP::msNone); // labels must not move the picture
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis, plot->xAxis2, plot->yAxis2})
        styleAxis(*axis);
    plot->xAxis->setOffset(theme.px(impl_->axes.below));
    plot->xAxis->setTicks(impl_->axes.xTicks);
    plot->xAxis->setTickLabels(impl_->axes.xTicks);
    plot->yAxis->setTicks(impl_->axes.yTicks);
    plot->yAxis->setTickLabels(impl_->axes.yTicks);
    plot->xAxis->setTicker(makeCellTicker(
        plot->xAxis,
        {.name = impl_->xName, .labelPixels = theme.px(48), .namePixels = theme.px(kNamePixels)}));
    if (impl_->axes.yCells) {
        plot->yAxis->setTicker(makeCellTicker(plot->yAxis,
                                              {.name = impl_->yName,
                                               .labelPixels = theme.px(44),
                                               .namePixels = theme.px(kNamePixels)}));
    } else {
        plot->yAxis->ticker()->setTickCount(std::clamp(height() / theme.px(36), 1, 4));
        plot->yAxis->grid()->setVisible(impl_->axes.yGrid);
        plot->yAxis->grid()->setPen(QPen(colors.line));
        plot->yAxis->grid()->setZeroLinePen(Qt::NoPen);
    }
    setTitles(impl_->axes.xTitle, impl_->axes.yTitle);
    redraw();
}

void PlotArea::resizeEvent(QResizeEvent*)
{
    impl_->plot->setGeometry(rect());
    restyle(); // how many ticks fit
}

} // namespace mixscope
