#include "ui/commands.h"

#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_walk.h"
#include "ui/theme.h"
#include "ui/views/view.h"

#include <QAction>
#include <QKeyEvent>
#include <QMenu>
#include <QMenuBar>

#include <algorithm>
#include <stdexcept>
#include <utility>

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
{
    for (const CommandInfo& info : commandTable())
        add(info, tr(info.text), QString::fromLatin1(info.keys));
    int number = 0;
    for (const ViewInfo& view : viewTable()) {
        const QString id = QStringLiteral("view.") + view.id;
        add({view.id, view.title, "View", ""}, tr(view.title),
            QStringLiteral("Ctrl+%1").arg(number + 1));
        commands_.back().id = id;
        on(id, [this, number] { Q_EMIT tabWanted(number); });
        ++number;
    }
    runActions();
    goActions();
    lookActions();
    refresh();
}

void Commands::add(const CommandInfo& info, const QString& text, const QString& keys)
{
    auto* action = new QAction(text, this);
    Command command {info.id, QString::fromLatin1(info.menu), action, {}, info.reach, false};
    for (const QString& key : keys.split(' ', Qt::SkipEmptyParts))
        command.keys.push_back(QKeySequence(key));
    if (info.reach == KeyReach::anywhere) action->setShortcuts(command.keys);
    window_->addAction(action);
    commands_.push_back(std::move(command));
}

const Commands::Command& Commands::find(const QString& id) const
{
    const auto found = std::find_if(commands_.begin(), commands_.end(),
                                    [&](const Command& command) { return command.id == id; });
    if (found == commands_.end()) throw std::logic_error("no command " + id.toStdString());
    return *found;
}

void Commands::on(const QString& id, std::function<void()> run)
{
    connect(find(id).action, &QAction::triggered, this, std::move(run));
    const_cast<Command&>(find(id)).done = true;
}

QString Commands::keysText(const Command& command)
{
    return command.keys.isEmpty() ? QString()
                                  : command.keys.front().toString(QKeySequence::NativeText);
}

void Commands::runActions()
{
    on("run.stop", [this] { conversation_.stop(); });
    on("run.pause", [this] { controls_.setPaused(!controls_.paused()); });
    on("run.step", [this] { controls_.step(); });
    on("run.continue", [this] { conversation_.continueReply(); });
    on("run.regenerate", [this] { conversation_.regenerate(); });
    on("run.newChat", [this] { conversation_.newChat(); });
}

void Commands::goActions()
{
    on("go.follow", [this] { selection_.lockToken(-1); });
    on("go.newest", [this] { selection_.lockToken(-1); });
    on("go.first", [this] { goTo(0); });
    for (const auto& [id, by] : {std::pair {"go.previous", -1}, std::pair {"go.next", 1},
                                 std::pair {"go.back10", -10}, std::pair {"go.on10", 10}})
        on(id, [this, move = by] { moveToken(move); });
    on("go.surpriseBefore", [this] { goTo(nextSurprising(store_, selection_.token(), -1)); });
    on("go.surpriseAfter", [this] { goTo(nextSurprising(store_, selection_.token(), 1)); });
    on("go.messageBefore", [this] { goTo(nextMessageStart(store_, selection_.token(), -1)); });
    on("go.messageAfter", [this] { goTo(nextMessageStart(store_, selection_.token(), 1)); });
    on("go.layerBefore", [this] { selection_.setLayer(selection_.layer() - 1); });
    on("go.layerAfter", [this] { selection_.setLayer(selection_.layer() + 1); });
    on("go.headAfter", [this] { moveHead(1); });
    on("go.headBefore", [this] { moveHead(-1); });
    on("pin.toggle", [this] { pin(); });
    on("pin.clear", [this] { selection_.clearPins(); });
}

void Commands::lookActions()
{
    Theme& theme = Theme::instance();
    on("scale.larger", [&theme] { theme.setScale(theme.scale() * kScaleStep); });
    on("scale.smaller", [&theme] { theme.setScale(theme.scale() / kScaleStep); });
    on("scale.normal", [&theme] { theme.setScale(1.0); });
    for (const QString& name : theme.names()) {
        const QString id = QStringLiteral("theme.") + name;
        action(id)->setCheckable(true);
        on(id, [&theme, name] { theme.setTheme(name); });
    }
}

void Commands::fill(QMenuBar& bar)
{
    for (const char* title : {"File", "Run", "Go", "View", "Help"}) {
        QMenu* menu = bar.addMenu(tr(title));
        QString group;
        for (const Command& command : commands_) {
            if (command.menu != QLatin1String(title)) continue;
            const QString prefix = command.id.section('.', 0, 0);
            if (!group.isEmpty() && prefix != group) menu->addSeparator();
            group = prefix;
            menu->addAction(command.action);
        }
    }
}

void Commands::enable(const char* id, bool enabled) const
{
    action(id)->setEnabled(enabled);
}

void Commands::refresh()
{
    const bool busy = conversation_.busy();
    const bool tokens = store_.tokens() > 0;
    enable("run.stop", busy);
    enable("run.pause", busy);
    action("run.pause")->setText(controls_.paused() ? tr("Resume") : tr("Pause"));
    enable("run.step", busy);
    enable("run.continue", conversation_.canContinue());
    enable("run.regenerate", conversation_.canRegenerate());
    enable("run.newChat", !conversation_.empty());
    for (const Command& command : commands_) {
        if (command.id.startsWith("go.") && command.id != "go.release")
            command.action->setEnabled(tokens);
    }
    enable("go.follow", !selection_.following());
    for (const char* id : {"go.layerBefore", "go.layerAfter"})
        enable(id, store_.model() != nullptr);
    for (const char* id : {"go.headBefore", "go.headAfter"})
        enable(id, selection_.headCount() > 1);
    enable("pin.toggle", tokens);
    enable("pin.clear", selection_.pinned());
    for (const QString& name : Theme::instance().names())
        action("theme." + name)->setChecked(Theme::instance().name() == name);
}

void Commands::goTo(int token)
{
    if (token < 0 || token >= store_.tokens()) return;
    selection_.hoverToken(-1); // a mouse that rests somewhere must not hold the keys back
    selection_.lockToken(token);
}

void Commands::moveToken(int by)
{
    if (store_.tokens() == 0) return;
    const int from = selection_.following() ? selection_.token() : selection_.lockedToken();
    goTo(std::clamp(from + by, 0, store_.tokens() - 1));
}

void Commands::moveHead(int by)
{
    const int heads = selection_.headCount();
    if (heads > 0) selection_.setHead((selection_.head() + by + heads) % heads);
}

void Commands::pin()
{
    if (!selection_.togglePin(selection_.token())) sayPinsFull();
}

void Commands::sayPinsFull()
{
    Q_EMIT said(tr("all four pins are in use: Shift+P takes them away"));
}

bool Commands::pressed(const QKeyEvent& event)
{
    const QKeySequence key(
        QKeyCombination(event.modifiers() & ~Qt::KeypadModifier, Qt::Key(event.key())));
    for (const Command& command : commands_) {
        if (command.reach != KeyReach::unclaimed || !command.keys.contains(key)) continue;
        if (!command.action->isEnabled()) return false;
        command.action->trigger();
        return true;
    }
    return false;
}

} // namespace mixscope
