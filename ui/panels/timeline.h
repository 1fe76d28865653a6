#pragma once

#include "ui/models/timeline_model.h"
#include "ui/panels/panel.h"

#include <QAbstractSlider>
#include <QImage>

class QPushButton;

namespace mixscope {

class Conversation;
class RunStore;
class Selection;

/// The lanes of the timeline and its playhead: a slider over the tokens. A click or drag locks a
/// token; a hover previews it. The picture is painted once per change of the data, the playhead
/// above it.
class TimelineLanes : public QAbstractSlider {
    Q_OBJECT
public:
    TimelineLanes(RunStore& store, Selection& selection, Conversation& conversation,
                  QWidget* parent = nullptr);

    void refresh();
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    struct Strip {
        int top;
        int height;
    };
    Strip strip(int lane) const;
    QRect plot() const;
    double xOf(double token) const;
    int tokenAt(double x) const;
    void draw();
    void drawCell(int x0, int x1, int first, int last);
    void drawTimes(int x0, int x1, int first, int last);
    void drawChange(int x0, int x1, int first, int last);
    void fill(int x0, int x1, int y0, int y1, QRgb color);
    void paintLabels(QPainter& painter) const;
    void paintRoles(QPainter& painter) const;
    void paintTicks(QPainter& painter) const;
    void paintHead(QPainter& painter) const;
    void follow();

    RunStore& store_;
    Selection& selection_;
    TimelineModel model_;
    QImage picture_;
    std::vector<unsigned> changeColors_;
    double extent_ = 64.0; ///< tokens across; grows in steps so that the picture holds still
    int dirtyFrom_ = 0;
    int rangeVersion_ = 0;
    bool stale_ = true;
};

/// The strip at the bottom: every token of the conversation, and whether the views follow.
class Timeline : public Panel {
    Q_OBJECT
public:
    Timeline(RunStore& store, Selection& selection, Conversation& conversation,
             QWidget* parent = nullptr);
    void refresh();

private:
    void showState();

    RunStore& store_;
    Selection& selection_;
    QPushButton* follow_;
    TimelineLanes* lanes_;
};

} // namespace mixscope
