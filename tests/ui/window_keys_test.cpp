#include "tests/ui/window_fixture.h"
#include "ui/commands.h"
#include "ui/panels/status_bar.h"
#include "ui/theme.h"

#include <QAction>
#include <QFrame>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTabBar>

namespace mixscope {

TEST_F(WindowTest, DoesSomethingForEveryCommand)
{
    const auto* commands = window.findChild<Commands*>();
    ASSERT_NE(commands, nullptr);
    for (const Commands::Command& command : commands->all())
        EXPECT_TRUE(command.done) << command.id.toStdString();
}

TEST_F(WindowTest, FindsALayerAndATokenByName)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    auto* commands = window.findChild<Commands*>();
    commands->action("help.palette")->trigger();
    auto& line = control<QLineEdit>("Find");
    ASSERT_TRUE(line.isVisible());
    QTest::keyClicks(&line, "layer 7");
    EXPECT_EQ(control<QListView>("Found").currentIndex().data().toString(), "Layer 7 attention");
    QTest::keyClick(&line, Qt::Key_Return);
    EXPECT_FALSE(line.isVisible());
    EXPECT_EQ(window.selection().layer(), 7);
    commands->action("go.token")->trigger();
    QTest::keyClicks(&line, "12");
    QTest::keyClick(&line, Qt::Key_Return);
    EXPECT_EQ(window.selection().lockedToken(), 12);
}

TEST_F(WindowTest, FreezesTheViewButNotTheModel)
{
    window.controls().setPaceStop(6);
    ask("Tell me a story about a fox named Pip.");
    waitFor([this] { return window.store().tokens() > 24; });
    window.selection().lockToken(10);
    const int tokens = window.store().tokens();
    waitFor([this, tokens] { return window.store().tokens() > tokens + 5; });
    EXPECT_EQ(window.selection().token(), 10) << "new tokens take no selection away";
    EXPECT_TRUE(window.conversation().busy());
    window.selection().setRange({3, 8});
    QTest::keyClick(&window, Qt::Key_Escape);
    EXPECT_TRUE(window.selection().range().empty());
    EXPECT_EQ(window.selection().lockedToken(), 10) << "the range goes first";
    QTest::keyClick(&window, Qt::Key_Escape);
    EXPECT_TRUE(window.selection().following());
    waitForEnd();
}

TEST_F(WindowTest, ShowsWhatMightHaveBeenSaid)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    const int token = window.store().tokens() - 20;
    window.selection().lockToken(token);
    window.findChild<Commands*>()->action("chat.alternatives")->trigger();
    auto& popup = control<QFrame>("Alternatives");
    EXPECT_TRUE(popup.isVisible());
    const TopChoice& best = window.store().token(token - 1).next.front();
    EXPECT_TRUE(popup.accessibleDescription().contains(QString::number(double(best.p_raw), 'f', 3)))
        << popup.accessibleDescription().toStdString();
    popup.close();
}

TEST_F(WindowTest, KeepsEveryTabInReachOnAProjector)
{
    Theme::instance().setTheme("projector");
    spin(200);
    EXPECT_EQ(window.size(), QSize(1600, 1000)) << "larger type does not push the window wider";
    auto& tabs = control<QTabBar>("Views");
    EXPECT_EQ(tabs.tabText(tabs.count() - 1), "Inspector");
    for (int tab = 0; tab < tabs.count(); ++tab)
        EXPECT_TRUE(tabs.rect().contains(tabs.tabRect(tab))) << tab;
    EXPECT_LE(window.minimumSizeHint().height(), 972);
    Theme::instance().setTheme("dark");
    spin(100);
}

TEST_F(WindowTest, GoesWhereAnItemOfTheStatusBarIsChanged)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    auto& status = *window.findChild<StatusBar*>();
    QSignalSpy wanted(&status, &StatusBar::commandWanted);
    QTest::mouseClick(&status, Qt::LeftButton, {}, QPoint(30, 12));
    ASSERT_EQ(wanted.count(), 1);
    EXPECT_EQ(wanted.front().front().toString(), "run.prompt");
}

} // namespace mixscope
