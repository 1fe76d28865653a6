#include "ui/commands.h"

#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/theme.h"
#include "ui/views/view.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>
#include <QWidget>

#include <algorithm>

namespace mixscope {

namespace {
constexpr double kScaleStep = 1.1;
}

Commands::Commands(RunStore& store, Selection& selection, Conversation& conversation,
                   EngineControls& controls, QWidget* window)
    : QObject(window)
    , store_(store)
    , selection_(selection)
    , conversation_(conversation)
    , controls_(controls)
    , window_(window)
    , open_(action(tr("Open model…"), "Ctrl+O"))
    , settings_(action(tr("Settings…"), "Ctrl+,"))
    , quit_(action(tr("Quit"), "Ctrl+Q"))
    , manual_(action(tr("Manual"), "F1"))
    , about_(action(tr("About Mixscope"), {}))
{
    connect(open_, &QAction::triggered, this, &Commands::openWanted);
    connect(settings_, &QAction::triggered, this, &Commands::settingsWanted);
    connect(quit_, &QAction::triggered, this, &Commands::quitWanted);
    connect(manual_, &QAction::triggered, this, &Commands::manualWanted);
    connect(about_, &QAction::triggered, this, &Commands::aboutWanted);
    makeRunActions();
    makeViewActions();
    refresh();
}

QAction* Commands::action(const QString& text, const QString& keys)
{
    auto* made = new QAction(text, this);
    if (!keys.isEmpty()) made->setShortcut(QKeySequence(keys));
    window_->addAction(made);
    return made;
}

void Commands::makeRunActions()
{
    stop_ = action(tr("Stop"), "Ctrl+.");
    pause_ = action(tr("Pause"), {});
    step_ = action(tr("Next token"), "N");
    continue_ = action(tr("Continue"), "Ctrl+Shift+Return");
    regenerate_ = action(tr("Regenerate"), "Ctrl+R");
    newChat_ = action(tr("New chat"), "Ctrl+N");
    connect(stop_, &QAction::triggered, &conversation_, &Conversation::stop);
    connect(pause_, &QAction::triggered, this,
            [this] { controls_.setPaused(!controls_.paused()); });
    connect(step_, &QAction::triggered, &controls_, &EngineControls::step);
    connect(continue_, &QAction::triggered, &conversation_, &Conversation::continueReply);
    connect(regenerate_, &QAction::triggered, &conversation_, &Conversation::regenerate);
    connect(newChat_, &QAction::triggered, &conversation_, &Conversation::newChat);
}

void Commands::makeViewActions()
{
    int number = 0;
    for (const ViewInfo& view : viewTable()) {
        QAction* tab = action(tr(view.title), QStringLiteral("Ctrl+%1").arg(number + 1));
        connect(tab, &QAction::triggered, this, [this, number] { Q_EMIT tabWanted(number); });
        tabs_.push_back(tab);
        ++number;
    }
    export_ = action(tr("Export view…"), "Ctrl+E");
    maximise_ = action(tr("Maximise panel"), "F11");
    connect(export_, &QAction::triggered, this, &Commands::exportWanted);
    connect(maximise_, &QAction::triggered, this, &Commands::maximiseWanted);
    follow_ = action(tr("Follow the newest token"), "L");
    nextHead_ = action(tr("Next head"), "H");
    previousHead_ = action(tr("Previous head"), "Shift+H");
    prompt_ = action(tr("Write a message"), "/");
    larger_ = action(tr("Larger interface"), "Ctrl++");
    smaller_ = action(tr("Smaller interface"), "Ctrl+-");
    normal_ = action(tr("Normal interface size"), "Ctrl+0");
    larger_->setShortcuts({QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")});
    connect(follow_, &QAction::triggered, this, [this] { selection_.lockToken(-1); });
    connect(nextHead_, &QAction::triggered, this, [this] { moveHead(1); });
    connect(previousHead_, &QAction::triggered, this, [this] { moveHead(-1); });
    connect(prompt_, &QAction::triggered, this, &Commands::promptWanted);
    Theme& theme = Theme::instance();
    connect(larger_, &QAction::triggered, &theme,
            [&theme] { theme.setScale(theme.scale() * kScaleStep); });
    connect(smaller_, &QAction::triggered, &theme,
            [&theme] { theme.setScale(theme.scale() / kScaleStep); });
    connect(normal_, &QAction::triggered, &theme, [&theme] { theme.setScale(1.0); });
    auto* group = new QActionGroup(this);
    for (const QString& name : theme.names()) {
        QAction* choice = action(tr("%1 theme").arg(name.left(1).toUpper() + name.mid(1)), {});
        choice->setCheckable(true);
        choice->setData(name);
        group->addAction(choice);
        connect(choice, &QAction::triggered, &theme, [&theme, name] { theme.setTheme(name); });
        themes_.push_back(choice);
    }
}

void Commands::fill(QMenuBar& bar)
{
    QMenu* file = bar.addMenu(tr("File"));
    file->addActions({open_, export_, settings_, quit_});
    QMenu* run = bar.addMenu(tr("Run"));
    run->addActions({stop_, pause_, step_, continue_, regenerate_, newChat_});
    QMenu* view = bar.addMenu(tr("View"));
    for (QAction* tab : tabs_)
        view->addAction(tab);
    view->addSeparator();
    view->addActions({maximise_, follow_, nextHead_, previousHead_, prompt_});
    view->addSeparator();
    for (QAction* theme : themes_)
        view->addAction(theme);
    view->addSeparator();
    view->addActions({larger_, smaller_, normal_});
    QMenu* help = bar.addMenu(tr("Help"));
    help->addActions({manual_, about_});
}

void Commands::refresh()
{
    const bool busy = conversation_.busy();
    stop_->setEnabled(busy);
    pause_->setEnabled(busy);
    pause_->setText(controls_.paused() ? tr("Resume") : tr("Pause"));
    step_->setEnabled(busy);
    continue_->setEnabled(conversation_.canContinue());
    regenerate_->setEnabled(conversation_.canRegenerate());
    newChat_->setEnabled(!conversation_.empty());
    follow_->setEnabled(!selection_.following());
    for (QAction* theme : themes_)
        theme->setChecked(theme->data().toString() == Theme::instance().name());
}

void Commands::moveToken(int by)
{
    if (store_.tokens() == 0) return;
    const int token = std::clamp(selection_.token() + by, 0, store_.tokens() - 1);
    selection_.lockToken(token);
}

void Commands::moveHead(int by)
{
    const int heads = selection_.headCount();
    if (heads > 0) selection_.setHead((selection_.head() + by + heads) % heads);
}

bool Commands::pressed(int key)
{
    switch (key) {
    case Qt::Key_Space:
        if (conversation_.busy()) controls_.setPaused(!controls_.paused());
        return conversation_.busy();
    case Qt::Key_Left:
        moveToken(-1);
        return true;
    case Qt::Key_Right:
        moveToken(1);
        return true;
    case Qt::Key_Up:
        selection_.setLayer(selection_.layer() - 1);
        return true;
    case Qt::Key_Down:
        selection_.setLayer(selection_.layer() + 1);
        return true;
    case Qt::Key_Home:
        moveToken(-store_.tokens());
        return true;
    case Qt::Key_End:
    case Qt::Key_Escape:
        selection_.lockToken(-1);
        return true;
    default:
        return false;
    }
}

} // namespace mixscope
