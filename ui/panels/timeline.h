#pragma once

#include "ui/panels/panel.h"

class QPushButton;
class QToolButton;

namespace mixscope {

class Conversation;
class RunStore;
class Selection;
class TimelineLanes;

/// The strip at the bottom: every token of the conversation, and whether the views follow.
class Timeline : public Panel {
    Q_OBJECT
public:
    Timeline(RunStore& store, Selection& selection, Conversation& conversation,
             QWidget* parent = nullptr);
    void refresh();
    TimelineLanes& lanes() { return *lanes_; }

protected:
    void restyle() override;

private:
    QToolButton* tool(const QString& name, const QString& icon);
    void showState();

    RunStore& store_;
    Selection& selection_;
    QPushButton* follow_ = nullptr;
    TimelineLanes* lanes_;
    std::vector<QToolButton*> zoom_;
};

} // namespace mixscope
