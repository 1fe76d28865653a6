#pragma once

#include <QFrame>

class QDoubleSpinBox;
class QFormLayout;
class QLineEdit;
class QSpinBox;

namespace mixscope {

class Conversation;
struct Sampling;

/// How the next token is chosen, with what each number does. Opens from the summary in the top
/// bar; changes count from the next reply on.
class SamplingPanel : public QFrame {
    Q_OBJECT
public:
    SamplingPanel(Conversation& conversation, QWidget* parent = nullptr);

    void openBelow(QWidget* anchor);
    /// "T 0.8  top-p 0.95  seed 3": what is not off.
    static QString summary(const Sampling& sampling);

private:
    QDoubleSpinBox* number(const QString& name, double low, double high, double step,
                           const QString& hint);
    QSpinBox* integer(const QString& name, int high, const QString& hint);
    void take();
    void show(const Sampling& sampling);

    Conversation& conversation_;
    QFormLayout* form_;
    QDoubleSpinBox* temperature_;
    QSpinBox* topK_;
    QDoubleSpinBox* topP_;
    QDoubleSpinBox* minP_;
    QDoubleSpinBox* penalty_;
    QSpinBox* seed_;
    QLineEdit* system_;
};

} // namespace mixscope
