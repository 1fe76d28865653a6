#include "ui/plot/plot_area.h"

#include "ui/accessibility.h"
#include "ui/plot/plot_items.h"
#include "ui/plot/plot_zoom.h"
#include "ui/theme.h"

#include <QElapsedTimer>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kNamePixels = 14; // least width of a cell that is labelled with its text …
constexpr int kLyingNamePixels = 44; // … and with text that lies
constexpr int kUprightRoom = 26; // more room below the picture for names that stand
constexpr int kItemPixels = 22; // width of a cell that was zoomed to
constexpr qint64 kTwiceMs = 600;

} // namespace

struct PlotArea::Impl {
    bool vector = false; ///< draw for a file; before the plot, which looks at it
    QCustomPlot* plot = nullptr;
    PlotAxes axes;
    Paint picture, margin, overlay;
    CellName xName, yName;
    std::vector<QCPLayerable*> decorations;
    FocusPoint focusPoint;
    PlotZoom zoom;
    QElapsedTimer clock;
    qint64 centredMs = -kTwiceMs;
    bool overlayQueued = false;
    QPointF pressedAt;
    QRectF pressedWindow;
    Qt::MouseButton pressed = Qt::NoButton;
    bool moved = false;
    bool space = false; ///< held down: dragging pans
    bool spaceUsed = false;
};

PlotArea::PlotArea(const QString& accessibleName, PlotAxes axes, QWidget* parent)
    : QWidget(parent)
    , impl_(std::make_unique<Impl>())
{
    impl_->axes = std::move(axes);
    impl_->zoom = PlotZoom(impl_->axes.zoom);
    impl_->clock.start();
    impl_->plot = makeFigurePlot(this, impl_->vector);
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
    plot->xAxis->setTickLabelRotation(upright ? 90 : 0);
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

void PlotArea::keyPressEvent(QKeyEvent* event)
{
    static constexpr struct {
        int key, x, y;
    } kArrows[] = {
        {Qt::Key_Left, -1, 0}, {Qt::Key_Right, 1, 0}, {Qt::Key_Up, 0, -1}, {Qt::Key_Down, 0, 1}};
    const int step = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    for (const auto& arrow : kArrows) {
        if (event->key() == arrow.key) return Q_EMIT stepped({step * arrow.x, step * arrow.y});
    }
    switch (event->key()) {
    case Qt::Key_F:
        if (event->modifiers() == Qt::NoModifier) return centreOrFit();
        break;
    case Qt::Key_Backspace:
        return back();
    case Qt::Key_Space: // what it means is known when it comes up: held, it pans
        if (!event->isAutoRepeat()) {
            impl_->space = true;
            impl_->spaceUsed = false;
        }
        return;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void PlotArea::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space || !impl_->space) return QWidget::keyReleaseEvent(event);
    if (event->isAutoRepeat()) return;
    impl_->space = false;
    if (impl_->spaceUsed || parentWidget() == nullptr) return;
    QKeyEvent press(QEvent::KeyPress, Qt::Key_Space, event->modifiers(), event->text());
    QCoreApplication::sendEvent(parentWidget(), &press); // it was meant for the window
}

void PlotArea::focusOutEvent(QFocusEvent* event)
{
    impl_->space = false;
    QWidget::focusOutEvent(event);
}

/// A cell wide enough for its text, with what is around it.
QSizeF PlotArea::itemSize() const
{
    const double pixels = Theme::instance().px(kItemPixels);
    return {std::max(4.0, plotRect().width() / pixels),
            std::max(4.0, plotRect().height() / pixels)};
}

void PlotArea::centreOrFit()
{
    const std::optional<QPointF> at =
        impl_->focusPoint ? impl_->focusPoint() : std::optional<QPointF>();
    const qint64 now = impl_->clock.elapsed();
    const bool twice = now - std::exchange(impl_->centredMs, now) < kTwiceMs;
    if (twice || !at) return fit();
    impl_->zoom.centre(*at, itemSize());
    windowMoved();
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
    case QEvent::Wheel:
        wheel(*static_cast<QWheelEvent*>(event));
        event->accept();
        return true;
    case QEvent::MouseButtonDblClick: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->button() != Qt::LeftButton || !plotRect().contains(mouse->position()))
            return true;
        impl_->zoom.toggleItem(map().at(mouse->position()), itemSize());
        windowMoved();
        return true;
    }
    case QEvent::MouseButtonPress: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        setFocus(Qt::MouseFocusReason);
        impl_->pressed = mouse->button();
        impl_->pressedAt = mouse->position();
        impl_->pressedWindow = window();
        impl_->moved = false;
        return true;
    }
    case QEvent::MouseMove:
        return onMove(static_cast<QMouseEvent*>(event)->position());
    case QEvent::MouseButtonRelease: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const Qt::MouseButton button = std::exchange(impl_->pressed, Qt::NoButton);
        if (impl_->moved || !plotRect().contains(mouse->position())) return true;
        const QPointF at = map().at(mouse->position());
        if (button == Qt::LeftButton) Q_EMIT clicked(at);
        if (button == Qt::MiddleButton) Q_EMIT pinWanted(at);
        return true;
    }
    default:
        return false;
    }
}

bool PlotArea::onMove(QPointF at)
{
    if ((at - impl_->pressedAt).manhattanLength() > 4) impl_->moved = true;
    const bool pans =
        impl_->pressed == Qt::RightButton || (impl_->pressed == Qt::LeftButton && impl_->space);
    if (pans)
        panTo(at);
    else if (plotRect().contains(at))
        Q_EMIT hovered(map().at(at));
    else
        Q_EMIT left();
    return true;
}

void PlotArea::panTo(QPointF at)
{
    impl_->spaceUsed = true;
    if (!zoomed()) return;
    const PlotMap now = map();
    showWindow(impl_->pressedWindow.translated(now.at(impl_->pressedAt) - now.at(at)));
}

void PlotArea::wheel(const QWheelEvent& event)
{
    if (!plotRect().contains(event.position())) return;
    double notches = (event.angleDelta().y() + event.angleDelta().x()) / 120.0;
    if (event.modifiers() & Qt::ControlModifier) notches *= 0.25;
    if (event.modifiers() & Qt::ShiftModifier) notches *= 3.0;
    impl_->zoom.zoomAt(map().at(event.position()), std::pow(0.8, notches), impl_->clock.elapsed());
    windowMoved();
}

} // namespace mixscope
