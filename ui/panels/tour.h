#pragma once

#include "ui/models/tour_stops.h"

#include <QFrame>
#include <QTimer>

#include <functional>

class QLabel;
class QPushButton;

namespace mixscope {

class Conversation;
class RunStore;
class Selection;
class Settings;

/// What the tour leads through, and what it asks of the window.
struct TourParts {
    RunStore& store;
    Selection& selection;
    Conversation& conversation;
    Settings& settings;
    std::function<void(const char* view)> showView;
    std::function<void(QWidget*)> reveal; ///< brings a control that a tab hides into sight
    std::function<void()> openBundled;
};

/// Six stops through the window on a real reply of the bundled model: a bubble beside what it
/// speaks of, not in the way of anything. Left at any stop, it goes on there when it is wanted
/// again. UI thread only.
class Tour : public QFrame {
    Q_OBJECT
public:
    Tour(TourParts parts, QWidget* window);

    /// Begins, or goes on where it was left.
    void start();
    /// Whether it has been taken to its end, on this or an earlier start.
    bool taken() const;
    int stop() const { return stop_; } ///< 0 … 5, -1: not under way

Q_SIGNALS:
    void left(); ///< at the end or before

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void invite();
    void ask();
    int question() const;
    void go(int stop);
    void next();
    void leave();
    void refresh();
    void show(const QString& count, const QString& title, const QString& text);
    void place();
    QLatin1String anchorName() const;
    QWidget* anchor() const;
    void restyle();

    TourParts parts_;
    QWidget* window_;
    QWidget* ring_; ///< drawn around the anchor
    QLabel *count_, *title_, *text_;
    QPushButton *leave_, *back_, *next_;
    TourMoment moment_;
    QTimer follow_;
    int stop_ = -1;
    bool freeze_ = false; ///< this stop has not locked its token yet
    bool inviting_ = false; ///< asks for the bundled model
};

} // namespace mixscope
