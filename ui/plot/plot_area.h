#pragma once

#include "ui/plot/plot_map.h"

#include <QMargins>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <functional>
#include <memory>

class QPainter;

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
    Qt::Orientations zoom = Qt::Horizontal;
};

/// A themed plot: token axis with ticks, a picture painted by its owner, a crosshair above it that
/// moves without repainting the picture, zoom (wheel), pan (right-drag) and fit (double-click).
/// It never changes its own range: the owner sets the extent. UI thread only.
class PlotArea : public QWidget {
    Q_OBJECT
public:
    using Paint = std::function<void(QPainter&, const PlotMap&)>;
    using CellName = std::function<QString(int)>;

    PlotArea(const QString& accessibleName, PlotAxes axes, QWidget* parent);
    ~PlotArea() override;

    void setPicture(Paint paint); ///< clipped to the inner rectangle
    void setMargin(Paint paint); ///< not clipped: row labels
    void setOverlay(Paint paint); ///< not clipped: crosshair
    /// Names of cells along the axes, shown instead of numbers where there is room.
    void setCellNames(CellName x, CellName y);
    void setTitles(const QString& x, const QString& y);

    /// All there is to see. An unzoomed plot shows it whole; a zoomed one keeps its window, or
    /// moves on to the far end when `follow` is set.
    void setExtent(const QRectF& extent, bool follow = false);
    const QRectF& window() const;
    bool zoomed() const;
    void showWindow(const QRectF& window);
    void fit();

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
    void windowChanged();
    void stepped(QPoint by); ///< arrow keys: cells to the right, down

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Impl;
    void applyWindow();
    void restyle();
    bool onMouse(QEvent* event);
    void zoomAt(QPointF pixel, double factor);

    std::unique_ptr<Impl> impl_;
};

} // namespace mixscope
