#include "tests/ui/view_stage.h"
#include "ui/export/export_view.h"
#include "ui/models/expert_load.h"
#include "ui/plot/histogram.h"
#include "ui/plot/lane_plot.h"
#include "ui/views/load_grid.h"
#include "ui/views/locked_range.h"
#include "ui/views/parts.h"

#include <QPushButton>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

TEST(GatesView, EachGateHasItsOwnFixedScale)
{
    Source source = plausible();
    source.keep = [](int, int token, int head) {
        return token < 20 ? 0.0F : head == 0 ? 1.0F : 0.5F;
    };
    source.dt = [](int, int token, int) { return token < 20 ? 1e-5F : 10.0F; };
    FakeRun run(source);
    run.prompt(40);
    run.selection.setLayer(2);
    run.selection.setHead(7);
    Stage stage(run, "gates");
    auto* lanes = stage.named<LanePlot>("Gate lanes");
    ASSERT_NE(lanes, nullptr);
    ASSERT_EQ(lanes->bands().size(), 5U);
    const auto hue = Theme::instance().sequential(Theme::instance().palette().ssm);
    const auto& ratio = Theme::instance().ratio();
    EXPECT_EQ(laneColor(lanes, 4, 2, 10), entry(hue, 0)) << "step below the floor";
    EXPECT_EQ(laneColor(lanes, 4, 2, 30), entry(hue, 255)) << "step 10";
    EXPECT_EQ(laneColor(lanes, 1, 0, 10), entry(ratio, 0)) << "keep 0";
    EXPECT_EQ(laneColor(lanes, 1, 0, 30), entry(ratio, 255)) << "keep 1";
    EXPECT_EQ(laneColor(lanes, 1, 2, 30), QColor::fromRgb(cellColors(ratio)[cellOf(0.5F)]))
        << "keep 0.5";

    const auto* histogram = stage.named<Histogram>("Gate histogram");
    ASSERT_NE(histogram, nullptr);
    EXPECT_EQ(histogram->count(), 40 * 8);
    EXPECT_DOUBLE_EQ(histogram->lowPart(), 0.5) << "half of the tokens keep nothing";
    EXPECT_DOUBLE_EQ(histogram->highPart(), 0.5 / 8) << "head 0 keeps all in the other half";
    run.decode(40);
    stage.settle();
    EXPECT_EQ(histogram->count(), 80 * 8);
    EXPECT_DOUBLE_EQ(histogram->lowPart(), 0.25);
}

TEST(GatesView, ClickTakesHeadAndTokenAndTheGate)
{
    FakeRun run;
    run.prompt(40);
    run.selection.setLayer(2);
    Stage stage(run, "gates");
    auto* lanes = stage.named<LanePlot>("Gate lanes");
    QTest::mouseClick(Stage::surface(lanes), Qt::LeftButton, {},
                      lanes->cellRect(4, 6, 17).center().toPoint());
    EXPECT_EQ(run.selection.head(), 6);
    EXPECT_EQ(run.selection.lockedToken(), 17);
    EXPECT_EQ(stage.named<SegmentBar>("Gate")->chosen(), 4);
}

TEST(GatesView, OnlyChosenExpertsAreFilledByTheirWeight)
{
    Source source = plausible();
    source.router = [](int, int token, int expert) {
        return expert == token % 2 ? 6.0F : expert == 3 ? 3.0F : 0.5F;
    };
    FakeRun run(source); // probabilities 0.6 and 0.3 chosen, 0.05 twice not
    run.prompt(40);
    run.selection.setLayer(3);
    Stage stage(run, "gates");
    auto* experts = stage.named<LanePlot>("Experts");
    ASSERT_NE(experts, nullptr);
    const auto moe = Theme::instance().sequential(Theme::instance().palette().moe);
    const auto expected = [&](float weight) {
        return QColor::fromRgb(cellColors(moe)[cellOf(weight)]);
    };
    EXPECT_EQ(laneColor(experts, 0, 0, 10), expected(0.6F));
    EXPECT_EQ(laneColor(experts, 0, 1, 10), expected(0.0F)) << "not chosen";
    EXPECT_EQ(laneColor(experts, 0, 1, 11), expected(0.6F));
    EXPECT_EQ(laneColor(experts, 0, 3, 11), expected(0.3F));
    const QWidget* load = stage.named<BarList>("Expert load");
    ASSERT_NE(load, nullptr);
    EXPECT_TRUE(load->accessibleDescription().contains("3  50 %"))
        << load->accessibleDescription().toStdString();
}

TEST(GatesView, DescriptionGivesTheGatesOfTheHead)
{
    Source source = plausible();
    source.dt = [](int, int, int) { return 0.125F; };
    source.keep = [](int, int, int) { return 0.9F; };
    source.write = [](int, int token, int) { return float(token); };
    source.out_gate = [](int, int, int head) { return 0.5F * float(head); };
    source.read = [](int, int, int) { return 6.5F; };
    source.router = [](int, int, int expert) { return expert == 2 ? 7.0F : 1.0F; };
    FakeRun run(source);
    run.prompt(20);
    run.selection.setLayer(4);
    run.selection.setHead(3);
    run.selection.lockToken(7);
    Stage stage(run, "gates");
    EXPECT_TRUE(stage.view->describe().startsWith(
        QStringLiteral("Gate lanes, layer 4, head 3, token 7: write 7.00, keep 0.900, read 6.50, "
                       "out gate 1.50, step Δ 0.125, expert 2 0.700")))
        << stage.view->describe().toStdString();
}

TEST(GatesView, FewHeadsAreDrawnAsStaircases)
{
    auto model = hybrid();
    for (LayerInfo& layer : model->layers) {
        if (layer.has_state()) layer.n_heads = 2;
    }
    Source source = plausible();
    source.keep = [](int, int token, int head) {
        return head == 1 ? 0.25F : token < 20 ? 0.0F : 1.0F;
    };
    FakeRun run(source, model);
    run.prompt(40);
    run.selection.setLayer(2);
    run.selection.setHead(0);
    Stage stage(run, "gates");
    auto* lanes = stage.named<LanePlot>("Gate lanes");
    const LaneBand& band = lanes->bands()[1];
    ASSERT_EQ(band.style, LaneBand::Style::stairs);
    // The band's frame: both rows share it.
    const QRectF box = lanes->cellRect(1, 0, 0) | lanes->cellRect(1, 1, 39);
    const QImage picture = lanes->grab().toImage();
    const auto drawn = [&](int token, float value, const QColor& color) {
        const int x = int(lanes->cellRect(1, 0, token).center().x());
        const int y = int(box.bottom() - 1 - value * (box.height() - 2));
        for (int dy = -2; dy <= 2; ++dy) {
            if (picture.pixelColor(x, y + dy) == color) return true;
        }
        return false;
    };
    const QColor strong = QColor::fromRgb(Theme::instance().ratio().back());
    const QColor faint = Theme::instance().palette().faint;
    EXPECT_TRUE(drawn(10, 0.0F, strong)) << "head 0, closed";
    EXPECT_TRUE(drawn(30, 1.0F, strong)) << "head 0, open";
    EXPECT_FALSE(drawn(10, 1.0F, strong));
    EXPECT_TRUE(drawn(30, 0.25F, faint)) << "head 1 stays where it is";
}

TEST(GatesView, PrintsTheFocusedHeadsValuesAtTheToken)
{
    Source source = plausible();
    source.keep = [](int, int, int head) { return head == 3 ? 0.5F : 0.9F; };
    source.write = [](int, int token, int head) { return float(token * 10 + head); };
    FakeRun run(source);
    run.prompt(20);
    run.selection.setLayer(4);
    run.selection.setHead(3);
    run.selection.lockToken(7);
    Stage stage(run, "gates");
    auto* lanes = stage.named<LanePlot>("Gate lanes");
    EXPECT_EQ(lanes->readings().value(0), "73.0");
    EXPECT_EQ(lanes->readings().value(1), "0.500");
    stage.named<SegmentBar>("Keep as")->choose(1);
    stage.settle();
    EXPECT_EQ(lanes->readings().value(1), "1.00 tokens");
}

TEST(GatesView, AnAttentionLayerLeavesTheRoomToItsExperts)
{
    Source source = plausible();
    source.router = [](int layer, int, int expert) { return expert == layer % 4 ? 9.0F : 0.1F; };
    FakeRun run(source);
    run.prompt(30);
    run.selection.setLayer(3);
    Stage stage(run, "gates");
    EXPECT_FALSE(stage.named("Gate lanes")->isVisible());
    EXPECT_GT(stage.named("Experts")->height(), 150);
    auto* grid = stage.named<LoadGrid>("Expert load by layer");
    ASSERT_NE(grid, nullptr);
    ASSERT_TRUE(grid->isVisible());
    // Two experts a token: half of layer 2's choices fall on expert 2.
    const auto moe = Theme::instance().sequential(Theme::instance().palette().moe);
    const QPointF corner = grid->cellRect(2, 2).topLeft() + QPointF(3, 3);
    EXPECT_EQ(grid->grab().toImage().pixelColor(corner.toPoint()), entry(moe, 128));
    QTest::mouseClick(grid, Qt::LeftButton, {}, grid->cellRect(7, 1).center().toPoint());
    EXPECT_EQ(run.selection.layer(), 7);
    QTest::keyClick(grid, Qt::Key_Up);
    EXPECT_EQ(run.selection.layer(), 6);
    stage.settle();
    EXPECT_TRUE(stage.named("Gate lanes")->isVisible()) << "layer 6 is recurrent";
    EXPECT_FALSE(grid->isVisible());
}

TEST(GatesView, RouterEntropyIsDrawnInBits)
{
    Source source = plausible();
    source.router = [](int, int token, int expert) {
        return token < 20 ? 1.0F : expert == 0 ? 1.0F : 0.0F;
    };
    FakeRun run(source);
    run.prompt(40);
    run.selection.setLayer(3);
    run.selection.lockToken(5);
    Stage stage(run, "gates");
    auto* experts = stage.named<LanePlot>("Experts");
    EXPECT_FLOAT_EQ(experts->bands()[1].scale.high, 2.0F) << "four experts";
    EXPECT_EQ(experts->readings().value(1), "2.00");
    run.selection.lockToken(25);
    stage.settle();
    EXPECT_EQ(experts->readings().value(1), "0");
}

TEST(GatesView, OffersToTurnTheProbesOn)
{
    FakeRun run;
    run.prompt(10);
    Source dark = plausible();
    dark.gate_layer = 0; // others have no gates captured
    FakeRun other(dark);
    other.prompt(10);
    other.selection.setLayer(4);
    Stage stage(other, "gates");
    int wanted = 0;
    QObject::connect(stage.view.get(), &View::probeLevelWanted, [&] { ++wanted; });
    for (QPushButton* button : stage.view->findChildren<QPushButton*>()) {
        if (button->isVisible() && button->text() == "Turn on") button->click();
    }
    EXPECT_EQ(wanted, 1);
}

TEST(GatesView, WritesWhatItShowsInLongFormat)
{
    Source source = plausible();
    source.keep = [](int, int, int head) { return head == 0 ? 0.5F : 0.75F; };
    FakeRun run(source);
    run.prompt(3);
    run.selection.setLayer(4);
    Stage stage(run, "gates");
    const QString csv = QString::fromUtf8(numbersOf(*stage.view));
    const QStringList lines = csv.split(QStringLiteral("\n"));
    EXPECT_TRUE(csv.contains("token,text,layer,quantity,\"head, group or expert\",value"))
        << csv.left(400).toStdString();
    EXPECT_TRUE(csv.contains("0,Once,4,keep,0,0.5"));
    EXPECT_TRUE(csv.contains("2,a,4,half-life [tokens],0,1"));
    EXPECT_EQ(csv.count(QStringLiteral(",keep,")), 3 * kHeads);
    EXPECT_EQ(csv.count(QStringLiteral(",router probability,")), 3 * kExperts);
}

TEST(ExpertLoad, CountsEachTokenOnceAndAgainAfterARewind)
{
    Source source = plausible();
    source.router = [](int, int token, int expert) {
        return expert == (token < 6 ? 1 : 2) ? 9.0F : expert == 0 ? 1.0F : 0.1F;
    };
    FakeRun run(source);
    run.prompt(4);
    ExpertLoad load;
    load.update(run.store, 0);
    run.decode(4);
    load.update(run.store, 4);
    load.update(run.store, 8); // nothing new
    EXPECT_EQ(load.choices(5), 16) << "two experts for each of eight tokens";
    EXPECT_DOUBLE_EQ(load.share(5, 0), 0.5);
    EXPECT_DOUBLE_EQ(load.share(5, 1), 6.0 / 16);
    EXPECT_DOUBLE_EQ(load.share(5, 2), 2.0 / 16);
    const auto often = load.often(5, 2, 8);
    ASSERT_EQ(often.size(), 2U);
    EXPECT_EQ(often[0].id, 306);
    EXPECT_EQ(often[0].times, 1);
    load.update(run.store, 2); // tokens from there on were replaced
    EXPECT_EQ(load.choices(5), 16);
}

TEST(RangeClock, HoldsOnceSettledUntilRestarted)
{
    RangeClock clock;
    EXPECT_FALSE(clock.due(0));
    EXPECT_TRUE(clock.due(4));
    EXPECT_FALSE(clock.due(8));
    EXPECT_TRUE(clock.due(12));
    EXPECT_TRUE(clock.due(130)) << "the last look";
    EXPECT_FALSE(clock.due(4000));
    clock.restart();
    EXPECT_TRUE(clock.due(4000));
    EXPECT_FALSE(clock.due(8000));
}

TEST(GatesView, SaysWhatALayerWithoutGatesIs)
{
    auto model = hybrid();
    for (LayerInfo& layer : model->layers)
        layer.n_experts = 0;
    FakeRun run(plausible(), model);
    run.prompt(10);
    run.selection.setLayer(3);
    Stage stage(run, "gates");
    EXPECT_TRUE(stage.view->describe().contains("no gates here"));
    for (QPushButton* button : stage.view->findChildren<QPushButton*>()) {
        if (button->isVisible()) button->click();
    }
    EXPECT_EQ(run.selection.layer(), 2);
}

} // namespace
} // namespace mixscope
