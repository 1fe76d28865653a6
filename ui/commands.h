#pragma once

#include "ui/command_table.h"

#include <QKeySequence>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

class QAction;
class QKeyEvent;
class QMenuBar;
class QWidget;

namespace mixscope {

class Conversation;
class EngineControls;
class RunStore;
class Selection;

/// What can be done, as actions with their keys: the rows of the table of commands, then a row for
/// every tab of the stage. Menus, keys, buttons and the palette share them. What moves the
/// selection or the run is done here; what concerns the window is given by the window with on().
/// UI thread only.
class Commands : public QObject {
    Q_OBJECT
public:
    struct Command {
        QString id;
        QString menu;
        QAction* action;
        QList<QKeySequence> keys;
        KeyReach reach = KeyReach::anywhere;
        bool done = false; ///< there is something that does it
    };

    Commands(RunStore& store, Selection& selection, Conversation& conversation,
             EngineControls& controls, QWidget* window);

    /// What a command of the table does; an unknown id is a broken promise and throws.
    void on(const QString& id, std::function<void()> run);
    QAction* action(const QString& id) const { return find(id).action; }
    const std::vector<Command>& all() const { return commands_; }
    /// Keys of a command as people read them, "Ctrl+K"; empty when it has none.
    static QString keysText(const Command& command);

    void fill(QMenuBar& bar);
    /// Enables what can be done now.
    void refresh();
    /// Keys that only count when no control wants them. False when the key means nothing.
    bool pressed(const QKeyEvent& event);

    /// Says in the status bar why a pin was not set.
    void sayPinsFull();

Q_SIGNALS:
    void tabWanted(int tab);
    void said(const QString& what); ///< why nothing happened, for the status bar

private:
    const Command& find(const QString& id) const;
    void add(const CommandInfo& info, const QString& text, const QString& keys);
    void runActions();
    void goActions();
    void lookActions();
    void goTo(int token);
    void moveToken(int by);
    void moveHead(int by);
    void pin();
    void enable(const char* id, bool enabled) const;

    RunStore& store_;
    Selection& selection_;
    Conversation& conversation_;
    EngineControls& controls_;
    QWidget* window_;
    std::vector<Command> commands_;
};

} // namespace mixscope
