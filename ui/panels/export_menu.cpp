#include "ui/panels/export_menu.h"

#include "ui/export/export_view.h"
#include "ui/views/view.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMenu>
#include <QStandardPaths>

namespace mixscope {

ExportMenu::ExportMenu(QWidget* window)
    : QObject(window)
    , window_(window)
    , folder_(QStandardPaths::writableLocation(QStandardPaths::PicturesLocation))
{
}

void ExportMenu::offer(View& view, QPoint at)
{
    auto* menu = new QMenu(window_); // a new one each time: it knows its view
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setAccessibleName(tr("Export"));
    const auto add = [menu, this](const QString& text, auto act) {
        connect(menu->addAction(text), &QAction::triggered, this, act);
    };
    for (const ExportFormatInfo& format : exportFormats())
        add(tr(format.text), [this, &view, ending = format.ending] { chooseFile(view, ending); });
    menu->addSeparator();
    add(tr("Copy picture"), [this, &view] { copyPicture(view); });
    add(tr("Copy numbers"), [this, &view] { copyNumbers(view); });
    menu->addSeparator();
    QAction* paper = menu->addAction(tr("Pictures on white paper"));
    paper->setCheckable(true);
    paper->setChecked(paper_);
    connect(paper, &QAction::toggled, this, [this](bool on) { paper_ = on; });
    menu->popup(at);
}

void ExportMenu::chooseFile(View& view, const QString& ending)
{
    const QString name = view.title().toLower() + QLatin1Char('.') + ending;
    auto* dialog = new QFileDialog(window_, tr("Export %1").arg(view.title()), folder_,
                                   exportFormats()[std::size_t(formatOf(name))].filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(name);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, &view, ending](const QString& path) { save(view, path, ending); });
    dialog->open(); // returns at once: the model goes on writing and the window goes on drawing
}

void ExportMenu::save(View& view, QString path, const QString& ending)
{
    if (QFileInfo(path).suffix().toLower() != ending) path += QLatin1Char('.') + ending;
    folder_ = QFileInfo(path).absolutePath();
    const Result<void> done = exportView(view, path, {.paper = paper_});
    if (done)
        Q_EMIT written(QFileInfo(path).fileName());
    else
        Q_EMIT failed(done.error());
}

void ExportMenu::copyPicture(View& view)
{
    QGuiApplication::clipboard()->setImage(pictureOf(view, {.paper = paper_}));
    Q_EMIT written(tr("the picture"));
}

void ExportMenu::copyNumbers(const View& view)
{
    QGuiApplication::clipboard()->setText(QString::fromUtf8(numbersOf(view)));
    Q_EMIT written(tr("the numbers"));
}

} // namespace mixscope
