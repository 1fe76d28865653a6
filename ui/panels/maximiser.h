#pragma once

#include <QObject>
#include <QPointer>

#include <vector>

class QWidget;

namespace mixscope {

/// Gives one panel all the room inside a root widget by hiding what lies beside it, and puts
/// everything back. What was hidden before stays hidden. UI thread only.
class Maximiser : public QObject {
    Q_OBJECT
public:
    /// `root` outlives this; only panels inside it can be maximised.
    explicit Maximiser(QWidget* root);

    /// Maximises the panel, or gives the room back when it is the maximised one. Bars named in
    /// `keep` stay visible.
    void toggle(QWidget* panel);
    void restore();
    /// nullptr when nothing is maximised.
    QWidget* maximised() const { return panel_; }
    void keep(QWidget* bar) { kept_.push_back(bar); }

Q_SIGNALS:
    void changed();

private:
    QWidget* root_;
    QPointer<QWidget> panel_;
    std::vector<QPointer<QWidget>> hidden_;
    std::vector<QWidget*> kept_;
};

/// Whether a widget is the one that has all the room: whoever shows its neighbours must ask.
bool isMaximised(const QWidget& panel);

} // namespace mixscope
