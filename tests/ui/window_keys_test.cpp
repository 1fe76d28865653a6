#include "tests/ui/window_fixture.h"
#include "ui/commands.h"

#include <QAction>
#include <QLineEdit>
#include <QListView>

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

} // namespace mixscope
