#include "ui/panels/export_menu.h"

#include "ui/export/export_view.h"
#include "ui/views/view.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QStandardPaths>

#include <array>

namespace mixscope {

namespace {

struct Entry {
    ExportFormat format;
    const char* text;
    const char* ending;
};
constexpr std::array kEntries {
    Entry {ExportFormat::png, QT_TRANSLATE_NOOP("mixscope::ExportMenu", "PNG picture…"), "png"},
    Entry {ExportFormat::svg, QT_TRANSLATE_NOOP("mixscope::ExportMenu", "SVG drawing…"), "svg"},
    Entry {ExportFormat::pdf, QT_TRANSLATE_NOOP("mixscope::ExportMenu", "PDF page…"), "pdf"},
    Entry {ExportFormat::csv, QT_TRANSLATE_NOOP("mixscope::ExportMenu", "CSV numbers…"), "csv"},
};

// For as long as the program runs: where the last file went, and on which paper.
QString lastFolder;
bool lastPaper = true;

} // namespace

ExportMenu::ExportMenu(View& view, QWidget* parent)
    : QMenu(parent)
    , view_(view)
{
    setAttribute(Qt::WA_DeleteOnClose);
    for (int i = 0; i < int(kEntries.size()); ++i)
        addFile(i);
    addSeparator();
    connect(addAction(tr("Copy picture")), &QAction::triggered, this, &ExportMenu::copyPicture);
    connect(addAction(tr("Copy numbers")), &QAction::triggered, this, &ExportMenu::copyNumbers);
    addSeparator();
    paper_ = addAction(tr("Pictures on white paper"));
    paper_->setCheckable(true);
    paper_->setChecked(lastPaper);
    connect(paper_, &QAction::toggled, this, [](bool paper) { lastPaper = paper; });
}

void ExportMenu::addFile(int format)
{
    connect(addAction(tr(kEntries[std::size_t(format)].text)), &QAction::triggered, this,
            [this, format] { save(format); });
}

void ExportMenu::save(int format)
{
    const Entry& entry = kEntries[std::size_t(format)];
    if (lastFolder.isEmpty())
        lastFolder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    const QString name = view_.title().toLower() + QLatin1Char('.') + QLatin1String(entry.ending);
    QString path = QFileDialog::getSaveFileName(view_.window(), tr("Export %1").arg(view_.title()),
                                                lastFolder + QLatin1Char('/') + name,
                                                filterOf(entry.format));
    if (path.isEmpty()) return;
    if (QFileInfo(path).suffix().toLower() != QLatin1String(entry.ending))
        path += QLatin1Char('.') + QLatin1String(entry.ending);
    lastFolder = QFileInfo(path).absolutePath();
    const Result<void> done = exportView(view_, path, {.paper = lastPaper});
    if (done)
        Q_EMIT written(QFileInfo(path).fileName());
    else
        Q_EMIT failed(done.error());
}

void ExportMenu::copyPicture()
{
    QGuiApplication::clipboard()->setImage(pictureOf(view_, {.paper = lastPaper}));
    Q_EMIT written(tr("the picture"));
}

void ExportMenu::copyNumbers()
{
    QGuiApplication::clipboard()->setText(QString::fromUtf8(numbersOf(view_)));
    Q_EMIT written(tr("the numbers"));
}

} // namespace mixscope
