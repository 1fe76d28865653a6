#pragma once

#include "ui/plot/plot_map.h"

#include <QMargins>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>

class QPainter;
class QWheelEvent;

namespace mixscope {

/// How a plot's axes look; sizes are before the interface scale.
struct PlotAxes {
    QString xTitle = {};
    QString yTitle = {};
    bool xTicks = true;
    bool yTicks = true;
    bool yCells = true; ///< y counts cells (tokens, heads), else it is a quantity, upwards
    bool yGrid = false;
    QMargins margins {44, 6, 6, 36};
    int below = 0; ///< room kept free between the picture and the labels under it
    Qt::Orientations zoom = Qt::Horizontal;
};

/// A themed plot: token axis with ticks, a picture painted by its owner, a crosshair above it that
/// moves without repainting the picture. The wheel zooms at the cursor (Ctrl: fine, Shift: coarse),
/// right-drag and Space + drag pan, a left-drag brushes, a double-click zooms to the item and back, Backspace undoes a
/// step of zoom, F shows what is in focus in the middle, F twice everything.
/// It never changes its own range: the owner sets the extent. UI thread only.
class PlotArea : public QWidget {
    Q_OBJECT
public:
    using Paint = std::function<void(QPainter&, const PlotMap&)>;
    using CellName = std::function<QString(int)>;
    using FocusPoint = std::function<std::optional<QPointF>()>;

    PlotArea(const QString& accessibleName, PlotAxes axes, QWidget* parent);
    ~PlotArea() override;

    void setPicture(Paint paint); ///< clipped to the inner rectangle
    void setMargin(Paint paint); ///< not clipped: row labels
    void setMarks(Paint paint); ///< not clipped, under the overlay: rulers of the selection
    void setOverlay(Paint paint); ///< not clipped: crosshair
    /// Names of cells along the axes, shown instead of numbers where there is room; below the
    /// picture they stand upright while a cell is narrower than its name.
    void setCellNames(CellName x, CellName y);
    /// What F shows in the middle; none: F shows everything.
    void setFocusPoint(FocusPoint point);
    void setTitles(const QString& x, const QString& y);

    /// All there is to see. An unzoomed plot shows it whole; a zoomed one keeps its window, or
    /// moves on to the far end when `follow` is set.
    void setExtent(const QRectF& extent, bool follow = false);
    const QRectF& window() const;
    bool zoomed() const;
    void showWindow(const QRectF& window);
    void fit();
    void back(); ///< undoes the last step of zoom

    QRectF plotRect() const; ///< inner rectangle in this widget's coordinates
    PlotMap map() const;
    void redraw(); ///< picture, axes and overlay, at the next turn of the event loop
    void redrawOverlay(); ///< crosshair only
    /// Draws anew for every paint, with text and axes as vectors: for a file, not for the screen.
    void setVector(bool vector);

    QSize minimumSizeHint() const override { return {80, 60}; }

Q_SIGNALS:
    void hovered(QPointF at);
    void left();
    void clicked(QPointF at);
    void pinWanted(QPointF at); ///< a click with the middle button
    void brushed(QPointF from, QPointF to); ///< the left button drags, or has dragged, from there
    void windowChanged();
    void stepped(QPoint by); ///< arrow keys: cells to the right, down

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Impl;
    void applyWindow();
    void paintNames(QPainter& painter) const;
    void restyle();
    void windowMoved();
    bool onMouse(QEvent* event);
    bool onMove(QPointF at);
    void brushTo(QPointF at);
    void panTo(QPointF at);
    void wheel(const QWheelEvent& event);
    void centreOrFit();
    QSizeF itemSize() const;

    std::unique_ptr<Impl> impl_;
};

} // namespace mixscope
