#include "tests/ui/window_fixture.h"
#include "ui/models/token_text.h"

#include <QComboBox>
#include <QPushButton>
#include <QTabBar>

#include <cmath>

namespace mixscope {

TEST_F(WindowTest, WritesWhatTheEngineWrites)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    const std::vector<ChatMessage>& messages = window.conversation().messages();
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_GT(messages[1].content.size(), 40U);
    EXPECT_EQ(transcript(),
              QStringLiteral("You\nTell me a story about a fox named Pip.\ntiny-hybrid-13m\n%1")
                  .arg(QString::fromStdString(messages[1].content)));
}

TEST_F(WindowTest, CapturesEveryRowOfTheFocusedLayer)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    const RunStore& store = window.store();
    ASSERT_EQ(window.selection().layer(), 3);
    ASSERT_NE(store.attention(3), nullptr);
    for (int query = 0; query < store.tokens(); ++query) {
        const std::vector<float> row = store.attention(3)->row(0, query);
        ASSERT_EQ(row.size(), std::size_t(query) + 1);
        float sum = 0.0F;
        for (const float weight : row)
            sum += weight;
        EXPECT_NEAR(sum, 1.0F, 0.01F) << query;
    }
    const Lane* norms = store.lane(Probe::state_norm, 0);
    ASSERT_NE(norms, nullptr);
    for (int token = 0; token < store.tokens(); ++token)
        EXPECT_TRUE(std::isfinite(norms->at(token, 7))) << token;
}

TEST_F(WindowTest, RestsWhenNothingComesOrMoves)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    spin(1000); // the descriptions follow a while later
    struct : QObject {
        bool eventFilter(QObject* watched, QEvent* event) override
        {
            if (event->type() == QEvent::Paint && watched->inherits("QCustomPlot")) ++plots;
            return false;
        }
        int plots = 0;
    } painted;
    qApp->installEventFilter(&painted);
    spin(500);
    EXPECT_EQ(painted.plots, 0) << "plots were drawn again, though they would show the same";
    window.selection().hoverToken(5);
    spin(100);
    EXPECT_GT(painted.plots, 0) << "the crosshair";
    qApp->removeEventFilter(&painted);
}

TEST_F(WindowTest, StopsAndIsAskedAgain)
{
    window.controls().setPaceStop(4); // 20 a second, so that there is something to stop
    ask("Tell me a story about a fox named Pip.");
    waitFor([this] { return window.store().tokens() > 20; });
    QTest::mouseClick(&control<QPushButton>("Stop"), Qt::LeftButton);
    waitForEnd();
    const QString partial = transcript();
    EXPECT_TRUE(partial.startsWith("You\nTell me a story")) << partial.toStdString();
    EXPECT_FALSE(control<QPushButton>("Stop").isVisible());
    window.controls().setPaceStop(int(EngineControls::kPaces.size()) - 1);
    ask("Hi, my name is Hana.");
    waitForEnd();
    EXPECT_TRUE(transcript().startsWith(partial)) << "the first reply stays as it was";
    EXPECT_TRUE(transcript().contains("Hi, my name is Hana."));
    EXPECT_GT(window.store().reusedTokens(), 15) << "the first turn is not computed again";
}

TEST_F(WindowTest, ChangesLayerAndHeadWhileItWrites)
{
    window.controls().setPaceStop(7);
    ask("Tell me a story about a fox named Pip.");
    waitFor([this] { return window.store().tokens() > 20; });
    auto& layer = control<QComboBox>("Layer");
    auto& head = control<QComboBox>("Head");
    EXPECT_EQ(layer.currentText(), "3 attention");
    layer.setCurrentIndex(7);
    head.setCurrentIndex(2);
    EXPECT_EQ(window.selection().layer(), 7);
    EXPECT_EQ(window.selection().head(), 2);
    const int changed = window.store().tokens();
    waitForEnd();
    // Rows from the change on came as they were written, those before it were recomputed.
    waitFor([this] {
        return window.store().attention(7) != nullptr && window.store().attention(7)->has_row(0);
    });
    EXPECT_TRUE(window.store().attention(7)->has_row(window.store().tokens() - 1));
    EXPECT_LT(changed, window.store().tokens());
}

TEST_F(WindowTest, CapturesThePromptOfTheFocusedLayerAsItIsRead)
{
    window.controls().setPaceStop(4);
    ask("Tell me a story about a fox named Pip.");
    waitFor([this] { return window.store().tokens() > 20; });
    ASSERT_NE(window.store().attention(3), nullptr);
    for (int query = 0; query < 20; ++query)
        EXPECT_TRUE(window.store().attention(3)->has_row(query)) << query;
}

TEST_F(WindowTest, RegeneratesAndContinues)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    const QString first = transcript();
    QTest::mouseClick(&control<QPushButton>("Regenerate"), Qt::LeftButton);
    waitForEnd();
    EXPECT_NE(transcript(), first) << "the next seed tells another story";
    EXPECT_EQ(window.conversation().messages().size(), 2U);
    const qsizetype length = transcript().size();
    QTest::mouseClick(&control<QPushButton>("Continue"), Qt::LeftButton);
    waitForEnd();
    EXPECT_GE(transcript().size(), length);
    EXPECT_EQ(window.conversation().messages().size(), 2U);
}

TEST_F(WindowTest, BeginsANewChatWithNothingLeftOfTheOld)
{
    ask("Hi, my name is Hana.");
    waitForEnd();
    QTest::mouseClick(&control<QPushButton>("New chat"), Qt::LeftButton);
    spin(100);
    EXPECT_EQ(window.store().tokens(), 0);
    EXPECT_EQ(transcript(), "");
    ask("Who?");
    waitForEnd();
    EXPECT_FALSE(transcript().contains("Hana."));
}

TEST_F(WindowTest, ShowsEveryTabWithoutAGap)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    auto& tabs = control<QTabBar>("Views");
    for (int tab = 0; tab < tabs.count(); ++tab) {
        tabs.setCurrentIndex(tab);
        spin(120);
        EXPECT_EQ(window.grab().size(), window.size());
    }
    EXPECT_GE(tabs.count(), 4);
}

TEST_F(WindowTest, SaysWhatIsWrongWithAFolderAndGoesOn)
{
    ask("Hi, my name is Hana.");
    waitForEnd();
    const QString before = transcript();
    window.open("/no/such/model");
    waitFor([this] { return control<QPushButton>("Dismiss").isVisible(); });
    EXPECT_EQ(transcript(), before) << "the conversation survives";
    QTest::mouseClick(&control<QPushButton>("Dismiss"), Qt::LeftButton);
    EXPECT_FALSE(control<QPushButton>("Dismiss").isVisible());
    ask("Who?");
    waitForEnd();
    EXPECT_GT(transcript().size(), before.size());
}

TEST_F(WindowTest, LabelsTheBytesOfACharacterThatTheVocabularyLacks)
{
    auto& prompt = control<QPlainTextEdit>("Prompt");
    prompt.setPlainText("你");
    QTest::keyClick(&prompt, Qt::Key_Return);
    waitForEnd();
    EXPECT_TRUE(transcript().contains("你"));
    QStringList labels;
    for (int token = 0; token < window.store().tokens(); ++token)
        labels << tokenLabel(window.store().token(token));
    const qsizetype first = labels.indexOf("⟨E4⟩");
    ASSERT_GE(first, 0) << labels.join(' ').toStdString();
    EXPECT_EQ(labels.mid(first, 3), QStringList({"⟨E4⟩", "⟨BD⟩", "⟨A0⟩"}));
}

TEST_F(WindowTest, FitsIntoASmallWindow)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    window.resize(1280, 720);
    spin(200);
    EXPECT_EQ(window.size(), QSize(1280, 720));
    auto& tabs = control<QTabBar>("Views");
    EXPECT_EQ(tabs.tabText(tabs.count() - 1), "Inspector");
    window.resize(1600, 1000);
    spin(200);
    EXPECT_NE(tabs.tabText(tabs.count() - 1), "Inspector");
}

} // namespace mixscope
