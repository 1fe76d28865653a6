#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <Qt>
#include <QtGlobal>

#include <vector>

namespace mixscope {

/// What of a plot is visible, and the way back. The window lies inside the extent; an axis that is
/// not zoomable always shows all. No widgets.
class PlotZoom {
public:
    explicit PlotZoom(Qt::Orientations axes = Qt::Horizontal)
        : axes_(axes)
    {
    }

    const QRectF& extent() const { return extent_; }
    const QRectF& window() const { return window_; }
    bool zoomed() const { return zoomed_; }

    /// All there is to see. An unzoomed window stays all of it; a zoomed one keeps its place, or
    /// moves on to the far end when `follow` is set. False when nothing changed.
    bool setExtent(const QRectF& extent, bool follow);
    /// Shows a part; panning, which is no step to go back over.
    void show(const QRectF& window);
    /// A step of zoom around a place. Steps that follow each other within 0.4 s are one.
    void zoomAt(QPointF around, double factor, qint64 nowMs);
    /// A window of this size around a place; the second time in a row, back again.
    void toggleItem(QPointF at, QSizeF size);
    /// The place in the middle, as large as now; `size` when all is shown.
    void centre(QPointF at, QSizeF size);
    void fit();
    /// Undoes the last step; false when there is none.
    bool back();

private:
    void remember();
    void remember(const QRectF& step);
    QRectF around(QPointF at, QSizeF size) const;

    static constexpr std::size_t kMostSteps = 32;

    Qt::Orientations axes_;
    QRectF extent_ {0, 0, 1, 1};
    QRectF window_ {0, 0, 1, 1};
    bool zoomed_ = false;
    std::vector<QRectF> steps_; ///< windows before, empty for "all"
    QRectF item_; ///< the window toggleItem() made
    qint64 lastStepMs_ = -1000;
};

} // namespace mixscope
