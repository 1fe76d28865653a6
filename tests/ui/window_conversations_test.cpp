#include "tests/support/temp_folder.h"
#include "tests/ui/window_fixture.h"
#include "ui/panels/conversations_panel.h"

#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>

#include <fstream>

namespace mixscope {

namespace {

class WindowConversationsTest : public WindowTest {
protected:
    WindowConversationsTest() { EXPECT_TRUE(QTest::qWaitForWindowActive(&window)); }

    QPushButton& button(const QString& name) { return control<QPushButton>(name); }
    QListView& list() { return control<QListView>("Conversation list"); }
    void click(const QString& name) { QTest::mouseClick(&button(name), Qt::LeftButton); }
    void openList()
    {
        QTest::keyClick(&window, Qt::Key_O, Qt::ControlModifier | Qt::ShiftModifier);
        ASSERT_TRUE(list().isVisible());
    }
    QString title(int row) { return list().model()->index(row, 0).data().toString(); }
    int rows() { return list().model()->rowCount(); }

    void holdTwo()
    {
        ask("Tell me a story about a fox named Pip.");
        waitForEnd();
        first = transcript();
        click("New chat");
        ask("Hi, my name is Hana.");
        waitForEnd();
    }

    QString first;
};

} // namespace

TEST_F(WindowConversationsTest, OpensAnEarlierOneByKeysAloneAndGoesOnWithIt)
{
    holdTwo();
    openList();
    auto& search = control<QLineEdit>("Search conversations");
    ASSERT_TRUE(search.hasFocus());
    ASSERT_EQ(rows(), 2);
    EXPECT_EQ(title(0), "Hi, my name is Hana.");
    EXPECT_EQ(list().currentIndex().row(), 0) << "the present one";
    QTest::keyClick(&search, Qt::Key_Down);
    QTest::keyClick(&search, Qt::Key_Return);
    EXPECT_FALSE(list().isVisible());
    spin(80);
    EXPECT_EQ(transcript(), first) << "read again, with nothing computed";
    ask("Who?");
    waitForEnd();
    EXPECT_EQ(window.conversation().messages().size(), 4U);
    EXPECT_TRUE(transcript().startsWith(first));
    openList();
    EXPECT_EQ(title(0), "Tell me a story about a fox named Pip.") << "the newest is first";
}

TEST_F(WindowConversationsTest, FindsRenamesDeletesAndBringsBack)
{
    holdTwo();
    click("Conversations");
    auto& search = control<QLineEdit>("Search conversations");
    QTest::keyClicks(&search, "hana");
    ASSERT_EQ(rows(), 1);
    click("Rename conversation");
    auto* editor = list().findChild<QLineEdit*>();
    ASSERT_NE(editor, nullptr);
    editor->setText("Names");
    QTest::keyClick(editor, Qt::Key_Return);
    spin(20);
    search.clear();
    spin(20);
    ASSERT_EQ(rows(), 2);
    EXPECT_EQ(title(0), "Names");
    list().setFocus();
    list().setCurrentIndex(list().model()->index(0, 0));
    QTest::keyClick(&list(), Qt::Key_Delete);
    spin(20);
    EXPECT_EQ(rows(), 1);
    EXPECT_TRUE(window.conversation().empty()) << "what is deleted is not written on";
    ASSERT_TRUE(button("Undo delete").isVisible());
    click("Undo delete");
    spin(20);
    EXPECT_EQ(rows(), 2);
    QTest::keyClick(&list(), Qt::Key_Escape);
    EXPECT_FALSE(list().isVisible());
    EXPECT_TRUE(control<QPlainTextEdit>("Prompt").hasFocus());
}

TEST_F(WindowConversationsTest, ExportsTheChosenOne)
{
    ask("Hi, my name is Hana.");
    waitForEnd();
    openList();
    const TempFolder folder;
    auto& panel = *window.findChild<ConversationsPanel*>();
    QSignalSpy failed(&panel, &ConversationsPanel::failed);
    const std::string file = (folder.path() / "hana.md").string();
    panel.exportTo(QString::fromStdString(file));
    std::ifstream in(file);
    const std::string text {std::istreambuf_iterator<char>(in), {}};
    EXPECT_NE(text.find("## You\n\nHi, my name is Hana."), std::string::npos);
    EXPECT_NE(text.find("## tiny-hybrid-13m\n\n"), std::string::npos);
    EXPECT_EQ(failed.size(), 0);
    panel.exportTo("/no/such/folder/hana.md");
    EXPECT_EQ(failed.size(), 1);
    EXPECT_TRUE(button("Dismiss").isVisible()) << "the error bar says why";
}

TEST_F(WindowConversationsTest, ShowsTheAnswerWhenOneAsksWhileTheListIsOpen)
{
    holdTwo();
    openList();
    ask("Who?");
    EXPECT_FALSE(list().isVisible());
    waitForEnd();
}

} // namespace mixscope
