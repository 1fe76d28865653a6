#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "ui/models/conversation.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/transcript_text.h"
#include "ui/panels/transcript.h"
#include "ui/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>
#include <QTest>

#include <gtest/gtest.h>

namespace mixscope {

namespace {

class TranscriptTest : public testing::Test {
protected:
    TranscriptTest()
    {
        auto model = std::make_shared<ModelInfo>();
        model->name = "tiny";
        tell({Loaded {model}});
        view.resize(400, 300);
        view.show();
        chat.send("Who is Pip?");
        // 0 <|user|>  1–3 words of the person  4 <|assistant|>
        tell({PromptReady {1, 0, 5, {-1, 0, 0, 0, -1}},
              batchOf(0, {"<|user|>", " Who", " is", " Pip?", "<|assistant|>"}, true)});
    }

    void tell(std::vector<Event> events)
    {
        store.apply(events);
        selection.setNewest(store.tokens() - 1);
        view.refresh();
        spin();
    }

    /// Decodes the words, one batch each.
    void write(const std::vector<std::string>& words)
    {
        for (const std::string& word : words)
            tell({batchOf(store.tokens(), {word}, false)});
    }

    FakeEngine engine;
    RunStore store;
    Selection selection;
    Conversation chat {engine};
    Transcript view {store, selection, chat};
};

} // namespace

TEST_F(TranscriptTest, ReadsAsTheTokensThatWereFed)
{
    write({" A", " fox", ".\n", "Really", "!", "<|end|>"});
    EXPECT_EQ(view.toPlainText(), "You\nWho is Pip?\ntiny\nA fox.\nReally!");
}

TEST_F(TranscriptTest, ReadsTheSameWhetherAppendedOrBuiltAgain)
{
    write({" A", " fox", " of", " 9\u20AC", ".\n\n", "The", " end"});
    const QString appended = view.toPlainText();
    Q_EMIT chat.changed(); // builds all of it again
    view.refresh();
    EXPECT_EQ(view.toPlainText(), appended);
}

TEST_F(TranscriptTest, FindsEachTokenWhereItIsDrawn)
{
    write({" A", " small", " fox", " ran", "."});
    for (const int token : {1, 2, 3, 5, 6, 7, 8, 9}) {
        const std::vector<QRectF> boxes = view.rectsOf(token);
        ASSERT_EQ(boxes.size(), 1U) << token;
        EXPECT_EQ(view.tokenAt(boxes[0].center().toPoint()), token);
    }
    EXPECT_TRUE(view.rectsOf(0).empty()) << "markup is not in the text";
}

TEST_F(TranscriptTest, HoversAndLocksTheTokenUnderTheMouse)
{
    write({" A", " small", " fox"});
    const QPoint fox = view.rectsOf(7)[0].center().toPoint(),
                 small = view.rectsOf(6)[0].center().toPoint();
    QTest::mouseMove(view.viewport(), fox);
    EXPECT_EQ(selection.token(), 7);
    EXPECT_TRUE(selection.following()) << "a hover is only a preview";
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, small);
    EXPECT_EQ(selection.lockedToken(), 6);
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, small);
    EXPECT_TRUE(selection.following()) << "a second click lets go";
}

TEST_F(TranscriptTest, FramesTheTokenAndItsSource)
{
    write({" A", " small", " fox"});
    const auto framed = [&](int token, const QColor& color) { // pixels along the upper edge
        const QImage seen = view.viewport()->grab().toImage();
        const QRect box = view.rectsOf(token)[0].toAlignedRect();
        int pixels = 0;
        for (int x = box.left() + 4; x < box.right() - 4; ++x) {
            const auto at = [&](int y) { return seen.pixelColor(x, y) == color; };
            pixels += at(box.top() - 1) || at(box.top()) || at(box.top() + 1) ? 1 : 0;
        }
        return pixels;
    };
    const Palette& colors = Theme::instance().palette();
    EXPECT_EQ(framed(6, colors.accent), 0);
    selection.lockToken(7);
    selection.lockSource(6);
    const int wide6 = int(view.rectsOf(6)[0].width()) - 8,
              wide7 = int(view.rectsOf(7)[0].width()) - 8;
    EXPECT_GE(framed(7, colors.warn), wide7 - 2);
    EXPECT_GT(framed(6, colors.accent), wide6 / 4);
    EXPECT_LT(framed(6, colors.accent), wide6 - 2) << "dashed, so that colour is not all";
}

TEST_F(TranscriptTest, DropsWhatTheEngineSaysIsVoid)
{
    write({" A", " fox"});
    chat.finish([this] {
        Finished end;
        end.request = engine.requests.back().id;
        end.text = "A fox";
        end.ids = {5, 6};
        return end;
    }());
    chat.regenerate();
    tell({PromptReady {2, 4, 5, {-1, 0, 0, 0, -1}}, batchOf(4, {"<|assistant|>"}, true)});
    write({" An", " owl"});
    EXPECT_EQ(view.toPlainText(), "You\nWho is Pip?\ntiny\nAn owl");
}

TEST_F(TranscriptTest, KeepsTheEndInSightOnlyWhenItWas)
{
    const std::vector<std::string> lines(40, " line\n");
    write(lines);
    QScrollBar* bar = view.verticalScrollBar();
    EXPECT_EQ(bar->value(), bar->maximum());
    bar->setValue(0); // a person reads back
    write({" more\n", " and more\n", " and more\n"});
    EXPECT_EQ(bar->value(), 0);
}

TEST_F(TranscriptTest, TintsWhatTheFocusedHeadLooksAt)
{
    write({" A"});
    TokenBatch seen = batchOf(6, {" fox"}, false);
    AttentionRows rows {.layer = 0, .n_heads = 1, .length = 7, .values = {0, 0, 0, 1, 0, 0, 0}};
    seen.attention = {rows};
    tell({seen});
    selection.setLayers({{1, true, false}});
    const auto colorAt = [this](int token) { // just left of the word, inside its box
        const QRectF box = view.rectsOf(token)[0];
        return view.viewport()->grab().toImage().pixelColor(int(box.left()) + 1,
                                                            int(box.center().y()));
    };
    EXPECT_GT(colorAt(3).blueF(), colorAt(2).blueF() + 0.2F) << "weight 1 on token 3, none on 2";
}

namespace {

Event bytesOf(int first, const std::vector<std::pair<std::string, std::string>>& tokens)
{
    TokenBatch batch;
    batch.first_position = first;
    for (const auto& [bytes, text] : tokens) {
        TokenInfo info;
        info.id = 1;
        info.piece = "piece";
        info.bytes = bytes;
        info.text = text;
        batch.tokens.push_back(info);
    }
    return batch;
}

} // namespace

TEST_F(TranscriptTest, ShowsACharacterOfThreeTokensWholeAndGivesEachItsPart)
{
    tell({bytesOf(5, {{" A", " A"}, {"\xE4", ""}, {"\xBD", ""}})});
    EXPECT_EQ(view.toPlainText(), "You\nWho is Pip?\ntiny\nA") << "no half of a character";
    tell({bytesOf(8, {{"\xA0", "你"}, {"好", "好"}})});
    EXPECT_EQ(view.toPlainText(), "You\nWho is Pip?\ntiny\nA你好");
    double right = view.rectsOf(5).at(0).right() - 2;
    for (const int token : {6, 7, 8, 9}) {
        const std::vector<QRectF> boxes = view.rectsOf(token);
        ASSERT_EQ(boxes.size(), 1U) << token;
        EXPECT_GT(boxes[0].center().x(), right) << "side by side";
        EXPECT_EQ(view.tokenAt(boxes[0].center().toPoint()), token);
        right = boxes[0].center().x();
    }
}

TEST_F(TranscriptTest, ShowsABrokenByteInABoxOfItsToken)
{
    tell({bytesOf(5, {{" A", " A"}, {"\xE4", ""}, {" fox", "\uFFFD fox"}})});
    EXPECT_EQ(view.toPlainText(), "You\nWho is Pip?\ntiny\nA⟨E4⟩ fox");
    const QRectF box = view.rectsOf(6).at(0);
    EXPECT_EQ(view.tokenAt(box.center().toPoint()), 6);
    const QImage image = view.viewport()->grab().toImage();
    const QColor ground = Theme::instance().palette().raised;
    int raised = 0;
    for (int x = int(box.left()); x < int(box.right()); ++x)
        raised += image.pixelColor(x, int(box.center().y())) == ground ? 1 : 0;
    EXPECT_GT(raised, 4) << "the ground of the box";
    Q_EMIT chat.changed();
    view.refresh();
    EXPECT_EQ(view.toPlainText(), "You\nWho is Pip?\ntiny\nA⟨E4⟩ fox");
}

TEST_F(TranscriptTest, KeepsTheOrderOfTokensWhenTheyAreChips)
{
    write({" שלום", " עולם", " and", " more"});
    const auto places = [this] {
        std::vector<double> x;
        for (const int token : {5, 6, 7, 8})
            x.push_back(view.rectsOf(token).at(0).center().x());
        return x;
    };
    const std::vector<double> read = places();
    EXPECT_GT(read[0], read[1]) << "read from right to left";
    view.setChips(true);
    const std::vector<double> chips = places();
    EXPECT_TRUE(std::is_sorted(chips.begin(), chips.end()));
    for (const int token : {5, 6, 7, 8}) {
        const QPoint middle = view.rectsOf(token).at(0).center().toPoint();
        EXPECT_EQ(view.tokenAt(middle), token);
    }
    view.selectAll();
    view.copy();
    EXPECT_FALSE(QGuiApplication::clipboard()->text().contains(QChar(0x2068)));
}

TEST(MessageText, KeepsWhatHasNoTokensYet)
{
    RunStore store;
    std::vector<Event> events {PromptReady {1, 0, 3, {0, 0, 0}},
                               batchOf(0, {" Tell", " me"}, true)};
    store.apply(events);
    const MessageText message = messageText(store, 0, "Tell me more");
    EXPECT_EQ(message.text, "Tell me more");
    ASSERT_EQ(message.pieces.size(), 3U);
    EXPECT_EQ(message.pieces[1].token, 1);
    EXPECT_EQ(message.pieces[1].text, " me");
    EXPECT_EQ(message.pieces[2].token, -1);
    EXPECT_EQ(message.pieces[2].text, " more");
}

} // namespace mixscope
