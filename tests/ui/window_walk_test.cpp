#include "tests/support/temp_folder.h"
#include "tests/ui/window_fixture.h"
#include "ui/panels/inspector.h"
#include "ui/panels/timeline_lanes.h"
#include "ui/plot/plot_area.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"

#include <QAbstractButton>
#include <QPushButton>

namespace mixscope {

namespace {

/// What a person does beyond chatting, through the controls of the whole window.
class WindowWalk : public WindowTest {
protected:
    void answer()
    {
        ask("Tell me a story about a fox named Pip.");
        waitForEnd();
    }
    TimelineLanes& lanes() { return *window.findChild<TimelineLanes*>(); }
    PlotArea& plot(const QString& name) { return control<PlotArea>(name); }
    /// What receives the mouse in a plot.
    static QWidget* surface(PlotArea& plot)
    {
        return plot.findChild<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
    }
};

} // namespace

TEST_F(WindowWalk, ScrubsByMouseAndByKeyboard)
{
    answer();
    TimelineLanes& timeline = lanes();
    const auto point = [&](int token) {
        return QPoint(int(timeline.xOf(token + 0.5)), timeline.height() / 2);
    };
    QTest::mousePress(&timeline, Qt::LeftButton, Qt::NoModifier, point(30));
    QTest::mouseMove(&timeline, point(41));
    QTest::mouseRelease(&timeline, Qt::LeftButton, Qt::NoModifier, point(41));
    spin(60);
    EXPECT_EQ(window.selection().lockedToken(), 41);
    EXPECT_FALSE(window.selection().following());
    timeline.setFocus();
    QTest::keyClick(&timeline, Qt::Key_Right);
    QTest::keyClick(&timeline, Qt::Key_Right);
    QTest::keyClick(&timeline, Qt::Key_Left);
    EXPECT_EQ(window.selection().lockedToken(), 42);
    QTest::mouseClick(&control<QPushButton>("Follow"), Qt::LeftButton);
    EXPECT_TRUE(window.selection().following());
}

TEST_F(WindowWalk, LocksOnAClickInTheMapAndLetsGo)
{
    answer();
    PlotArea& map = plot("Attention map");
    const QPoint cell = QPointF(map.map().x(20.5), map.map().y(60.5)).toPoint();
    QTest::mouseClick(surface(map), Qt::LeftButton, Qt::NoModifier, cell);
    spin(60);
    EXPECT_EQ(window.selection().lockedToken(), 60);
    EXPECT_EQ(window.selection().lockedSource(), 20);
    QTest::mouseMove(surface(map), QPointF(map.map().x(10.5), map.map().y(80.5)).toPoint());
    spin(60);
    EXPECT_EQ(window.selection().token(), 80) << "hovering previews";
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(surface(map), &leave);
    spin(60);
    EXPECT_EQ(window.selection().token(), 60) << "the lock stays";
    EXPECT_EQ(window.selection().source(), 20);
    const QString said = window.findChild<InspectorLines*>()->plainText();
    EXPECT_TRUE(said.contains("Source token 20, 40 back")) << said.toStdString();
    spin(200); // descriptions follow after a while
    const float weight = window.store().attention(window.selection().attention().layer)
                             ->at(window.selection().attention().head, 60, 20);
    EXPECT_TRUE(map.accessibleDescription().endsWith(shortNumber(double(weight))))
        << map.accessibleDescription().toStdString();
    map.setFocus();
    QTest::keyClick(&map, Qt::Key_Escape);
    spin(60);
    EXPECT_TRUE(window.selection().following());
    EXPECT_EQ(window.selection().source(), -1) << "both are let go at once";
}

TEST_F(WindowWalk, AsksAgainWithAnEditedMessage)
{
    answer();
    auto& prompt = control<QPlainTextEdit>("Prompt");
    prompt.setFocus();
    QTest::keyClick(&prompt, Qt::Key_Up);
    EXPECT_EQ(prompt.toPlainText(), "Tell me a story about a fox named Pip.");
    prompt.selectAll();
    QTest::keyClicks(&prompt, "Hi, my name is Hana.");
    QTest::keyClick(&prompt, Qt::Key_Return);
    waitForEnd();
    EXPECT_FALSE(transcript().contains("fox named Pip."));
    EXPECT_TRUE(transcript().contains("Hi, my name is Hana."));
    EXPECT_EQ(window.conversation().messages().size(), 2U);
}

TEST_F(WindowWalk, OpensASecondModelWhileTheFirstWrites)
{
    window.controls().setPaceStop(4);
    ask("Tell me a story about a fox named Pip.");
    waitFor([this] { return window.store().tokens() > 20; });
    const ModelInfo* first = window.store().model();
    const TempFolder folder;
    std::filesystem::create_directory_symlink(bundled_model(), folder.path() / "twin");
    window.open(folder.path() / "twin");
    waitFor([&] { return window.store().model() != first; });
    spin(100);
    EXPECT_FALSE(window.conversation().busy());
    EXPECT_EQ(window.store().tokens(), 0);
    EXPECT_FALSE(transcript().contains("Pip"));
}

TEST_F(WindowWalk, GoesOnWithItsModelWhenAnotherIsBroken)
{
    answer();
    const QString before = transcript();
    const TempFolder folder;
    folder.write("config.json", "{\"model_type\": \"granitemoehybrid\", \"hidden_size\": -3");
    window.open(folder.path());
    waitFor([this] { return control<QPushButton>("Dismiss").isVisible(); });
    EXPECT_EQ(window.store().model()->name, "tiny-hybrid-13m");
    EXPECT_EQ(transcript(), before);
    ask("Who?");
    waitForEnd();
    EXPECT_GT(transcript().size(), before.size());
}

TEST_F(WindowWalk, KeepsItsButtonsWholeInEveryThemeAndScale)
{
    answer();
    const QString theme = Theme::instance().name();
    for (const QString& name : Theme::instance().names()) {
        for (const double scale : {0.8, 1.0}) {
            Theme::instance().setTheme(name);
            Theme::instance().setScale(scale);
            window.resize(1600, 1000);
            spin(150);
            EXPECT_EQ(window.size(), QSize(1600, 1000)) << name.toStdString() << " " << scale;
            for (const QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
                if (!button->isVisible() || button->text().isEmpty()) continue;
                EXPECT_GE(button->width(), button->minimumSizeHint().width())
                    << button->text().toStdString() << " in " << name.toStdString() << " at "
                    << scale;
            }
        }
    }
    Theme::instance().setScale(1.0);
    Theme::instance().setTheme(theme);
}

} // namespace mixscope
