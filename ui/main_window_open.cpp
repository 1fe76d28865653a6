// How a model is opened: by a dialog, a drop, or from the list of recent ones.
#include "ui/commands.h"
#include "ui/main_window.h"
#include "ui/models/model_planner.h"
#include "ui/models/recent_models.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/error_bar.h"
#include "ui/panels/open_card.h"
#include "ui/panels/status_bar.h"
#include "ui/panels/top_bar.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>

namespace mixscope {

namespace {

/// The model's folder when one thing was dropped that is a folder or a file in one, else empty.
QString droppedFolder(const QMimeData& mime)
{
    const QList<QUrl> urls = mime.urls();
    return urls.size() == 1 ? modelFolderOf(urls.front().toLocalFile()) : QString();
}

} // namespace

void MainWindow::open(const std::filesystem::path& folder)
{
    error_->hide(); // what an earlier attempt said
    loading_ = true;
    engine_.open(folder);
    if (store_.model() != nullptr) return;
    planner_->plan(folder, [this](const Result<ModelPlan>& plan) {
        // What is wrong with the folder is said by loading it.
        if (plan && store_.model() == nullptr)
            store_.setPlanned(std::make_shared<const ModelInfo>(plan->info));
    });
}

/// Says what the model in the folder is and takes; it is loaded if a person says so.
void MainWindow::offer(const QString& folder)
{
    planner_->plan(folder.toStdString(), [this](const Result<ModelPlan>& plan) {
        if (!plan) return error_->showError(tr("Opening the model"), plan.error());
        error_->hide(); // what an earlier attempt said
        card_->offer(*plan);
    });
}

void MainWindow::connectOpening()
{
    commands_->on("file.open", [this] { chooseFolder(); });
    commands_->on("file.openFile", [this] { chooseFile(); });
    connect(chat_, &ChatPanel::openWanted, this, &MainWindow::chooseFolder);
    connect(&store_, &RunStore::modelChanged, this,
            [this] { recent_->add(QString::fromStdString(store_.model()->path)); });
    card_ = new OpenCard(this);
    connect(card_, &OpenCard::loadWanted, this,
            [this](const QString& folder) { open(folder.toStdString()); });
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
        QAction* entry =
            recentMenu_->addAction(there ? name : tr("%1 (missing: remove)").arg(name));
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
            [this](const QString& path) { offer(modelFolderOf(path)); });
    dialog.open(); // returns at once: the model goes on writing
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!droppedFolder(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    offer(droppedFolder(*event->mimeData()));
}

} // namespace mixscope
