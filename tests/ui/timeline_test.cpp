#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "tests/ui/view_data.h"
#include "ui/models/conversation.h"
#include "ui/models/timeline_axis.h"
#include "ui/models/token_walk.h"
#include "ui/panels/timeline_lanes.h"
#include "ui/plot/pin_mark.h"
#include "ui/theme.h"

#include <QTest>
#include <QWheelEvent>

#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {

TEST(TimelineAxis, ShowsAllTokensUntilZoomed)
{
    TimelineAxis axis;
    axis.setTokens(10, true);
    EXPECT_EQ(axis.span(), 64.0) << "a short conversation does not fill the strip";
    axis.setTokens(4096, true);
    EXPECT_EQ(axis.first(), 0.0);
    EXPECT_GE(axis.span(), 4096.0);
    EXPECT_FALSE(axis.zoomed());
}

TEST(TimelineAxis, KeepsThePlaceItIsZoomedAround)
{
    TimelineAxis axis;
    axis.setTokens(1024, false);
    const double span = axis.span();
    axis.zoom(600.0, 4.0);
    EXPECT_DOUBLE_EQ(axis.span(), span / 4.0);
    EXPECT_DOUBLE_EQ((600.0 - axis.first()) / axis.span(), 600.0 / span);
    axis.zoom(600.0, 0.001);
    EXPECT_FALSE(axis.zoomed());
    EXPECT_EQ(axis.first(), 0.0);
}

TEST(TimelineAxis, GoesAlongOnlyWhileItFollows)
{
    TimelineAxis axis;
    axis.setTokens(512, false);
    axis.show(100, 140);
    const double first = axis.first(), span = axis.span();
    axis.setTokens(900, false);
    EXPECT_EQ(axis.first(), first);
    axis.setTokens(910, true);
    EXPECT_EQ(axis.span(), span);
    EXPECT_GE(axis.first() + axis.span(), 910.0);
    const double held = axis.first();
    axis.setTokens(911, true);
    EXPECT_EQ(axis.first(), held) << "it moves on in steps, not with every token";
}

TEST(TimelineAxis, RevealsATokenWithTheLeastMove)
{
    TimelineAxis axis;
    axis.setTokens(512, false);
    axis.show(100, 199);
    const TimelineAxis before = axis;
    axis.reveal(150);
    EXPECT_EQ(axis, before);
    axis.reveal(90);
    EXPECT_LE(axis.first(), 90.0);
    EXPECT_GT(axis.first(), 70.0);
}

namespace {

/// A store with known numbers: prompt of 20 tokens, then a reply.
class TimelineTest : public testing::Test {
protected:
    TimelineTest()
    {
        std::vector<Event> events {Loaded {view_data::hybrid()}};
        store.apply(events);
        conversation.send("How many?");
        std::vector<int> messages(20, 0);
        messages.back() = -1; // the markup after which a reply begins
        std::vector<Event> prompt {PromptReady {1, 0, 20, std::move(messages)}};
        store.apply(prompt);
    }

    /// `count` tokens; each with its own surprise, all weight of a head on the first token.
    TokenBatch batch(int first, int count, bool prefill = false)
    {
        TokenBatch out =
            batchOf(first, std::vector<std::string>(std::size_t(count), "word"), prefill);
        for (int t = 0; t < count; ++t)
            out.tokens[std::size_t(t)].surprise_bits = float((first + t) % 7);
        out.layer_ms.assign(12, 0.5F * float(count));
        return out;
    }
    void add(TokenBatch tokens)
    {
        std::vector<Event> events;
        events.emplace_back(std::move(tokens));
        store.apply(events);
    }
    static void attend(TokenBatch& tokens, int key)
    {
        AttentionRows rows;
        rows.layer = 3;
        rows.n_heads = 2;
        const int count = int(tokens.tokens.size());
        rows.length = tokens.first_position + count;
        rows.values.assign(std::size_t(2 * count * rows.length), 0.0F);
        for (int line = 0; line < 2 * count; ++line)
            rows.values[std::size_t(line * rows.length + key)] = 1.0F;
        tokens.attention.push_back(std::move(rows));
    }

    FakeEngine engine;
    RunStore store;
    Conversation conversation {engine};
    Selection selection;
};

} // namespace

TEST_F(TimelineTest, KnowsWhoWroteAToken)
{
    add(batch(0, 20, true));
    add(batch(20, 5));
    TimelineModel model(store, conversation);
    EXPECT_EQ(model.update(0), 0);
    EXPECT_EQ(model.token(18).role, TimelineModel::Role::user);
    EXPECT_EQ(model.token(19).role, TimelineModel::Role::markup);
    EXPECT_EQ(model.token(20).role, TimelineModel::Role::model);
    EXPECT_TRUE(model.token(0).begins);
    EXPECT_FALSE(model.token(18).begins);
    EXPECT_TRUE(model.token(20).begins);
    EXPECT_FLOAT_EQ(model.token(22).ms[TimelineModel::attention], 1.0F) << "layers 3 and 7";
    EXPECT_FLOAT_EQ(model.token(22).ms[TimelineModel::recurrent], 4.0F);
    EXPECT_FLOAT_EQ(model.token(22).ms[TimelineModel::rest], 1.0F);
    add(batch(25, 1));
    EXPECT_EQ(model.update(25), 25) << "only what is new looks different";
}

TEST_F(TimelineTest, SumsTheAttentionOnFarKeys)
{
    TokenBatch tokens = batch(0, 40, true);
    attend(tokens, 0);
    add(std::move(tokens));
    TimelineModel model(store, conversation);
    model.update(0);
    ASSERT_EQ(model.far().layers, (std::vector {3, 7}));
    EXPECT_FLOAT_EQ(model.far().values[0][16], 0.0F) << "16 back is not far";
    EXPECT_FLOAT_EQ(model.far().values[0][17], 1.0F);
    EXPECT_TRUE(std::isnan(model.far().values[1][17])) << "layer 7 was not looked at";
}

TEST_F(TimelineTest, TakesRowsThatComeLater)
{
    add(batch(0, 40, true));
    TimelineModel model(store, conversation);
    model.update(0);
    EXPECT_TRUE(std::isnan(model.far().values[0][30]));
    TokenBatch again = batch(0, 40, true);
    again.recomputed = true;
    attend(again, 0);
    add(std::move(again));
    model.attentionCame(3);
    EXPECT_LE(model.update(40), 17) << "old tokens look different now";
    EXPECT_FLOAT_EQ(model.far().values[0][30], 1.0F);
    EXPECT_FALSE(model.pending());
}

TEST_F(TimelineTest, RemembersWhereDetailWasSkipped)
{
    TokenBatch tokens = batch(0, 4, true);
    tokens.shed = 1;
    add(std::move(tokens));
    add(batch(4, 1));
    TimelineModel model(store, conversation);
    model.update(0);
    EXPECT_TRUE(model.token(3).shed);
    EXPECT_FALSE(model.token(4).shed);
}

TEST_F(TimelineTest, WalksToSurprisesAndMessages)
{
    add(batch(0, 20, true));
    add(batch(20, 15)); // surprise 6 at 6, 13, 20, 27, 34
    EXPECT_FLOAT_EQ(surprisingBits(store), 6.0F);
    EXPECT_EQ(nextSurprising(store, 7, 1), 13);
    EXPECT_EQ(nextSurprising(store, 13, -1), 6);
    EXPECT_EQ(nextSurprising(store, 34, 1), -1);
    EXPECT_EQ(nextMessageStart(store, 5, 1), 20);
    EXPECT_EQ(nextMessageStart(store, 25, -1), 20);
    EXPECT_EQ(nextMessageStart(store, 20, -1), 0);
}

namespace {

class TimelineLanesTest : public TimelineTest {
protected:
    void show(int tokens)
    {
        QObject::connect(&store, &RunStore::tokensChanged, &selection,
                         [this](int first) { selection.setHistory(first, store.tokens() - 1); });
        lanes.resize(1000, 180);
        lanes.show();
        add(batch(0, 20, true));
        add(batch(20, tokens - 20));
        lanes.refresh();
    }
    QPoint at(int token, int y = 60) { return {int(lanes.xOf(token + 0.5)), y}; }
    void drag(QPoint from, QPoint to, Qt::MouseButton button, Qt::KeyboardModifiers keys = {})
    {
        QTest::mousePress(&lanes, button, keys, from);
        QMouseEvent move(QEvent::MouseMove, to, lanes.mapToGlobal(to), Qt::NoButton, button, keys);
        QCoreApplication::sendEvent(&lanes, &move);
        QTest::mouseRelease(&lanes, button, keys, to);
    }
    void wheel(QPoint where, int notches)
    {
        QWheelEvent turn(where, lanes.mapToGlobal(where), {}, {0, 120 * notches}, Qt::NoButton,
                         Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&lanes, &turn);
    }
    /// Colour of a pixel of the lanes' picture in the middle of a lane.
    QRgb pixel(int token, TimelinePicture::Lane lane, double part = 0.5)
    {
        const TimelinePicture::Strip& strip = lanes.picture().strip(lane);
        return lanes.grab().toImage().pixel(int(lanes.xOf(token + 0.4)),
                                            strip.top + int(strip.height * part));
    }

    TimelineLanes lanes {store, selection, conversation};
};

} // namespace

TEST_F(TimelineLanesTest, LocksWhatIsClickedAndScrubsWhatIsDragged)
{
    show(120);
    QTest::mouseClick(&lanes, Qt::LeftButton, {}, at(40));
    EXPECT_EQ(selection.lockedToken(), 40);
    drag(at(40), at(77), Qt::LeftButton);
    EXPECT_EQ(selection.lockedToken(), 77);
    EXPECT_EQ(lanes.value(), 77);
    EXPECT_TRUE(selection.range().empty());
}

TEST_F(TimelineLanesTest, TakesARangeWithShiftOrAlongTheNumbers)
{
    show(120);
    drag(at(30), at(50), Qt::LeftButton, Qt::ShiftModifier);
    EXPECT_EQ(selection.range(), (TokenRange {30, 50}));
    EXPECT_TRUE(selection.following()) << "a range moves no focus";
    drag(at(90, 172), at(60, 172), Qt::LeftButton);
    EXPECT_EQ(selection.range(), (TokenRange {60, 90}));
    QTest::mouseClick(&lanes, Qt::LeftButton, {}, at(70, 172));
    EXPECT_TRUE(selection.range().empty());
    EXPECT_EQ(selection.lockedToken(), 70);
}

TEST_F(TimelineLanesTest, ZoomsAtTheWheelPansAndShowsAllAgain)
{
    show(1200);
    const QPoint place = at(800);
    wheel(place, 8);
    EXPECT_TRUE(lanes.axis().zoomed());
    EXPECT_NEAR(lanes.xOf(800.5), place.x(), 1.5) << "the token under the mouse stays there";
    const double first = lanes.axis().first();
    drag({500, 60}, {400, 60}, Qt::RightButton);
    EXPECT_GT(lanes.axis().first(), first);
    EXPECT_TRUE(selection.following());
    selection.lockToken(3);
    EXPECT_LE(lanes.axis().first(), 3.0) << "a token that is locked elsewhere comes into sight";
    lanes.fit();
    EXPECT_FALSE(lanes.axis().zoomed());
}

TEST_F(TimelineLanesTest, PinsWithTheMiddleButton)
{
    show(120);
    QTest::mouseClick(&lanes, Qt::MiddleButton, {}, at(40));
    EXPECT_EQ(selection.pins()[0], 40);
    const QImage seen = lanes.grab().toImage();
    EXPECT_EQ(QColor(seen.pixel(int(lanes.xOf(40.5)), 100)).hue(), pinColor(0).hue());
}

TEST_F(TimelineLanesTest, DrawsTheNumbersItWasGiven)
{
    show(120);
    const Palette& colors = Theme::instance().palette();
    // Token 27 has 6 of 12 bits: its bar reaches the middle of the lane, not above.
    EXPECT_EQ(pixel(27, TimelinePicture::surprise, 0.8), colors.warn.rgb());
    EXPECT_EQ(pixel(27, TimelinePicture::surprise, 0.3), colors.panel.rgb());
    EXPECT_EQ(pixel(28, TimelinePicture::surprise, 0.9), colors.panel.rgb()) << "no surprise";
    EXPECT_EQ(pixel(60, TimelinePicture::times, 0.97), colors.attn.rgb());
    EXPECT_EQ(pixel(60, TimelinePicture::times, 0.02), colors.panel.rgb());
}

TEST_F(TimelineLanesTest, DrawsOnlyWhatIsNew)
{
    show(1000);
    add(batch(1000, 3));
    lanes.refresh();
    EXPECT_LE(lanes.picture().drawnColumns(),
              24 + int(lanes.xOf(lanes.axis().span()) - lanes.xOf(1000)));
    EXPECT_GT(lanes.picture().drawnColumns(), 0);
    const QImage grown = lanes.picture().image().copy();
    selection.lockToken(900);
    lanes.zoom(2.0);
    lanes.fit(); // draws everything
    EXPECT_EQ(lanes.picture().image(), grown) << "appending draws what drawing anew does";
}

} // namespace mixscope
