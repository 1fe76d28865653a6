#include "ui/commands.h"
#include "ui/main_window.h"
#include "ui/models/conversation_recorder.h"
#include "ui/models/conversation_store.h"
#include "ui/models/settings.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/conversations_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/settings_window.h"
#include "ui/panels/stage.h"
#include "ui/panels/start_page.h"
#include "ui/panels/status_bar.h"
#include "ui/panels/tour.h"
#include "ui/settings_binding.h"
#include "ui/views/view.h"
#include "ui/window_memory.h"

namespace mixscope {

// What the window keeps from one start to the next.

void MainWindow::connectSettings()
{
    new SettingsBinding(*settings_, controls_, poller_, conversation_, store_, this);
    connect(settings_.get(), &Settings::troubled, this,
            [this](const QString& what, const QString& hint) {
                showTrouble(tr("Keeping the settings"), what, hint);
            });
}

/// A file of ours that cannot be read or written.
void MainWindow::showTrouble(const QString& during, const QString& what, const QString& hint)
{
    error_->showError(during, {ErrorCode::io, what.toStdString(), hint.toStdString()});
}

void MainWindow::openSettings(const QString& row)
{
    if (settingsWindow_ == nullptr) settingsWindow_ = new SettingsWindow(*settings_, this);
    settingsWindow_->openAt(row);
}

void MainWindow::connectConversations()
{
    auto* page = new ConversationsPanel(*conversations_, *recorder_, conversation_, this);
    chat_->addConversations(*page);
    commands_->on("file.conversations", [this] { chat_->showConversations(true); });
    connect(page, &ConversationsPanel::said, status_, &StatusBar::setMessage);
    connect(page, &ConversationsPanel::failed, error_, &ErrorBar::showError);
    connect(conversations_, &ConversationStore::troubled, this,
            [this](const QString& what, const QString& hint) {
                showTrouble(tr("Keeping conversations"), what, hint);
            });
    connect(recorder_, &ConversationRecorder::openedOther, this, [this](const QString& model) {
        status_->setMessage(tr("This conversation was held with %1; %2 goes on with it.")
                                .arg(model, QString::fromStdString(store_.model()->name)));
    });
    const auto enable = [this] { recorder_->setEnabled(settings_->value("keep").toBool()); };
    connect(settings_.get(), &Settings::changed, this, enable);
    enable();
}

void MainWindow::connectTour()
{
    const auto showView = [this](const char* id) { stage_->showTab(viewRow(id)); };
    const auto reveal = [this](QWidget* widget) { stage_->reveal(widget); };
    auto* tour = new Tour({store_, selection_, conversation_, *settings_, showView, reveal,
                           [this] { open(bundled_); }},
                          this);
    const auto start = [this, tour] {
        chooseLayout("explore"); // its stops point at all the panels
        tour->start();
    };
    commands_->on("help.tour", start);
    connect(chat_, &ChatPanel::tourWanted, tour, start);
    const auto offer = [this, tour] { chat_->start().showTour(!tour->taken()); };
    connect(tour, &Tour::left, this, offer);
    offer();
}

} // namespace mixscope
