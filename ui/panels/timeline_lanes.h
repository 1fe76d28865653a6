#pragma once

#include "ui/models/timeline_axis.h"
#include "ui/models/timeline_model.h"
#include "ui/panels/timeline_picture.h"

#include <QAbstractSlider>
#include <QTimer>

namespace mixscope {

class Conversation;
class RunStore;
class Selection;

/// The lanes of the timeline and its playhead: a slider over the tokens. A click or drag locks a
/// token, a hover previews it; with Shift, or along the numbers, a drag takes a range. The wheel
/// zooms, the right button pans. The picture is painted once per change of the data, what moves
/// with the selection above it.
class TimelineLanes : public QAbstractSlider {
    Q_OBJECT
public:
    TimelineLanes(RunStore& store, Selection& selection, Conversation& conversation,
                  QWidget* parent = nullptr);

    void refresh();
    QSize minimumSizeHint() const override;
    const TimelineAxis& axis() const { return axis_; }
    const TimelinePicture& picture() const { return picture_; }
    double xOf(double token) const; ///< logical pixels
    /// Around the focused token while that is in sight, else around the middle.
    void zoom(double factor);
    void pan(double windows);
    void fit();

Q_SIGNALS:
    void axisChanged();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    enum class Drag { none, scrub, range, pan };
    QRect plot() const;
    int tokenAt(double x) const;
    void moveAxis();
    void follow();
    void describe();
    void zoomToMessage(int token);
    QString nameOf(int lane) const;
    void paintLabels(QPainter& painter) const;
    void paintRoles(QPainter& painter) const;
    void paintTicks(QPainter& painter, const QRectF& covered) const;
    void paintRange(QPainter& painter) const;
    void paintPins(QPainter& painter) const;
    QRectF paintHead(QPainter& painter) const;
    void paintLine(QPainter& painter, int token, QColor color) const;

    RunStore& store_;
    Selection& selection_;
    TimelineModel model_;
    TimelineAxis axis_;
    TimelinePicture picture_ {model_};
    QTimer describeTimer_;
    Drag drag_ = Drag::none;
    int dragFrom_ = -1; ///< token where a range begins
    double dragX_ = 0.0;
    int dirtyFrom_ = 0;
    int rangeVersion_ = 0;
    bool stale_ = true;
    bool placed_ = false; ///< the lanes lie where they should
};

} // namespace mixscope
