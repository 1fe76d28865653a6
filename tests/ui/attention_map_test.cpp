#include "tests/ui/view_stage.h"
#include "ui/plot/pin_mark.h"
#include "ui/plot/tile_image.h"
#include "ui/views/attention_map.h"
#include "ui/views/attention_marginals.h"
#include "ui/views/mini_map.h"
#include "ui/views/parts.h"

#include <QToolButton>

#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

/// Every head spreads its weight evenly over the last `keys` tokens.
Source even(int keys)
{
    Source source = plausible();
    source.weight = [keys](int, int, int query, int key) {
        return query - key < keys ? 1.0F : 0.0F;
    };
    return source;
}

/// Reads pixels of a map against the numbers it was fed.
class AttentionMapTest : public testing::TestWithParam<const char*> {
protected:
    void show(Source source, int tokens, QSize size = {1000, 700})
    {
        run = std::make_unique<FakeRun>(std::move(source));
        run->prompt(tokens);
        run->selection.setLayer(3);
        stage = std::make_unique<Stage>(*run, "attention", size);
        Theme::instance().setTheme(GetParam());
        stage->settle();
        map = static_cast<AttentionMap*>(stage->plot("Attention map"));
    }
    void TearDown() override { Theme::instance().setTheme("dark"); }
    QColor cell(float weight, const ValueScale& scale = {ValueScale::Kind::root, 0, 1}) const
    {
        return QColor::fromRgb(cellColors(Theme::instance().sequential())[scale.cell(weight)]);
    }
    QColor at(QPointF pixel) const
    {
        return map->grab().toImage().pixelColor(int(pixel.x()), int(pixel.y()));
    }

    std::unique_ptr<FakeRun> run;
    std::unique_ptr<Stage> stage;
    AttentionMap* map = nullptr;
};

TEST_P(AttentionMapTest, EveryCellHasTheColourOfItsWeight)
{
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        return key == query ? 3.0F : key == query / 2 ? 1.0F : 0.0F;
    };
    show(source, 60);
    const QImage seen = map->grab().toImage();
    for (int query = 1; query < 58; ++query) { // 59 is under the ruler
        for (int key = 0; key <= query; ++key) {
            const float weight = key == query ? 0.75F : key == query / 2 ? 0.25F : 0.0F;
            ASSERT_EQ(seen.pixelColor(Stage::cell(map, key, query)), cell(weight))
                << query << ' ' << key;
        }
    }
}

TEST_P(AttentionMapTest, ZoomedCellsStayTrue)
{
    show(even(4), 200);
    map->showWindow({100, 100, 10, 10});
    stage->settle();
    run->selection.lockToken(5);
    run->selection.hoverSource(-1);
    stage->settle();
    const QImage seen = map->grab().toImage();
    EXPECT_EQ(seen.pixelColor(Stage::cell(map, 103, 105)), cell(0.25F));
    EXPECT_EQ(seen.pixelColor(Stage::cell(map, 102, 105)), cell(0.25F));
    EXPECT_EQ(seen.pixelColor(Stage::cell(map, 101, 105)), cell(0.0F));
    // The edges of a cell, not only its middle.
    const PlotMap axes = map->map();
    EXPECT_EQ(seen.pixelColor(QPointF(axes.x(102) + 2, axes.y(105) + 2).toPoint()), cell(0.25F));
    EXPECT_EQ(seen.pixelColor(QPointF(axes.x(102) - 2, axes.y(105) + 2).toPoint()), cell(0.0F));
}

TEST_P(AttentionMapTest, PoolsByMaximumOrByMeanOfTheWeights)
{
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        return key == 3 * (query / 4) ? 1.0F : 0.0F; // one cell of 16 in a block, or none
    };
    show(source, 1000, {700, 480});
    run->selection.lockToken(999);
    stage->settle();
    const int pooled = map->pooling();
    ASSERT_GT(pooled, 1);
    const auto block = [&](int query, int key) {
        const PlotMap axes = map->map();
        const double x = (key / pooled + 0.5) * pooled, y = (query / pooled + 0.5) * pooled;
        return at({axes.x(x), axes.y(y)});
    };
    EXPECT_EQ(block(600, 450), cell(1.0F));
    EXPECT_EQ(block(600, 300), cell(0.0F));
    stage->named<QToolButton>("Pooling")->click();
    stage->settle();
    const auto mean = [&](int query, int key) {
        float sum = 0.0F;
        for (int q = query / pooled * pooled; q < (query / pooled + 1) * pooled; ++q) {
            for (int k = key / pooled * pooled; k < (key / pooled + 1) * pooled; ++k)
                sum += k == 3 * (q / 4) ? 1.0F : 0.0F;
        }
        return sum / float(pooled * pooled);
    };
    ASSERT_GT(mean(600, 450), 0.0F);
    EXPECT_EQ(block(600, 450), cell(mean(600, 450)));
    EXPECT_EQ(block(600, 300), cell(0.0F));
}

TEST_P(AttentionMapTest, TheRightMarginalIsTheEntropyOfEachRow)
{
    show(even(16), 120); // rows from 15 on: 4 bits
    run->selection.lockToken(110);
    stage->settle();
    const QImage seen = map->grab().toImage();
    const PlotMap axes = map->map();
    const double left = axes.rect.right() + Theme::instance().px(4);
    const double width = Theme::instance().px(36);
    const double bits = mostEntropyBits(steppedExtent(120));
    EXPECT_EQ(bits, 7);
    const QColor empty = Theme::instance().palette().raised;
    for (const int query : {3, 20, 60, 100}) {
        const double part = std::log2(double(std::min(16, query + 1))) / bits;
        const int y = int(axes.y(query + 0.5));
        EXPECT_NE(seen.pixelColor(int(left + part * width) - 2, y), empty) << query;
        EXPECT_EQ(seen.pixelColor(int(left + part * width) + 2, y), empty) << query;
    }
    map->showWindow({40, 10, 8, 8}); // follows zoom: row 15 is where the most is reached
    stage->settle();
    const QImage zoomed = map->grab().toImage();
    const PlotMap now = map->map();
    const double full = left + 4.0 / bits * width, row12 = left + std::log2(13.0) / bits * width;
    EXPECT_EQ(zoomed.pixelColor(int(row12) + 2, int(now.y(12.5))), empty);
    EXPECT_NE(zoomed.pixelColor(int(full) - 2, int(now.y(16.5))), empty);
}

TEST_P(AttentionMapTest, TheLowerMarginalIsTheMeanWeightAKeyReceived)
{
    Source source = plausible();
    source.weight = [](int, int, int query, int key) {
        return key == 0 ? 9.0F : key == query ? 1.0F : 0.0F;
    };
    show(source, 100);
    run->selection.lockToken(50);
    stage->settle();
    const QImage seen = map->grab().toImage();
    const PlotMap axes = map->map();
    const double bottom = axes.rect.bottom() + Theme::instance().px(4 + 26);
    const double height = Theme::instance().px(26);
    const QColor empty = Theme::instance().palette().raised;
    const auto checks = [&](int key, double mean) {
        const double part = receivedScale().fraction(float(mean));
        const int x = int(axes.x(key + 0.5)), top = int(bottom - part * height);
        EXPECT_NE(seen.pixelColor(x, top + 2), empty) << key;
        EXPECT_EQ(seen.pixelColor(x, top - 2), empty) << key;
    };
    checks(10, 0.1 / 90); // itself only, of rows 10 … 99
    checks(60, 0.1 / 40);
    checks(90, 0.1 / 10);
}

TEST_P(AttentionMapTest, TheOverviewShowsTheWholeAndMovesTheWindow)
{
    show(even(1), 160);
    auto* overview = stage->named<MiniMap>("Overview");
    ASSERT_NE(overview, nullptr);
    EXPECT_FALSE(overview->isVisible()) << "nothing is hidden yet";
    map->showWindow({0, 0, 16, 16});
    stage->settle();
    ASSERT_TRUE(overview->isVisible());
    const QImage seen = overview->grab().toImage();
    const double scale = (overview->width() - 2) / 160.0;
    const auto pixel = [&](double key, double query) {
        return seen.pixelColor(QPointF(1 + key * scale, 1 + query * scale).toPoint());
    };
    EXPECT_EQ(pixel(101, 101), cell(1.0F));
    EXPECT_EQ(pixel(40, 101), cell(0.0F));
    EXPECT_EQ(pixel(120, 60), Theme::instance().palette().panel) << "the future";
    EXPECT_EQ(seen.pixelColor(overview->windowRect().center().toPoint().x(),
                              int(std::lround(overview->windowRect().bottom()))),
              Theme::instance().palette().text);

    QTest::mouseClick(overview, Qt::LeftButton, {},
                      QPointF(1 + 80 * scale, 1 + 120 * scale).toPoint());
    EXPECT_NEAR(map->window().center().x(), 80, 1.5);
    EXPECT_NEAR(map->window().center().y(), 120, 1.5);
    EXPECT_EQ(map->window().size(), QSizeF(16, 16));
    map->back();
    map->fit();
    stage->settle();
    EXPECT_FALSE(overview->isVisible());
}

INSTANTIATE_TEST_SUITE_P(Themes, AttentionMapTest, testing::Values("dark", "light"));

TEST(AttentionMap, ArrowKeysMoveQueryAndKey)
{
    FakeRun run;
    run.prompt(50);
    run.selection.setLayer(3);
    run.selection.lockToken(30);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    QTest::keyClick(map, Qt::Key_Up);
    EXPECT_EQ(run.selection.lockedToken(), 29);
    QTest::keyClick(map, Qt::Key_Left);
    EXPECT_EQ(run.selection.source(), 28);
    QTest::keyClick(map, Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_EQ(run.selection.source(), 18);
    QTest::keyClick(map, Qt::Key_Right);
    EXPECT_EQ(run.selection.source(), 19);
    QTest::keyClick(map, Qt::Key_Up, Qt::ShiftModifier);
    EXPECT_EQ(run.selection.lockedToken(), 19);
    EXPECT_EQ(run.selection.source(), 19) << "a key is never after its query";
}

TEST(AttentionMap, AMiddleClickPinsTheQueryAndRulesItsRowAndColumn)
{
    FakeRun run;
    run.prompt(50);
    run.selection.setLayer(3);
    run.selection.lockToken(45);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    QTest::mouseClick(Stage::surface(map), Qt::MiddleButton, {}, Stage::cell(map, 5, 20));
    EXPECT_EQ(run.selection.pins()[0], 20);
    EXPECT_EQ(run.selection.lockedToken(), 45) << "a pin moves no focus";
    run.selection.hoverToken(-1);
    run.selection.hoverSource(-1);
    stage.settle();
    const QImage seen = map->grab().toImage();
    const PlotMap axes = map->map();
    const auto has = [&](int x, int y, int dx, int dy) { // the line, or a pixel beside it
        for (int i = -1; i <= 1; ++i) {
            if (seen.pixelColor(x + i * dx, y + i * dy) == pinColor(0)) return true;
        }
        return false;
    };
    EXPECT_TRUE(has(int(axes.x(35.5)), int(axes.y(20.5)), 0, 1)) << "row, in the empty corner";
    EXPECT_TRUE(has(int(axes.x(20.5)), int(axes.y(10.5)), 1, 0)) << "column";
    QTest::mouseClick(Stage::surface(map), Qt::MiddleButton, {}, Stage::cell(map, 5, 20));
    EXPECT_FALSE(run.selection.pinned());
}

TEST(AttentionMap, MeanAndMaximumOverHeadsAreWhatTheySay)
{
    Source source = plausible();
    source.weight = [](int, int head, int query, int key) {
        return key == (head < 2 ? 0 : query) ? 1.0F : 0.0F; // two heads of eight look at the first
    };
    FakeRun run(source);
    run.prompt(30);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    auto* heads = stage.named<SegmentBar>("Heads shown");
    const ValueScale root {ValueScale::Kind::root, 0, 1};
    const auto cell = [&](float weight) {
        return QColor::fromRgb(cellColors(Theme::instance().sequential())[root.cell(weight)]);
    };
    EXPECT_EQ(stage.color(map, 0, 20), cell(1.0F));
    heads->choose(1);
    stage.settle();
    EXPECT_EQ(stage.color(map, 0, 20), cell(0.25F));
    EXPECT_EQ(stage.color(map, 20, 20), cell(0.75F));
    EXPECT_TRUE(stage.view->describe().contains("mean of all heads")) << "and says so";
    heads->choose(2);
    stage.settle();
    EXPECT_EQ(stage.color(map, 0, 20), cell(1.0F));
    EXPECT_EQ(stage.color(map, 20, 20), cell(1.0F));
    EXPECT_FALSE(stage.view->describe().contains("entropy")) << "a maximum is no distribution";
}

TEST(TileCache, DrawsOnlyTheStripThatChanged)
{
    Pyramid pyramid(Pyramid::Pool::lines_and_cells);
    std::array<QRgb, 256> colors {};
    for (int i = 1; i < 256; ++i)
        colors[std::size_t(i)] = qRgb(i, i, i);
    const auto line = [](int index) {
        std::vector<std::uint8_t> cells;
        for (int i = 0; i <= index; ++i)
            cells.push_back(std::uint8_t(1 + (index * 31 + i * 7) % 255));
        return cells;
    };
    for (int i = 0; i < 100; ++i)
        pyramid.setLine(i, line(i));
    const TileWindow window {.cells = {0, 0, 128, 128}, .pixels = {256, 256}};
    TileCache cache;
    cache.image(pyramid, window, colors, 0);
    EXPECT_EQ(cache.rowsDrawn(), 256);
    pyramid.setLine(100, line(100));
    const QImage grown = cache.image(pyramid, window, colors, 0);
    EXPECT_EQ(cache.rowsDrawn(), 256 - 200);
    EXPECT_EQ(grown, renderTiles(pyramid, window, colors, 0));
    pyramid.truncate(50);
    EXPECT_EQ(cache.image(pyramid, window, colors, 0), renderTiles(pyramid, window, colors, 0));
    EXPECT_EQ(cache.rowsDrawn(), 256 - 100);
    cache.image(pyramid, window, colors, 0);
    EXPECT_LE(cache.rowsDrawn(), 256 - 100) << "nothing changed, nothing above is drawn";
    const TileWindow small {.cells = {0, 0, 128, 128}, .pixels = {40, 40}};
    for (int i = 50; i < 70; ++i) {
        pyramid.setLine(i, line(i));
        ASSERT_EQ(cache.image(pyramid, small, colors, 0), renderTiles(pyramid, small, colors, 0));
    }
}

} // namespace
} // namespace mixscope
