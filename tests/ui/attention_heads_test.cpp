#include "tests/ui/view_stage.h"
#include "ui/export/table_writer.h"
#include "ui/views/all_heads.h"
#include "ui/views/attention_row.h"
#include "ui/views/parts.h"

#include <QBuffer>
#include <QPushButton>
#include <QSignalSpy>

#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

/// Heads with one habit each: 0 rests on the first token, 1 looks at the token before, 2 at what
/// followed the last copy of its token (else at itself), the others at themselves.
Source habits(int period)
{
    Source source = plausible();
    source.weight = [period](int, int head, int query, int key) {
        const int copied = query >= period ? query - period + 1 : query;
        const int target = head == 0 ? 0
            : head == 1              ? std::max(0, query - 1)
            : head == 2              ? copied
                                     : query;
        return key == target ? 1.0F : 0.0F;
    };
    return source;
}

/// A run whose token ids repeat with a period.
class RepeatingRun : public FakeRun {
public:
    RepeatingRun(Source habit, int tokens, int period)
        : FakeRun(std::move(habit))
    {
        const PromptReady ready {.request = 1,
                                 .kept = 0,
                                 .prompt_tokens = tokens,
                                 .message = std::vector<int>(std::size_t(tokens))};
        TokenBatch batch;
        batch.layout = std::make_shared<CaptureLayout>();
        batch.prefill = true;
        for (int t = 0; t < tokens; ++t) {
            TokenInfo info;
            info.id = t % period;
            info.piece = info.text = source.text(t);
            batch.tokens.push_back(info);
        }
        std::vector<Event> events {ready, std::move(batch)};
        store.apply(events);
        selection.setNewest(tokens - 1);
        std::vector<Event> rows {recomputed(3), Recomputed {3}};
        store.apply(rows);
    }
};

TEST(HeadScores, TellWhatAHeadDoes)
{
    RepeatingRun run(habits(10), 60, 10);
    TokenRepeats repeats;
    repeats.update(run.store, 0);
    EXPECT_EQ(repeats.before(9), -1);
    EXPECT_EQ(repeats.before(25), 15);
    HeadThumbs thumbs(kHeads);
    ASSERT_TRUE(thumbs.update(run.store.attention(3), 60, 1'000'000, &repeats));
    EXPECT_NEAR(thumbs.scores(0).sink, 1.0, 1e-4);
    EXPECT_NEAR(thumbs.scores(0).previous, 1.0 / 59, 1e-4) << "only token 1 has it before itself";
    EXPECT_NEAR(thumbs.scores(1).previous, 1.0, 1e-4);
    EXPECT_NEAR(thumbs.scores(1).induction, 0.0, 1e-4);
    EXPECT_NEAR(thumbs.scores(2).induction, 1.0, 1e-4);
    EXPECT_NEAR(thumbs.scores(3).induction, 0.0, 1e-4);
    EXPECT_NEAR(thumbs.scores(3).entropyBits, 0.0, 1e-3);
}

TEST(HeadScores, ARewindForgetsCopiesThatAreGone)
{
    RepeatingRun run(habits(10), 30, 10);
    TokenRepeats repeats;
    repeats.update(run.store, 0);
    EXPECT_EQ(repeats.before(29), 19);
    run.prompt(20, 15); // other ids from 15 on
    repeats.update(run.store, 15);
    EXPECT_EQ(repeats.before(14), 4);
    EXPECT_EQ(repeats.before(19), -1);
    EXPECT_FALSE(repeats.knows(20));
}

TEST(AllHeads, SortByAScoreAndFocusWhatIsClicked)
{
    RepeatingRun run(habits(10), 60, 10);
    run.selection.setLayer(3);
    run.selection.setHead(5);
    Stage stage(run, "attention");
    stage.named<SegmentBar>("Part")->choose(2);
    stage.settle();
    auto* sheet = stage.named<HeadSheet>("Heads of all layers");
    ASSERT_NE(sheet, nullptr);
    ASSERT_TRUE(sheet->isVisible());
    ASSERT_EQ(sheet->shown().size(), std::size_t(kHeads));
    EXPECT_EQ(sheet->shown().front(), std::pair(3, 0));
    auto* order = stage.named<SegmentBar>("Order of heads");
    order->choose(4);
    EXPECT_EQ(sheet->shown().front(), std::pair(3, 2));
    order->choose(3);
    EXPECT_EQ(sheet->shown().front(), std::pair(3, 1));
    QTest::mouseClick(sheet, Qt::LeftButton, {}, {10, 10});
    EXPECT_EQ(run.selection.layer(), 3);
    EXPECT_EQ(run.selection.head(), 1);
    QTest::keyClick(sheet, Qt::Key_Right);
    EXPECT_NE(run.selection.head(), 1);
}

TEST(AllHeads, OfferToComputeLayersThatWereNotCaptured)
{
    FakeRun run(habits(10));
    run.prompt(40);
    run.finish();
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    stage.named<SegmentBar>("Part")->choose(2);
    stage.settle();
    QSignalSpy wanted(stage.view.get(), &View::attentionWanted);
    auto* compute = stage.named<QPushButton>("Compute layer 7");
    ASSERT_NE(compute, nullptr);
    ASSERT_TRUE(compute->isVisible());
    compute->click();
    ASSERT_EQ(wanted.count(), 1);
    EXPECT_EQ(wanted[0][0].toInt(), 7);
    std::vector<Event> events {run.recomputed(7), Recomputed {7}};
    run.store.apply(events);
    EXPECT_TRUE(QTest::qWaitFor([&] { return !compute->isVisible(); }));
    auto* sheet = stage.named<HeadSheet>("Heads of all layers");
    EXPECT_EQ(sheet->shown().size(), std::size_t(2 * kHeads));
    EXPECT_EQ(wanted.count(), 1);
}

TEST(AttentionRow, MassByDistanceSumsToOneInTheRightBins)
{
    EXPECT_EQ(distanceBin(0), 0);
    EXPECT_EQ(distanceBin(1), 1);
    EXPECT_EQ(distanceBin(2), 2);
    EXPECT_EQ(distanceBin(3), 2);
    EXPECT_EQ(distanceBin(4), 3);
    EXPECT_EQ(distanceBin(63), 6);
    EXPECT_EQ(distanceBin(64), 7);
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        const int back = query - key;
        return back == 0 ? 1.0F : back == 1 ? 2.0F : back == 5 ? 3.0F : back == 20 ? 4.0F : 0.0F;
    };
    FakeRun run(source);
    run.prompt(40);
    AttentionReader reader(run.store, 3, {});
    const DistanceMass mass = reader.byDistance(30);
    EXPECT_NEAR(mass[0], 0.1, 1e-4);
    EXPECT_NEAR(mass[1], 0.2, 1e-4);
    EXPECT_NEAR(mass[2], 0.0, 1e-4);
    EXPECT_NEAR(mass[3], 0.3, 1e-4);
    EXPECT_NEAR(mass[5], 0.4, 1e-4);
}

TEST(AttentionRow, BarsAreAsTallAsTheWeights)
{
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        return key == 10 ? 0.75F : key == query ? 0.25F : 0.0F;
    };
    FakeRun run(source);
    run.prompt(40);
    run.selection.setLayer(3);
    run.selection.lockToken(30);
    Stage stage(run, "attention");
    stage.named<SegmentBar>("Part")->choose(1);
    stage.named<SegmentBar>("Scale")->choose(0);
    stage.settle();
    auto* plot = stage.named<RowPlot>("Attention row");
    ASSERT_NE(plot, nullptr);
    ASSERT_TRUE(plot->isVisible());
    const QImage seen = plot->grab().toImage();
    const PlotMap axes = plot->map();
    const auto pixel = [&](int key, double part) {
        return seen.pixelColor(int(axes.x(key + 0.4)), int(axes.y(part)));
    };
    const Palette& colors = Theme::instance().palette();
    EXPECT_EQ(pixel(10, 0.70), colors.attn);
    EXPECT_NE(pixel(10, 0.78), colors.attn);
    EXPECT_EQ(pixel(30, 0.20), colors.attn);
    EXPECT_NE(pixel(30, 0.28), colors.attn);
    EXPECT_NE(pixel(20, 0.05), colors.attn);
    const auto* distance = stage.named<DistanceBars>("Weight by distance");
    EXPECT_TRUE(distance->accessibleDescription().startsWith("0: 0.25, 1: 0.00"));
    EXPECT_TRUE(distance->accessibleDescription().endsWith("16: 0.75"));
}

/// Lines of the table of the view as it stands.
QStringList table_of(const View& view)
{
    QBuffer out;
    out.open(QIODevice::WriteOnly);
    TableWriter table(out);
    view.writeTable(table);
    return QString::fromUtf8(out.data()).remove('\r').split('\n', Qt::SkipEmptyParts);
}

TEST(AttentionView, WritesTheCellsThatAreShown)
{
    FakeRun run(habits(10));
    run.prompt(40);
    run.selection.setLayer(3);
    run.selection.setHead(1);
    Stage stage(run, "attention");
    EXPECT_EQ(table_of(*stage.view).size(), 1 + 40 * 41 / 2);
    stage.plot("Attention map")->showWindow({8, 9, 4, 4});
    const QStringList lines = table_of(*stage.view);
    EXPECT_EQ(lines[0], "query [token],query text,key [token],key text,weight [0…1]");
    ASSERT_EQ(lines.size(), 1 + 2 + 3 + 4 + 4); // queries 9 … 12 over keys 8 … 11
    EXPECT_EQ(lines[1], "9,\" fox\",8,\" young\",1");
    EXPECT_EQ(lines[2], "9,\" fox\",9,\" fox\",0");
    stage.named<SegmentBar>("Part")->choose(2);
    stage.settle();
    const QStringList heads = table_of(*stage.view);
    ASSERT_EQ(heads.size(), 1 + kHeads);
    EXPECT_TRUE(heads[2].startsWith("3,1,40,0,")) << heads[2].toStdString();
}

TEST(AllHeads, KeepWhatWasSeenWhenRowsAreDroppedOrTheFocusMoves)
{
    FakeRun run(habits(10));
    run.prompt(100);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    stage.named<SegmentBar>("Part")->choose(2);
    stage.settle();
    run.store.setHistoryBudget(30'000);
    run.selection.setHead(4);
    Theme::instance().setTheme("light");
    stage.settle();
    ASSERT_FALSE(run.store.attention(3)->has_row(50));
    EXPECT_TRUE(table_of(*stage.view)[1].startsWith("3,0,100,")) << "100 rows were seen";
    run.prompt(40, 30); // a rewind does void them
    stage.settle();
    EXPECT_TRUE(table_of(*stage.view)[1].startsWith("3,0,")) << "but the heads stay";
    EXPECT_FALSE(table_of(*stage.view)[1].startsWith("3,0,100,"));
    Theme::instance().setTheme("dark");
}

} // namespace
} // namespace mixscope
