#include "ui/plot/plot_pointer.h"

#include <utility>

namespace mixscope {

namespace {
constexpr double kDragPixels = 4; // a click may tremble this far
}

void PlotPointer::press(Qt::MouseButton button, QPointF at)
{
    button_ = button;
    pressedAt_ = at;
    dragged_ = false;
}

PlotPointer::Drag PlotPointer::move(QPointF at)
{
    if (button_ == Qt::NoButton) return Drag::none;
    if ((at - pressedAt_).manhattanLength() > kDragPixels) dragged_ = true;
    if (!dragged_) return Drag::none;
    if (button_ == Qt::LeftButton && space_) spacePanned_ = true;
    if (button_ == Qt::RightButton || (button_ == Qt::LeftButton && space_)) return Drag::pan;
    return button_ == Qt::LeftButton ? Drag::brush : Drag::none;
}

Qt::MouseButton PlotPointer::release()
{
    const Qt::MouseButton button = std::exchange(button_, Qt::NoButton);
    return dragged_ ? Qt::NoButton : button;
}

void PlotPointer::holdSpace()
{
    space_ = true;
    spacePanned_ = false;
}

bool PlotPointer::releaseSpace()
{
    return std::exchange(space_, false) && !spacePanned_;
}

} // namespace mixscope
