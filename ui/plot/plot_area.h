#pragma once

#include <QMargins>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <functional>
#include <memory>

class QPaintDevice;
class QPainter;

namespace mixscope {

/// From axis values to pixels while a plot is painted.
struct PlotMap {
    QRectF rect;   ///< the plot's inner rectangle, logical pixels
    QRectF window; ///< what of the axes is visible; y grows downwards on screen unless yUp
    bool yUp = false;
    double deviceScale = 1.0; ///< device pixels in a logical one (3 for vector export)

    double x(double value) const;
    double y(double value) const;
    QPointF at(QPointF pixel) const; ///< axis values under a pixel
    /// Rectangle in whole pixels that covers [x0, x1) × [y0, y1) of the axes.
    QRectF area(double x0, double y0, double x1, double y1) const;
};

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
    void setMargin(Paint paint);  ///< not clipped: row labels
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
    void redraw();        ///< picture, axes and overlay, at the next turn of the event loop
    void redrawOverlay(); ///< crosshair only
    /// Vector or raster picture of what is shown. False when the device cannot be painted on.
    bool exportTo(QPaintDevice& device, QSize size);

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

/// An extent for `tokens` that grows in steps, so that the picture holds still between them.
double steppedExtent(int tokens);

} // namespace mixscope
