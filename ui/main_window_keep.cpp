#include "ui/commands.h"
#include "ui/main_window.h"
#include "ui/models/conversation_recorder.h"
#include "ui/models/conversation_store.h"
#include "ui/models/settings.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/conversations_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/settings_window.h"
#include "ui/panels/status_bar.h"
#include "ui/settings_binding.h"
#include "ui/window_memory.h"

namespace mixscope {

// What the window keeps from one start to the next.

void MainWindow::connectSettings()
{
    new SettingsBinding(*settings_, controls_, poller_, conversation_, this);
    connect(settings_.get(), &Settings::troubled, this,
            [this](const QString& what, const QString& hint) {
                error_->showError(tr("Keeping the settings"),
                                  {ErrorCode::io, what.toStdString(), hint.toStdString()});
            });
    memory_->watch(*columns_, "columns");
    memory_->watch(*rows_, "rows");
}

void MainWindow::openSettings()
{
    if (settingsWindow_ == nullptr) settingsWindow_ = new SettingsWindow(*settings_, this);
    settingsWindow_->open();
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
                error_->showError(tr("Keeping conversations"),
                                  {ErrorCode::io, what.toStdString(), hint.toStdString()});
            });
    connect(recorder_, &ConversationRecorder::openedOther, this, [this](const QString& model) {
        status_->setMessage(tr("This conversation was held with %1; %2 goes on with it.")
                                .arg(model, QString::fromStdString(store_.model()->name)));
    });
    const auto enable = [this] { recorder_->setEnabled(settings_->value("keep").toBool()); };
    connect(settings_.get(), &Settings::changed, this, enable);
    enable();
}

} // namespace mixscope
