#pragma once

#include <QString>
#include <QTimer>
#include <QWidget>

namespace mixscope {

/// Dims what lies under it and turns a spinner over it while something is waited for: from 150 ms
/// on, so that what comes at once does not flicker. Covers the widgets it was told to. UI thread
/// only.
class WaitingVeil : public QWidget {
    Q_OBJECT
public:
    explicit WaitingVeil(QWidget* parent);

    /// Lies over this sibling while that is the one shown.
    void cover(QWidget* sibling);
    /// What is waited for, in words; empty: nothing.
    void setReason(const QString& reason);
    static constexpr int kDelayMs = 150;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void appear();

    QString reason_;
    QList<QWidget*> covered_;
    QTimer delay_;
    QTimer turn_;
    int turns_ = 0;
};

} // namespace mixscope
