#include "tests/ui/view_stage.h"
#include "ui/plot/histogram.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/matrix_map.h"
#include "ui/views/parts.h"

#include <QPushButton>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

QColor laneColor(LanePlot* plot, int band, int row, int token)
{
    const QPointF middle = plot->cellRect(band, row, token).center();
    return plot->grab().toImage().pixelColor(middle.toPoint());
}

TEST(StateView, LanesAreDarkBelowAndBrightAboveTheirRange)
{
    Source source = plausible();
    source.state_norm = [](int layer, int token, int) {
        return (token / 10 % 2 == 0 ? 1.0F : 5.0F) + float(layer);
    };
    FakeRun run(source);
    run.prompt(60);
    run.selection.setLayer(9);
    Stage stage(run, "state");
    auto* lanes = stage.named<LanePlot>("State lanes");
    ASSERT_NE(lanes, nullptr);
    ASSERT_EQ(lanes->bands().size(), 8U) << "the recurrent layers";
    const auto colors = Theme::instance().sequential(Theme::instance().palette().ssm);
    for (const int band : {0, 3, 6}) {
        EXPECT_EQ(laneColor(lanes, band, 0, 5), entry(colors, 0)) << band;
        EXPECT_EQ(laneColor(lanes, band, 0, 15), entry(colors, 255)) << band;
    }
    EXPECT_FLOAT_EQ(lanes->bands()[0].scale.low, 1.0F);
    EXPECT_FLOAT_EQ(lanes->bands()[7].scale.high, 14.0F);
}

TEST(StateView, OneFrameDoesNotRescaleALane)
{
    Source source = plausible();
    source.state_norm = [](int, int token, int) { return token == 59 ? 50.0F : float(token % 10); };
    FakeRun run(source);
    run.prompt(56);
    Stage stage(run, "state");
    auto* lanes = stage.named<LanePlot>("State lanes");
    const ValueScale before = lanes->bands()[0].scale;
    run.decode(4);
    stage.settle();
    EXPECT_EQ(lanes->bands()[0].scale, before);
    EXPECT_EQ(laneColor(lanes, 1, 0, 59),
              entry(Theme::instance().sequential(Theme::instance().palette().ssm), 255));
}

TEST(StateView, HalfLifeHasAFixedRange)
{
    Source source = plausible();
    source.keep = [](int, int token, int) { return token < 20 ? 0.5F : 1.0F; }; // 1 token, for ever
    FakeRun run(source);
    run.prompt(40);
    run.selection.setLayer(9);
    Stage stage(run, "state");
    stage.named<SegmentBar>("Quantity")->choose(2);
    stage.settle();
    auto* lanes = stage.named<LanePlot>("State lanes");
    EXPECT_EQ(lanes->bands()[0].scale, (ValueScale {ValueScale::Kind::log, 1.0F, 1e5F}));
    EXPECT_EQ(laneColor(lanes, 2, 0, 10), entry(Theme::instance().ratio(), 0));
    EXPECT_EQ(laneColor(lanes, 2, 0, 30), entry(Theme::instance().ratio(), 255));
}

TEST(StateView, HoverPreviewsAndClickTakesTheLayer)
{
    FakeRun run;
    run.prompt(50);
    Stage stage(run, "state");
    auto* lanes = stage.named<LanePlot>("State lanes");
    const QPoint where = lanes->cellRect(4, 0, 21).center().toPoint(); // layer 5
    QTest::mouseMove(Stage::surface(lanes), where);
    EXPECT_EQ(run.selection.token(), 21);
    EXPECT_EQ(run.selection.lockedToken(), -1);
    QTest::mouseClick(Stage::surface(lanes), Qt::LeftButton, {}, where);
    EXPECT_EQ(run.selection.layer(), 5);
    EXPECT_EQ(run.selection.lockedToken(), 21);
}

TEST(StateView, DescriptionAndMatrixTellTheFocusedHead)
{
    Source source = plausible();
    source.state_norm = [](int layer, int token, int head) {
        return float(layer) + 0.1F * float(token) + 0.01F * float(head);
    };
    source.state_change = [](int, int, int head) { return 0.25F * float(head); };
    FakeRun run(source);
    run.prompt(20);
    run.selection.setLayer(5);
    run.selection.setHead(3);
    run.selection.lockToken(12);
    Stage stage(run, "state");
    auto* matrix = stage.named<MatrixMap>("State matrix");
    ASSERT_NE(matrix, nullptr);
    EXPECT_TRUE(matrix->empty()) << "no frame of this head yet";
    run.store.setState(run.state(5, 3));
    stage.settle();
    EXPECT_FALSE(matrix->empty());
    EXPECT_EQ(stage.view->describe(),
              "State lanes, layer 5, head 3: norm 6.23, change 0.750 at token 12");
    EXPECT_TRUE(
        matrix->accessibleDescription().contains("layer 5, head 3, 64 by 64 after token 19"));
    run.selection.setHead(4);
    stage.settle();
    EXPECT_TRUE(matrix->empty()) << "the frame is of another head";
}

TEST(StateView, SaysThatPureAttentionHasNone)
{
    auto model = hybrid();
    for (LayerInfo& layer : model->layers) {
        layer.mixer = "attention";
        layer.d_state = 0;
        layer.n_kv_heads = 4;
    }
    FakeRun run(plausible(), model);
    run.prompt(5);
    Stage stage(run, "state");
    EXPECT_TRUE(stage.view->describe().startsWith("Pure attention"))
        << stage.view->describe().toStdString();
}

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
    ASSERT_EQ(lanes->bands().size(), 4U);
    const auto hue = Theme::instance().sequential(Theme::instance().palette().ssm);
    const auto& ratio = Theme::instance().ratio();
    EXPECT_EQ(laneColor(lanes, 0, 2, 10), entry(hue, 0)) << "step below the floor";
    EXPECT_EQ(laneColor(lanes, 0, 2, 30), entry(hue, 255)) << "step 10";
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
                      lanes->cellRect(2, 6, 17).center().toPoint());
    EXPECT_EQ(run.selection.head(), 6);
    EXPECT_EQ(run.selection.lockedToken(), 17);
    EXPECT_EQ(stage.named<SegmentBar>("Gate")->chosen(), 2);
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
    source.router = [](int, int, int expert) { return expert == 2 ? 7.0F : 1.0F; };
    FakeRun run(source);
    run.prompt(20);
    run.selection.setLayer(4);
    run.selection.setHead(3);
    run.selection.lockToken(7);
    Stage stage(run, "gates");
    EXPECT_TRUE(stage.view->describe().startsWith(
        QStringLiteral("Gate lanes, layer 4, head 3, token 7: step Δ 0.125, keep 0.900, "
                       "write 7.00, out gate 1.50, expert 2 0.700")))
        << stage.view->describe().toStdString();
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
