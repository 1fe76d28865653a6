#pragma once

#include <QFrame>

class QComboBox;
class QMenuBar;
class QPushButton;
class QSlider;

namespace mixscope {

class Conversation;
class EngineControls;
class RunStore;
class SamplingPanel;
class Tag;

/// The top line: name, menus, run and pace, sampling, probes, theme.
class TopBar : public QFrame {
    Q_OBJECT
public:
    TopBar(RunStore& store, Conversation& conversation, EngineControls& controls,
           QWidget* parent = nullptr);

    QMenuBar& menus() { return *menus_; }
    void refresh();
    /// Whether the prompt box holds something that Run would send.
    void setPromptReady(bool ready);

Q_SIGNALS:
    void runWanted(); ///< send what is written, or go on with the last reply

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void makeRun();
    void makePace();
    void makeChoices();
    void layOut();
    void restyle();
    void showPace();
    void fit(); ///< leaves out what a narrow window has no room for

    RunStore& store_;
    Conversation& conversation_;
    EngineControls& controls_;
    QMenuBar* menus_;
    QPushButton *run_, *stop_, *pause_, *step_, *sampling_;
    Tag *paceTag_, *paceValue_, *probesTag_, *overhead_, *themeTag_;
    QSlider* pace_;
    QComboBox *probes_, *theme_;
    SamplingPanel* samplingPanel_;
    bool promptReady_ = false;
    bool named_ = true; ///< the name stands beside the mark
    bool brief_ = false; ///< the sampling button has no room for its numbers
};

} // namespace mixscope
