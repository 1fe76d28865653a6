#include "ui/commands.h"
#include "ui/main_window.h"
#include "ui/models/conversation_recorder.h"
#include "ui/models/conversation_store.h"
#include "ui/models/recent_models.h"
#include "ui/models/settings.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/conversations_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/settings_window.h"
#include "ui/panels/stage.h"
#include "ui/panels/start_page.h"
#include "ui/panels/status_bar.h"
#include "ui/panels/top_bar.h"
#include "ui/panels/tour.h"
#include "ui/settings_binding.h"
#include "ui/views/view.h"
#include "ui/window_memory.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>

namespace mixscope {

// What the window keeps from one start to the next.

void MainWindow::connectSettings()
{
    new SettingsBinding(*settings_, controls_, poller_, conversation_, store_, this);
    connect(settings_.get(), &Settings::troubled, this,
            [this](const QString& what, const QString& hint) {
                showTrouble(tr("Keeping the settings"), what, hint);
            });
    memory_->watch(*columns_, "columns");
    memory_->watch(*rows_, "rows");
}

/// A file of ours that cannot be read or written.
void MainWindow::showTrouble(const QString& during, const QString& what, const QString& hint)
{
    error_->showError(during, {ErrorCode::io, what.toStdString(), hint.toStdString()});
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

void MainWindow::connectOpening()
{
    commands_->on("file.open", [this] { chooseFolder(); });
    commands_->on("file.openFile", [this] { chooseFile(); });
    connect(chat_, &ChatPanel::openWanted, this, &MainWindow::chooseFolder);
    connect(&store_, &RunStore::modelChanged, this,
            [this] { recent_->add(QString::fromStdString(store_.model()->path)); });
    QMenu* file = top_->menus().actions().front()->menu();
    recentMenu_ = new QMenu(tr("Open recent"), file);
    file->insertMenu(commands_->action("file.conversations"), recentMenu_);
    connect(recentMenu_, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
    fillRecent();
}

void MainWindow::fillRecent()
{
    recentMenu_->clear();
    for (const QString& folder : recent_->folders()) {
        const QString name = QFileInfo(folder).fileName();
        const bool there = hasModel(folder);
        QAction* entry = recentMenu_->addAction(there ? name : tr("%1 (missing: remove)").arg(name));
        entry->setToolTip(folder);
        connect(entry, &QAction::triggered, this, [this, folder, there] {
            if (there) return open(folder.toStdString());
            recent_->remove(folder);
            status_->setMessage(tr("%1 is no longer in the list").arg(folder));
        });
    }
    recentMenu_->setToolTipsVisible(true);
    if (!recentMenu_->isEmpty()) return;
    recentMenu_->addAction(tr("No model has been opened yet"))->setEnabled(false);
}

void MainWindow::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Open a model folder"));
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    openChosen(*dialog);
}

void MainWindow::chooseFile()
{
    auto* dialog =
        new QFileDialog(this, tr("Open a model by a file in its folder"), {},
                        tr("Files of a model (*.safetensors config.json *.json *.model)"));
    dialog->setFileMode(QFileDialog::ExistingFile);
    openChosen(*dialog);
}

void MainWindow::openChosen(QFileDialog& dialog)
{
    dialog.setAttribute(Qt::WA_DeleteOnClose);
    connect(&dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { open(modelFolderOf(path).toStdString()); });
    dialog.open(); // returns at once: the model goes on writing
}

void MainWindow::connectTour()
{
    const auto showView = [this](const char* id) { stage_->showTab(viewRow(id)); };
    auto* tour = new Tour({store_, selection_, conversation_, *settings_, showView,
                           [this] { open(bundled_); }},
                          this);
    commands_->on("help.tour", [tour] { tour->start(); });
    connect(chat_, &ChatPanel::tourWanted, tour, &Tour::start);
    const auto offer = [this, tour] { chat_->start().showTour(!tour->taken()); };
    connect(tour, &Tour::left, this, offer);
    offer();
}

} // namespace mixscope
