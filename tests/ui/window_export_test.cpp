#include "tests/support/temp_folder.h"
#include "tests/ui/window_fixture.h"
#include "ui/export/export_view.h"
#include "ui/panels/stage.h"
#include "ui/theme.h"

#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QMenu>
#include <QPainter>
#include <QSvgRenderer>
#include <QTabBar>
#include <QToolButton>

#include <array>

namespace mixscope {

namespace {

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// How many different colours a picture has: a blank one has one.
int colorsIn(const QImage& image)
{
    QSet<QRgb> seen;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3)
            seen.insert(image.pixel(x, y));
    }
    return int(seen.size());
}

/// The window after a reply, with a folder for what it exports.
class WindowExport : public WindowTest {
protected:
    WindowExport()
    {
        ask("Tell me a story about a fox named Pip.");
        waitForEnd();
    }

    /// Every view of the stage, each in its tab, drawn.
    template <class Do> void forEveryView(Do act)
    {
        auto& tabs = control<QTabBar>("Views");
        auto& stage = *window.findChild<Stage*>();
        for (int tab = 0; tab < int(viewTable().size()); ++tab) {
            tabs.setCurrentIndex(tab);
            stage.setFocus();
            spin(120);
            View* view = stage.activeView();
            ASSERT_NE(view, nullptr) << tab;
            EXPECT_EQ(view->title(), tabs.tabText(tab));
            SCOPED_TRACE(view->title().toStdString());
            act(*view);
        }
    }

    QString path(const View& view, const char* ending) const
    {
        return QString::fromStdString((folder.path() / "view").string()) + view.title() + ending;
    }

    TempFolder folder;
};

} // namespace

TEST_F(WindowExport, WritesEachViewAsAPictureOfItsSizeWithItsStory)
{
    forEveryView([this](View& view) {
        const QString file = path(view, ".png");
        ASSERT_TRUE(exportView(view, file, {.scale = 2.0, .paper = false}));
        const QImage image(file);
        EXPECT_EQ(image.size(), view.size() * 2);
        EXPECT_GT(colorsIn(image), 8);
        EXPECT_TRUE(image.text("Description").contains("tiny-hybrid-13m"));
        EXPECT_TRUE(image.text("Description").contains(view.describe()));
    });
}

TEST_F(WindowExport, WritesEachViewAsADrawingWhoseTextIsText)
{
    forEveryView([this](View& view) {
        const QString file = path(view, ".svg");
        ASSERT_TRUE(exportView(view, file, {}));
        QSvgRenderer svg(file);
        ASSERT_TRUE(svg.isValid());
        QImage image(view.size(), QImage::Format_RGB32);
        image.fill(Qt::red);
        QPainter painter(&image);
        svg.render(&painter);
        EXPECT_GT(colorsIn(image), 8);
        EXPECT_NE(image.pixel(2, 2), QColor(Qt::red).rgb()) << "the figure has a background";
        const QByteArray xml = bytesOf(file);
        EXPECT_TRUE(xml.contains("<text")) << "text stays text";
        EXPECT_TRUE(xml.contains(view.title().toUtf8()));
    });
}

TEST_F(WindowExport, WritesEachViewAsOnePage)
{
    forEveryView([this](View& view) {
        const QString file = path(view, ".pdf");
        ASSERT_TRUE(exportView(view, file, {}));
        const QByteArray pdf = bytesOf(file);
        EXPECT_TRUE(pdf.startsWith("%PDF-"));
        EXPECT_TRUE(pdf.trimmed().endsWith("%%EOF"));
        EXPECT_EQ(pdf.count("/Type /Page\n"), 1);
        EXPECT_TRUE(pdf.contains("/FontName")) << "text stays text, with its font";
    });
}

TEST_F(WindowExport, PaperIsLightAndTheWindowStaysAsItWas)
{
    Theme::instance().setTheme("dark");
    spin(100);
    forEveryView([](View& view) {
        const QSize size = view.size();
        const QImage paper = pictureOf(view, {.scale = 1.0, .paper = true});
        EXPECT_GT(QColor(paper.pixel(2, 2)).lightness(), 200);
        EXPECT_EQ(Theme::instance().name(), "dark");
        EXPECT_EQ(view.size(), size);
        EXPECT_LT(QColor(pictureOf(view, {.scale = 1.0, .paper = false}).pixel(2, 2)).lightness(),
                  60);
    });
}

TEST_F(WindowExport, LeavesTheToolsOutOfTheFigureAndBringsThemBack)
{
    View* view = window.findChild<Stage*>()->activeView();
    QToolButton* button = nullptr;
    for (QToolButton* each : view->findChildren<QToolButton*>()) {
        if (each->accessibleName() == "Export view") button = each;
    }
    ASSERT_NE(button, nullptr);
    view->setFigure(true);
    EXPECT_FALSE(button->isVisible());
    view->setFigure(false);
    EXPECT_TRUE(button->isVisible());
}

TEST_F(WindowExport, SaysThatAFileCannotBeWritten)
{
    View* view = window.findChild<Stage*>()->activeView();
    const Result<void> done = exportView(*view, "/no/such/folder/a.png", {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::io);
    EXPECT_NE(done.error().what.find("/no/such/folder/a.png"), std::string::npos);
}

TEST_F(WindowExport, MenuOffersEveryFormat)
{
    View* view = window.findChild<Stage*>()->activeView();
    Q_EMIT view->exportWanted(QPoint(10, 10));
    spin(20);
    QStringList offered;
    for (const QMenu* menu : window.findChildren<QMenu*>()) {
        if (!menu->isVisible()) continue;
        for (const QAction* action : menu->actions())
            offered << action->text();
    }
    for (const char* text : {"PNG picture…", "SVG drawing…", "PDF page…", "CSV numbers…",
                             "Copy picture", "Copy numbers"})
        EXPECT_TRUE(offered.contains(QString::fromUtf8(text))) << text;
}

TEST_F(WindowExport, MaximisedViewHasTheRoomAndGivesItBack)
{
    auto& stage = *window.findChild<Stage*>();
    View* view = stage.activeView();
    const QSize before = view->size();
    Q_EMIT view->maximiseWanted();
    spin(100);
    EXPECT_GT(view->width(), window.width() * 9 / 10);
    EXPECT_FALSE(control<QTextEdit>("Transcript").isVisible());
    Q_EMIT view->maximiseWanted();
    spin(100);
    EXPECT_EQ(view->size(), before);
    EXPECT_TRUE(control<QTextEdit>("Transcript").isVisible());
}

} // namespace mixscope
