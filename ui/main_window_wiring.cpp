// How the parts of the window speak to each other.
#include "ui/commands.h"
#include "ui/export/export_view.h"
#include "ui/main_window.h"
#include "ui/models/settings.h"
#include "ui/palette_entries.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/export_menu.h"
#include "ui/panels/key_sheet.h"
#include "ui/panels/manual_window.h"
#include "ui/panels/maximiser.h"
#include "ui/panels/palette.h"
#include "ui/panels/prefill_bar.h"
#include "ui/panels/stage.h"
#include "ui/panels/status_bar.h"
#include "ui/panels/timeline.h"
#include "ui/panels/timeline_lanes.h"
#include "ui/panels/top_bar.h"
#include "ui/window_memory.h"

#include <QAction>
#include <QSplitter>

namespace mixscope {

namespace {
constexpr double kTimelineZoom = 1.6; // of a key
constexpr double kTimelinePan = 0.25; // of what is in sight
} // namespace

void MainWindow::connectModels()
{
    connect(&store_, &RunStore::modelChanged, this, &MainWindow::onModel);
    connect(&store_, &RunStore::tokensChanged, this,
            [this](int first) { selection_.setHistory(first, store_.tokens() - 1); });
    connect(&conversation_, &Conversation::cleared, this, [this] { store_.clear(); });
    connect(&conversation_, &Conversation::busyChanged, this, [this] {
        if (!conversation_.busy()) controls_.setPaused(false);
        if (conversation_.busy()) selection_.lockToken(-1);
    });
    connect(&selection_, &Selection::layerChanged, this,
            [this] { store_.setAttentionFocus(selection_.attention().layer); });
    connect(stage_, &Stage::attentionWanted, this, [this](int layer) {
        engine_.recomputeAttention(layer);
        store_.awaitAttention(layer);
    });
    connect(stage_, &Stage::probeLevelWanted, this,
            [this] { controls_.setLevel(ProbeLevel::standard); });
    connect(stage_, &Stage::exportWanted, this,
            [this](View* view, QPoint at) { export_->offer(*view, at); });
    connect(export_, &ExportMenu::written, this,
            [this](const QString& what) { status_->setMessage(tr("exported %1").arg(what)); });
    connect(export_, &ExportMenu::failed, this,
            [this](const Error& error) { error_->showError(tr("The export"), error); });
    connect(stage_, &Stage::maximiseWanted, this, &MainWindow::maximise);
    connect(stage_, &Stage::tabWanted, this, [this](int tab) {
        maximiser_->restore(); // of another view
        stage_->showTab(tab);
    });
}

void MainWindow::connectCommands()
{
    commands_->on("file.settings", [this] { openSettings(); });
    commands_->on("file.quit", [this] { close(); });
    commands_->on("file.export", [this] {
        View* view = stage_->activeView();
        if (view != nullptr) export_->offer(*view, view->mapToGlobal(QPoint(0, 0)));
    });
    const auto onView = [this](const char* id, auto act) {
        commands_->on(id, [this, act] {
            if (View* view = stage_->activeView()) act(*view);
        });
    };
    for (const ExportFormatInfo& format : exportFormats())
        onView(qPrintable(QStringLiteral("export.") + format.ending),
               [this, ending = format.ending](View& view) { export_->chooseFile(view, ending); });
    onView("export.copyPicture", [this](View& view) { export_->copyPicture(view); });
    onView("export.copyNumbers", [this](View& view) { export_->copyNumbers(view); });
    commands_->on("run.prompt", [this] {
        stage_->reveal(chat_);
        chat_->focusPrompt();
    });
    commands_->on("panel.maximise", [this] { maximise(focusedPanel()); });
    commands_->on("chat.chips", [this] { chat_->toggleChips(); });
    commands_->on("chat.alternatives", [this] {
        if (!chat_->showAlternatives())
            status_->setMessage(tr("the choices before this token were not captured"));
    });
    commands_->on("go.release", [this] { release(); });
    commands_->on("go.token", [this] { findAnything(tr("Number or text of a token")); });
    TimelineLanes& lanes = timeline_->lanes();
    commands_->on("timeline.in", [&lanes] { lanes.zoom(kTimelineZoom); });
    commands_->on("timeline.out", [&lanes] { lanes.zoom(1.0 / kTimelineZoom); });
    commands_->on("timeline.left", [&lanes] { lanes.pan(-kTimelinePan); });
    commands_->on("timeline.right", [&lanes] { lanes.pan(kTimelinePan); });
    commands_->on("timeline.fit", [&lanes] { lanes.fit(); });
    commands_->on("help.palette",
                  [this] { findAnything(tr("Command, view, layer, setting or token")); });
    commands_->on("help.keys", [this] { showKeys(*commands_, this); });
    commands_->on("help.manual", [this] { showManual(this); });
    commands_->on("help.about", [this] { showAbout(this); });
    connect(commands_, &Commands::tabWanted, stage_, &Stage::showTab);
    connect(commands_, &Commands::said, status_, &StatusBar::setMessage);
    connect(status_, &StatusBar::commandWanted, commands_,
            [this](const QString& id) { commands_->action(id)->trigger(); });
    connect(top_, &TopBar::runWanted, this, &MainWindow::run);
    connect(chat_, &ChatPanel::promptChanged, this,
            [this] { top_->setPromptReady(chat_->hasText()); });
    connect(chat_, &ChatPanel::pinsFull, commands_, &Commands::sayPinsFull);
    connect(chat_, &ChatPanel::promptLeft, stage_, [this] { stage_->setFocus(); });
    connect(error_, &ErrorBar::cancelWanted, this, [this] { engine_.cancelOpen(); });
}

void MainWindow::findAnything(const QString& hint)
{
    commands_->refresh();
    std::vector<PaletteEntry> entries = namedEntries(*commands_, store_, selection_);
    for (PaletteEntry& entry : settingEntries([this](const QString& id) { openSettings(id); }))
        entries.push_back(std::move(entry));
    palette_->open(
        std::move(entries),
        [this](const QString& query) { return tokenEntries(store_, selection_, query); }, hint);
}

void MainWindow::release()
{
    if (!selection_.range().empty())
        selection_.setRange({});
    else if (!selection_.following() || selection_.lockedSource() >= 0) {
        selection_.lockSource(-1);
        selection_.lockToken(-1);
    } else
        maximiser_->restore();
}

void MainWindow::connectEngine()
{
    connect(&poller_, &FramePoller::loadProgress, error_, &ErrorBar::showProgress);
    connect(&poller_, &FramePoller::loaded, error_, &ErrorBar::endProgress);
    connect(&poller_, &FramePoller::promptReady, this, [this](const PromptReady& prompt) {
        reading_ = true;
        prompted_ = prompt.request;
    });
    connect(&poller_, &FramePoller::prefillProgress, this, [this](const PrefillProgress& progress) {
        reading_ = progress.done < progress.total;
        chat_->prefill().show(progress);
    });
    connect(&poller_, &FramePoller::finished, this, &MainWindow::onFinished);
    connect(&poller_, &FramePoller::failed, this, &MainWindow::onFailed);
    connect(&poller_, &FramePoller::frame, this, &MainWindow::refreshFrame);
    connect(&poller_, &FramePoller::picture, this, &MainWindow::refreshPicture);
}

} // namespace mixscope
