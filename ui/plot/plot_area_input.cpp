// What mouse and keys do in a plot.
#include "ui/plot/plot_area_impl.h"
#include "ui/theme.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixscope {

namespace {
constexpr int kItemPixels = 22; // width of a cell that was zoomed to
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
        if (!event->isAutoRepeat()) impl_->pointer.holdSpace();
        return;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void PlotArea::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space || !impl_->pointer.spaceHeld())
        return QWidget::keyReleaseEvent(event);
    if (event->isAutoRepeat()) return;
    if (!impl_->pointer.releaseSpace() || parentWidget() == nullptr) return;
    QKeyEvent press(QEvent::KeyPress, Qt::Key_Space, event->modifiers(), event->text());
    QCoreApplication::sendEvent(parentWidget(), &press); // it was meant for the window
}

void PlotArea::focusOutEvent(QFocusEvent* event)
{
    impl_->pointer.dropSpace();
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
    const bool twice = now - std::exchange(impl_->centredMs, now) < Impl::kTwiceMs;
    if (twice || !at) return fit();
    impl_->zoom.centre(*at, itemSize());
    windowMoved();
}

bool PlotArea::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == impl_->surface && onMouse(event)) return true;
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
        impl_->pointer.press(mouse->button(), mouse->position());
        impl_->pressedWindow = window();
        return true;
    }
    case QEvent::MouseMove:
        return onMove(static_cast<QMouseEvent*>(event)->position());
    case QEvent::MouseButtonRelease: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const Qt::MouseButton button = impl_->pointer.release();
        if (!plotRect().contains(mouse->position())) return true;
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
    const PlotPointer::Drag drag = impl_->pointer.move(at);
    if (drag == PlotPointer::Drag::pan) {
        panTo(at);
        return true;
    }
    if (drag == PlotPointer::Drag::brush) brushTo(at);
    if (plotRect().contains(at))
        Q_EMIT hovered(map().at(at));
    else
        Q_EMIT left();
    return true;
}

void PlotArea::brushTo(QPointF at)
{
    const QRectF inside = plotRect();
    const QPointF from = impl_->pointer.pressedAt();
    if (!inside.contains(from)) return;
    const QPointF to(std::clamp(at.x(), inside.left(), inside.right() - 1),
                     std::clamp(at.y(), inside.top(), inside.bottom() - 1));
    Q_EMIT brushed(map().at(from), map().at(to));
}

void PlotArea::panTo(QPointF at)
{
    if (!zoomed()) return;
    const PlotMap now = map();
    showWindow(impl_->pressedWindow.translated(now.at(impl_->pointer.pressedAt()) - now.at(at)));
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
