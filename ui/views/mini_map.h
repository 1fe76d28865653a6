#pragma once

#include <QRectF>
#include <QWidget>

#include <functional>

class QPainter;

namespace mixscope {

/// All of a zoomed plot, small, in a corner of it, with a rectangle around the part that is shown.
/// A click or a drag moves that part. UI thread only.
class MiniMap : public QWidget {
    Q_OBJECT
public:
    /// Paints everything there is to see into a rectangle.
    using Paint = std::function<void(QPainter&, const QRectF&)>;

    explicit MiniMap(QWidget* parent);
    void setPicture(Paint paint);
    void setWindow(const QRectF& extent, const QRectF& window);
    /// The shown part in this widget's coordinates.
    QRectF windowRect() const;

Q_SIGNALS:
    void centreWanted(QPointF at); ///< axis values

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QRectF inner() const;
    void moveTo(QPointF pixel);

    Paint paint_;
    QRectF extent_ {0, 0, 1, 1};
    QRectF window_ {0, 0, 1, 1};
};

} // namespace mixscope
