#include "tests/ui/view_stage.h"
#include "ui/views/attention_picture.h"
#include "ui/views/head_grid.h"
#include "ui/views/head_thumbs.h"
#include "ui/views/parts.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

/// Head h puts all of its weight on key q / (h + 1).
Source pointing()
{
    Source source = plausible();
    source.weight = [](int, int head, int query, int key) {
        return key == query / (head + 1) ? 1.0F : 0.0F;
    };
    return source;
}

TEST(AttentionView, IsBrightWhereTheWeightIsOneAndDarkWhereItIsZero)
{
    FakeRun run(pointing());
    run.prompt(40);
    run.decode(10);
    run.selection.setLayer(3);
    run.selection.setHead(1);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    ASSERT_NE(map, nullptr);
    const auto& colors = Theme::instance().sequential();
    for (const int query : {7, 20, 33, 47}) {
        EXPECT_EQ(stage.color(map, query / 2, query), entry(colors, 255)) << query;
        EXPECT_EQ(stage.color(map, query / 2 + 1, query), entry(colors, 0)) << query;
        EXPECT_EQ(stage.color(map, query + 2, query), Theme::instance().palette().panel)
            << "the future";
    }
    EXPECT_EQ(stage.color(map, 20, 55), Theme::instance().palette().panel) << "no token yet";
}

TEST(AttentionView, GrowsRowByRow)
{
    FakeRun run(pointing());
    run.prompt(20);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    const auto& colors = Theme::instance().sequential();
    EXPECT_EQ(stage.color(map, 10, 24), Theme::instance().palette().panel);
    run.decode(10);
    stage.settle();
    EXPECT_EQ(stage.color(map, 24, 24), entry(colors, 255)); // head 0 looks at itself
    EXPECT_EQ(stage.color(map, 10, 24), entry(colors, 0));
    run.prompt(22, 18); // history from 18 on is void, a shorter text follows
    stage.settle();
    EXPECT_EQ(stage.color(map, 10, 24), Theme::instance().palette().panel);
}

TEST(AttentionView, FollowsLayerAndHead)
{
    FakeRun run(pointing());
    run.source.attention_layers = {3, 7};
    run.prompt(40);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    const auto& colors = Theme::instance().sequential();
    EXPECT_EQ(stage.color(map, 30, 30), entry(colors, 255));
    run.selection.setHead(2);
    stage.settle();
    EXPECT_EQ(stage.color(map, 30, 30), entry(colors, 0));
    EXPECT_EQ(stage.color(map, 10, 30), entry(colors, 255));
    const auto* grid = stage.named<HeadGrid>("Heads of the layer");
    ASSERT_NE(grid, nullptr);
    QSignalSpy head(&run.selection, &Selection::headChanged);
    QTest::mouseClick(const_cast<HeadGrid*>(grid), Qt::LeftButton, {}, {10, 10});
    EXPECT_EQ(run.selection.head(), 0) << "a click on the first thumbnail";
}

TEST(AttentionView, ScaleAndSinkChangeThePictureAsTheySay)
{
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        return key == 0 ? 0.7F : key == query ? 0.3F : 0.0F;
    };
    FakeRun run(source);
    run.prompt(30);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    auto* scale = stage.named<SegmentBar>("Scale");
    auto* sink = stage.named<SegmentBar>("First token");
    const auto& colors = Theme::instance().sequential();
    const auto expected = [&](const ValueScale& look, float weight) {
        return QColor::fromRgb(cellColors(colors)[look.cell(weight)]);
    };
    EXPECT_EQ(stage.color(map, 20, 20), expected({ValueScale::Kind::root, 0, 1}, 0.3F));
    scale->choose(0);
    stage.settle();
    EXPECT_EQ(stage.color(map, 20, 20), expected({ValueScale::Kind::linear, 0, 1}, 0.3F));
    EXPECT_EQ(stage.color(map, 0, 20), expected({ValueScale::Kind::linear, 0, 1}, 0.7F));
    scale->choose(2);
    stage.settle();
    EXPECT_EQ(stage.color(map, 20, 20), expected({ValueScale::Kind::log, 1e-4F, 1}, 0.3F));
    sink->choose(2); // hidden, the rest scaled to 1
    stage.settle();
    EXPECT_EQ(stage.color(map, 20, 20), entry(colors, 255));
    EXPECT_NE(stage.color(map, 0, 20), entry(colors, 255));
}

TEST(AttentionView, HoverPreviewsAndClickLocks)
{
    FakeRun run(pointing());
    run.prompt(40);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    QTest::mouseMove(Stage::surface(map), Stage::cell(map, 12, 30));
    EXPECT_EQ(run.selection.token(), 30);
    EXPECT_EQ(run.selection.source(), 12);
    EXPECT_TRUE(run.selection.following());
    QTest::mouseClick(Stage::surface(map), Qt::LeftButton, {}, Stage::cell(map, 12, 30));
    QTest::mouseMove(Stage::surface(map), QPoint(1, 1));
    EXPECT_EQ(run.selection.lockedToken(), 30);
    EXPECT_EQ(run.selection.source(), 12) << "a click keeps both tokens of a cell";
    stage.settle();
    EXPECT_EQ(stage.color(map, 38, 30), Theme::instance().palette().warn) << "the locked row";
}

TEST(AttentionView, DescriptionGivesTheRowInNumbers)
{
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        return key == 0 ? 0.5F : key == query - 1 ? 0.3F : key == query ? 0.2F : 0.0F;
    };
    FakeRun run(source);
    run.prompt(20);
    run.selection.setLayer(3);
    run.selection.setHead(2);
    run.selection.lockToken(11);
    Stage stage(run, "attention");
    const QString expected =
        "Attention map, layer 3, head 2, 20 by 20, token 11 ' Pip': 0.50 on 0 'Once', "
        "0.30 on 10 ' named', 0.20 on 11 ' Pip'; entropy 1.5 bits";
    EXPECT_EQ(stage.view->describe(), expected);
    const PlotArea* map = stage.plot("Attention map");
    EXPECT_TRUE(QTest::qWaitFor([&] { return map->accessibleDescription() == expected; }));
    run.selection.lockToken(10);
    EXPECT_TRUE(QTest::qWaitFor(
        [&] { return map->accessibleDescription().contains("token 10 ' named'"); }));
}

TEST(AttentionView, AsksOnceForRowsThatWereNotCaptured)
{
    FakeRun run(pointing());
    run.prompt(30);
    run.finish();
    run.selection.setLayer(7); // only layer 3 was captured
    Stage stage(run, "attention");
    QSignalSpy wanted(stage.view.get(), &View::attentionWanted);
    run.selection.setLayer(3);
    stage.settle();
    EXPECT_EQ(wanted.count(), 0) << "all rows of layer 3 are there";
    run.selection.setLayer(7);
    stage.settle();
    ASSERT_EQ(wanted.count(), 1);
    EXPECT_EQ(wanted[0][0].toInt(), 7);
    PlotArea* map = stage.plot("Attention map");
    const QColor bright = entry(Theme::instance().sequential(), 255);
    EXPECT_NE(stage.color(map, 20, 20), bright);

    std::vector<Event> events {run.recomputed(7), Recomputed {7}};
    run.store.apply(events);
    stage.settle();
    EXPECT_EQ(stage.color(map, 20, 20), bright);
    EXPECT_EQ(wanted.count(), 1);
}

TEST(AttentionView, AsksForAGapWhenTheReplyHasEnded)
{
    FakeRun run(pointing());
    run.source.attention_layers = {}; // the focus came late
    run.selection.setLayer(3);
    run.prompt(2);
    run.source.attention_layers = {3};
    Stage stage(run, "attention");
    QSignalSpy wanted(stage.view.get(), &View::attentionWanted);
    run.decode(20);
    stage.settle();
    EXPECT_EQ(wanted.count(), 0) << "not while it writes";
    run.finish();
    // No tick of the poller: the view comes back to it by itself.
    EXPECT_TRUE(QTest::qWaitFor([&] { return wanted.count() == 1; }));
    std::vector<Event> events {run.recomputed(3), Recomputed {3}};
    run.store.apply(events);
    const QColor bright = entry(Theme::instance().sequential(), 255);
    PlotArea* map = stage.plot("Attention map");
    EXPECT_TRUE(QTest::qWaitFor([&] { return stage.color(map, 1, 1) == bright; }));
    EXPECT_EQ(wanted.count(), 1);
}

TEST(AttentionView, SaysNothingOfAMapThatIsNotThere)
{
    FakeRun run;
    Stage stage(run, "attention");
    run.selection.setLayer(3); // the selection moves before there is a token
    spin(20);
    for (const QLabel* label : stage.view->findChildren<QLabel*>())
        EXPECT_FALSE(label->text().contains("exact")) << label->text().toStdString();
}

TEST(AttentionView, OffersTheNearestAttentionLayer)
{
    FakeRun run;
    run.prompt(10);
    run.selection.setLayer(6);
    Stage stage(run, "attention");
    EXPECT_EQ(stage.view->describe(), "Layer 6 is Mamba-2: it has no attention map.");
    for (QPushButton* button : stage.view->findChildren<QPushButton*>()) {
        if (button->isVisible()) button->click();
    }
    EXPECT_EQ(run.selection.layer(), 7);
}

TEST(HeadThumbs, PoolLongTextsByMaximumAndKnowTheirEntropy)
{
    AttentionStore store(2);
    AttentionRows rows {.layer = 0, .n_heads = 2, .length = 300, .values = {}};
    rows.values.assign(std::size_t(2) * 300 * 300, 0.0F);
    for (int t = 0; t < 300; ++t) {
        rows.values[std::size_t(t) * 300 + std::size_t(t / 2)] = 1.0F; // head 0: one key, no doubt
        for (int key = 0; key < 4 && key <= t; ++key) { // head 1: four keys alike
            rows.values[std::size_t(300 + t) * 300 + std::size_t(key)] =
                1.0F / float(std::min(4, t + 1));
        }
    }
    store.add(rows, 0);
    HeadThumbs thumbs(2);
    ASSERT_TRUE(thumbs.update(&store, 300, 1'000'000));
    EXPECT_EQ(thumbs.tokensPerCell(), 4);
    EXPECT_EQ(thumbs.pyramid(0).lines(), 75);
    EXPECT_EQ(thumbs.pyramid(0).line(0, 50)[25], 255); // tokens 200 … 203 look at keys 100, 101
    EXPECT_EQ(thumbs.pyramid(0).line(0, 50)[24], 1);
    EXPECT_NEAR(thumbs.entropyBits(0), 0.0F, 1e-3F);
    EXPECT_NEAR(thumbs.entropyBits(1), 2.0F, 0.03F);
}

TEST(HeadThumbs, ComeOutTheSameInSmallSteps)
{
    FakeRun run;
    run.prompt(200);
    const AttentionStore* rows = run.store.attention(3);
    HeadThumbs once(kHeads), steps(kHeads);
    once.update(rows, 200, 100'000'000);
    while (!steps.update(rows, 200, 5'000)) { }
    for (int head = 0; head < kHeads; ++head) {
        EXPECT_FLOAT_EQ(once.entropyBits(head), steps.entropyBits(head));
        for (int line = 0; line < once.pyramid(head).lines(); ++line) {
            const auto a = once.pyramid(head).line(0, line), b = steps.pyramid(head).line(0, line);
            EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << head << ' ' << line;
        }
    }
}

} // namespace
} // namespace mixscope
