#pragma once

#include <QPointF>
#include <Qt>

namespace mixscope {

/// Tells clicks from drags, and a drag that brushes from one that pans. No widgets.
class PlotPointer {
public:
    enum class Drag { none, brush, pan };

    void press(Qt::MouseButton button, QPointF at);
    /// What the mouse does by being here now.
    Drag move(QPointF at);
    /// The button that clicked; none after a drag.
    Qt::MouseButton release();
    QPointF pressedAt() const { return pressedAt_; }

    /// While the space bar is held the left button pans.
    void holdSpace();
    void dropSpace() { space_ = false; }
    /// True when it was held and nothing was panned: it was a key press like any other.
    bool releaseSpace();
    bool spaceHeld() const { return space_; }

private:
    QPointF pressedAt_;
    Qt::MouseButton button_ = Qt::NoButton;
    bool dragged_ = false;
    bool space_ = false;
    bool spacePanned_ = false;
};

} // namespace mixscope
