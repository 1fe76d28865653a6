#include "ui/plot/plot_area.h"

#include "ui/plot/plot_items.h"
#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

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

} // namespace

struct PlotArea::Impl {
    FigurePlot* plot = nullptr;
    PlotAxes axes;
    Paint picture, margin, overlay;
    CellName xName, yName;
    std::vector<QCPLayerable*> decorations;
    QRectF extent {0, 0, 1, 1};
    QRectF window {0, 0, 1, 1};
    bool zoomed = false;
    bool overlayQueued = false;
    QPointF pressedAt;
    QRectF pressedWindow;
    Qt::MouseButton pressed = Qt::NoButton;
    bool moved = false;
};

PlotArea::PlotArea(const QString& accessibleName, PlotAxes axes, QWidget* parent)
    : QWidget(parent)
    , impl_(std::make_unique<Impl>())
{
    impl_->axes = std::move(axes);
    impl_->plot = new FigurePlot(this);
    setAccessibleName(accessibleName);
    setObjectName(accessibleName.toLower().replace(QLatin1Char(' '), QLatin1Char('-')));
    setFocusPolicy(Qt::StrongFocus);
    setProperty("drawn", true); // a graphic for screen readers

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
        addDecoration(plot, QStringLiteral("axes"),
                      [paint](QPainter& p, double d) { paint(&Impl::margin, p, d); }));
    impl_->decorations.push_back(
        addDecoration(plot, QStringLiteral("overlay"),
                      [paint](QPainter& p, double d) { paint(&Impl::overlay, p, d); }));
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
    impl_->plot->xAxis->setLabel(x);
    impl_->plot->yAxis->setLabel(y);
}

const QRectF& PlotArea::window() const
{
    return impl_->window;
}
bool PlotArea::zoomed() const
{
    return impl_->zoomed;
}

void PlotArea::setExtent(const QRectF& extent, bool follow)
{
    if (extent == impl_->extent && !(impl_->zoomed && follow)) return;
    impl_->extent = extent;
    if (!impl_->zoomed) {
        impl_->window = extent;
    } else {
        QRectF& window = impl_->window;
        if (follow) {
            if (impl_->axes.zoom & Qt::Vertical)
                window.moveBottom(extent.bottom());
            else
                window.moveRight(extent.right());
        }
        window.moveLeft(std::clamp(window.left(), extent.left(),
                                   std::max(extent.left(), extent.right() - window.width())));
        window.moveTop(std::clamp(window.top(), extent.top(),
                                  std::max(extent.top(), extent.bottom() - window.height())));
        if (!(impl_->axes.zoom & Qt::Vertical)) {
            window.setTop(extent.top());
            window.setBottom(extent.bottom());
        }
    }
    applyWindow();
}

void PlotArea::showWindow(const QRectF& window)
{
    impl_->window = window.intersected(impl_->extent);
    impl_->zoomed = impl_->window != impl_->extent;
    applyWindow();
    redraw();
    Q_EMIT windowChanged();
}

void PlotArea::fit()
{
    showWindow(impl_->extent);
}

void PlotArea::applyWindow()
{
    const QRectF& w = impl_->window;
    impl_->plot->xAxis->setRange(w.left(), w.right());
    impl_->plot->yAxis->setRange(w.top(), w.bottom());
}

QRectF PlotArea::plotRect() const
{
    return impl_->plot->axisRect()->rect();
}

PlotMap PlotArea::map() const
{
    return {.rect = plotRect(), .window = impl_->window, .yUp = !impl_->axes.yCells};
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
    impl_->plot->vector = vector;
}

void PlotArea::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QCustomPlot* plot = impl_->plot;
    plot->setBackground(QBrush(colors.panel));
    QCPAxisRect* rect = plot->axisRect();
    const QMargins& m = impl_->axes.margins;
    rect->setAutoMargins(QCP::msNone); // labels that change width must not move the picture
    rect->setMargins(
        {theme.px(m.left()), theme.px(m.top()), theme.px(m.right()), theme.px(m.bottom())});
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis, plot->xAxis2, plot->yAxis2}) {
        axis->setBasePen(QPen(colors.line));
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setTicks(false);
        axis->setTickLabels(false);
        axis->setTickLabelFont(theme.mono(10));
        axis->setTickLabelColor(colors.muted);
        axis->setLabelFont(theme.font(10));
        axis->setLabelColor(colors.muted);
        axis->setTickLabelPadding(theme.px(4));
        axis->setLabelPadding(theme.px(2));
        axis->setTickLength(0);
        axis->grid()->setVisible(false);
    }
    plot->xAxis->setTicks(impl_->axes.xTicks);
    plot->xAxis->setTickLabels(impl_->axes.xTicks);
    plot->yAxis->setTicks(impl_->axes.yTicks);
    plot->yAxis->setTickLabels(impl_->axes.yTicks);
    plot->xAxis->setTicker(makeCellTicker(
        plot->xAxis,
        {.name = impl_->xName, .labelPixels = theme.px(48), .namePixels = theme.px(40)}));
    if (impl_->axes.yCells) {
        plot->yAxis->setTicker(makeCellTicker(
            plot->yAxis,
            {.name = impl_->yName, .labelPixels = theme.px(44), .namePixels = theme.px(14)}));
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

void PlotArea::keyPressEvent(QKeyEvent* event)
{
    const int step = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    switch (event->key()) {
    case Qt::Key_Left:
        Q_EMIT stepped({-step, 0});
        return;
    case Qt::Key_Right:
        Q_EMIT stepped({step, 0});
        return;
    case Qt::Key_Up:
        Q_EMIT stepped({0, -step});
        return;
    case Qt::Key_Down:
        Q_EMIT stepped({0, step});
        return;
    case Qt::Key_F:
        fit();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool PlotArea::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == impl_->plot && onMouse(event)) return true;
    return QWidget::eventFilter(watched, event);
}

bool PlotArea::onMouse(QEvent* event)
{
    switch (event->type()) {
    case QEvent::Leave:
        Q_EMIT left();
        return false;
    case QEvent::Wheel: {
        const auto* wheel = static_cast<QWheelEvent*>(event);
        double notches = (wheel->angleDelta().y() + wheel->angleDelta().x()) / 120.0;
        if (wheel->modifiers() & Qt::ControlModifier) notches *= 0.25;
        if (wheel->modifiers() & Qt::ShiftModifier) notches *= 3.0;
        zoomAt(wheel->position(), std::pow(0.8, notches));
        event->accept();
        return true;
    }
    case QEvent::MouseButtonDblClick:
        fit();
        return true;
    case QEvent::MouseButtonPress: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        setFocus(Qt::MouseFocusReason);
        impl_->pressed = mouse->button();
        impl_->pressedAt = mouse->position();
        impl_->pressedWindow = impl_->window;
        impl_->moved = false;
        return true;
    }
    case QEvent::MouseMove: {
        const QPointF at = static_cast<QMouseEvent*>(event)->position();
        if ((at - impl_->pressedAt).manhattanLength() > 4) impl_->moved = true;
        if (impl_->pressed == Qt::RightButton) {
            const PlotMap now = map();
            QRectF window = impl_->pressedWindow;
            window.translate(now.at(impl_->pressedAt) - now.at(at));
            const QRectF& all = impl_->extent;
            window.moveLeft(std::clamp(window.left(), all.left(), all.right() - window.width()));
            window.moveTop(std::clamp(window.top(), all.top(), all.bottom() - window.height()));
            if (impl_->zoomed) showWindow(window);
        } else if (plotRect().contains(at)) {
            Q_EMIT hovered(map().at(at));
        } else {
            Q_EMIT left();
        }
        return true;
    }
    case QEvent::MouseButtonRelease: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const bool click = impl_->pressed == Qt::LeftButton && !impl_->moved;
        impl_->pressed = Qt::NoButton;
        if (click && plotRect().contains(mouse->position())) {
            Q_EMIT clicked(map().at(mouse->position()));
        }
        return true;
    }
    default:
        return false;
    }
}

void PlotArea::zoomAt(QPointF pixel, double factor)
{
    if (!plotRect().contains(pixel)) return;
    const QPointF at = map().at(pixel);
    QRectF window = impl_->window;
    const QRectF& all = impl_->extent;
    if (impl_->axes.zoom & Qt::Horizontal) {
        const auto [start, size] =
            zoomedSpan({window.left(), window.right()}, {all.left(), all.right()}, at.x(), factor);
        window.setLeft(start);
        window.setWidth(size);
    }
    if (impl_->axes.zoom & Qt::Vertical) {
        const auto [start, size] =
            zoomedSpan({window.top(), window.bottom()}, {all.top(), all.bottom()}, at.y(), factor);
        window.setTop(start);
        window.setHeight(size);
    }
    showWindow(window);
}

} // namespace mixscope
