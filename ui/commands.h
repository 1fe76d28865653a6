#pragma once

#include <QObject>
#include <QString>

#include <vector>

class QAction;
class QMenuBar;
class QWidget;

namespace mixscope {

class Conversation;
class EngineControls;
class RunStore;
class Selection;

/// What can be done, as actions with their keys: menus and buttons share them. What concerns the
/// window itself is a signal. UI thread only.
class Commands : public QObject {
    Q_OBJECT
public:
    Commands(RunStore& store, Selection& selection, Conversation& conversation,
             EngineControls& controls, QWidget* window);

    void fill(QMenuBar& bar);
    /// Enables what can be done now.
    void refresh();
    /// Keys that only count when no control wants them: token, layer, pause, release.
    bool pressed(int key);

    void moveToken(int by);
    void moveHead(int by);

Q_SIGNALS:
    void openWanted();
    void settingsWanted();
    void quitWanted();
    void promptWanted();
    void tabWanted(int tab);
    void exportWanted(); ///< of the view in use
    void maximiseWanted(); ///< the panel in use, or give the room back
    void manualWanted();
    void aboutWanted();

private:
    QAction* action(const QString& text, const QString& keys);
    void makeRunActions();
    void makeViewActions();

    RunStore& store_;
    Selection& selection_;
    Conversation& conversation_;
    EngineControls& controls_;
    QWidget* window_;
    QAction *open_, *settings_, *quit_, *stop_, *pause_, *step_, *continue_, *regenerate_,
        *newChat_;
    QAction *export_, *maximise_, *follow_, *nextHead_, *previousHead_, *prompt_, *larger_,
        *smaller_, *normal_, *manual_, *about_;
    std::vector<QAction*> tabs_, themes_;
};

} // namespace mixscope
