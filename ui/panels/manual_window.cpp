#include "ui/panels/manual_window.h"

#include "ui/theme.h"

#include <QFile>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace mixscope {

namespace {

QString fileText(const char* path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// An empty window of its own to read in.
QTextBrowser& openPage(QWidget* parent, const QString& title)
{
    const Theme& theme = Theme::instance();
    auto* window = new QWidget(parent, Qt::Window);
    window->setObjectName("window");
    window->setAttribute(Qt::WA_DeleteOnClose);
    window->setWindowTitle(QStringLiteral("%1 – Mixscope").arg(title));
    window->resize(theme.px(760), theme.px(680));
    auto* text = new QTextBrowser(window);
    text->setAccessibleName(title);
    text->setOpenExternalLinks(true);
    text->document()->setDocumentMargin(theme.px(20));
    auto* column = new QVBoxLayout(window);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(text);
    window->show();
    return *text;
}

} // namespace

void showHtml(QWidget* parent, const QString& title, const QString& html)
{
    openPage(parent, title).setHtml(html);
}

void showManual(QWidget* parent)
{
    openPage(parent, QWidget::tr("Manual")).setMarkdown(fileText(":/docs/manual.md"));
}

void showAbout(QWidget* parent)
{
    const QString about =
        QWidget::tr(
            "# Mixscope %1\n\nAn oscilloscope for the layers of hybrid language models.\n\n"
            "Mixscope is free software under the GNU General Public License, version 3 or later. "
            "It draws with Qt %2 (LGPL) and QCustomPlot (GPL), reads SentencePiece (Apache-2.0) "
            "and "
            "JSON for Modern C++ (MIT). The bundled model tiny-hybrid-13m is CC BY 4.0.\n\n"
            "Inter and JetBrains Mono are under the SIL Open Font License:\n\n")
            .arg(MIXSCOPE_VERSION, qVersion());
    const QString fonts =
        QStringLiteral("```\n%1\n```\n\n```\n%2\n```\n")
            .arg(fileText(":/fonts/Inter-OFL.txt"), fileText(":/fonts/JetBrainsMono-OFL.txt"));
    openPage(parent, QWidget::tr("About")).setMarkdown(about + fonts);
}

} // namespace mixscope
