#pragma once

#include "engine/events.h"

#include <QFrame>

class QLabel;
class QProgressBar;
class QPushButton;

namespace mixscope {

/// A line above the window's content: what went wrong, until it is dismissed, or how far a model
/// has been read. Never a dialog.
class ErrorBar : public QFrame {
    Q_OBJECT
public:
    explicit ErrorBar(QWidget* parent = nullptr);

    void showError(const QString& during, const Error& error);
    void showProgress(const LoadProgress& progress);
    void endProgress();

Q_SIGNALS:
    void cancelWanted();

private:
    void restyle();
    void setMode(bool loading);

    QLabel* text_;
    QProgressBar* progress_;
    QPushButton* copy_;
    QPushButton* dismiss_;
    QPushButton* cancel_;
    bool loading_ = false;
};

} // namespace mixscope
