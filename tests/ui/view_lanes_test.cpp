#include "tests/ui/view_stage.h"
#include "ui/export/export_view.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/matrix_map.h"
#include "ui/plot/stack_plot.h"
#include "ui/views/norm_strip.h"
#include "ui/views/parts.h"

#include <QPushButton>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

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
    run.selection.lockToken(3); // its line covers cells
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
    EXPECT_EQ(laneColor(lanes, 2, 0, 10), entry(halfLifeMap(), 0));
    EXPECT_EQ(laneColor(lanes, 2, 0, 30), entry(halfLifeMap(), 255));
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

TEST(StateView, ShowsTheMatrixThatCameBeforeItWasMade)
{
    FakeRun run(plausible());
    run.prompt(20);
    run.selection.setLayer(5);
    run.selection.setHead(3);
    run.store.setState(run.state(5, 3));
    Stage stage(run, "state");
    stage.settle();
    EXPECT_FALSE(stage.named<MatrixMap>("State matrix")->empty());
}

TEST(StateView, DescriptionAndMatrixTellTheFocusedHead)
{
    Source source = plausible();
    source.state_norm = [](int layer, int token, int head) {
        return float(layer) + 0.1F * float(token) + 0.01F * float(head);
    };
    source.state_change = [](int, int, int head) { return 0.25F * float(head); };
    source.keep = [](int, int, int) { return 0.6F; }; // 0.36 after two tokens
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
              "State lanes, layer 5, head 3: norm 6.23, change 0.750 at token 12; its write: half "
              "gone after 2 tokens");
    EXPECT_TRUE(
        matrix->accessibleDescription().contains("layer 5, head 3, 64 by 64 after token 19"));
    run.selection.setHead(4);
    stage.settle();
    EXPECT_TRUE(matrix->empty()) << "the frame is of another head";
}

TEST(StateView, ALayerOpensIntoItsHeads)
{
    Source source = plausible();
    source.state_norm = [](int, int, int head) { return float(head); };
    FakeRun run(source);
    run.prompt(40);
    run.selection.setLayer(2);
    run.selection.setHead(0);
    Stage stage(run, "state");
    auto* lanes = stage.named<LanePlot>("State lanes");
    EXPECT_EQ(lanes->bands()[2].rows, 1);
    stage.named<SegmentBar>("Heads")->choose(2);
    stage.settle();
    ASSERT_EQ(lanes->bands()[2].rows, kHeads) << "layer 2";
    EXPECT_EQ(lanes->bands()[3].rows, 1);
    const auto colors = Theme::instance().sequential(Theme::instance().palette().ssm);
    EXPECT_EQ(laneColor(lanes, 2, 0, 20), entry(colors, 0));
    EXPECT_EQ(laneColor(lanes, 2, 7, 20), entry(colors, 255));
    const float part = 3.0F / 7.0F;
    EXPECT_EQ(laneColor(lanes, 2, 3, 20), QColor::fromRgb(cellColors(colors)[cellOf(part)]));
    QTest::mouseClick(Stage::surface(lanes), Qt::LeftButton, {},
                      lanes->cellRect(2, 6, 17).center().toPoint());
    EXPECT_EQ(run.selection.head(), 6);
    EXPECT_EQ(run.selection.layer(), 2);
}

TEST(StateView, SettledRangesHoldUntilFitNow)
{
    Source source = plausible();
    source.state_norm = [](int, int token, int) { return token < 140 ? float(token % 10) : 90.0F; };
    FakeRun run(source);
    run.prompt(140);
    Stage stage(run, "state");
    auto* lanes = stage.named<LanePlot>("State lanes");
    EXPECT_FLOAT_EQ(lanes->bands()[0].scale.high, 9.0F);
    run.decode(200);
    stage.settle();
    EXPECT_FLOAT_EQ(lanes->bands()[0].scale.high, 9.0F) << "no colour changes its meaning";
    for (QPushButton* button : stage.view->findChildren<QPushButton*>()) {
        if (button->text() == "Fit now") button->click();
    }
    stage.settle();
    EXPECT_FLOAT_EQ(lanes->bands()[0].scale.high, 90.0F);
}

TEST(StateView, MemoryStripDrawsWhatRemainsAndWhatIsGone)
{
    Source source = plausible();
    source.write = [](int, int, int) { return 1.0F; };
    source.keep = [](int, int token, int) { return token == 30 ? 0.5F : 1.0F; };
    FakeRun run(source);
    run.prompt(60);
    run.selection.setLayer(5);
    run.selection.lockToken(40);
    Stage stage(run, "state", {1100, 900});
    auto* bars = stage.named<StackPlot>("Memory contents");
    ASSERT_NE(bars, nullptr);
    ASSERT_DOUBLE_EQ(bars->top(), 1.0);
    const Palette& palette = Theme::instance().palette();
    const QImage picture = bars->grab().toImage();
    const auto at = [&](int token, double value) {
        const PlotMap map = bars->map();
        return picture.pixelColor(QPointF(map.x(token + 0.35), map.y(value)).toPoint());
    };
    EXPECT_EQ(at(10, 0.25), palette.ssm) << "half remains of what was written before token 30";
    EXPECT_EQ(at(10, 0.75), palette.line) << "the other half is gone";
    EXPECT_EQ(at(35, 0.75), palette.ssm) << "written after it: all is there";
    EXPECT_EQ(at(50, 0.75), palette.panel) << "not yet written at token 40";
    stage.named<SegmentBar>("Memory as")->choose(1);
    stage.settle();
    EXPECT_TRUE(bars->accessibleDescription().contains("after token 40"));
}

TEST(StateView, MatrixCanShowWhatChanged)
{
    FakeRun run;
    run.prompt(20);
    run.selection.setLayer(5);
    Stage stage(run, "state", {1100, 900});
    auto* matrix = stage.named<MatrixMap>("State matrix");
    StateFrame frame {.layer = 5, .head = 0, .position = 18, .rows = 2, .columns = 2};
    frame.values = {1.0F, -2.0F, 0.0F, 1.0F};
    run.store.setState(frame);
    stage.settle();
    auto* rows = stage.named<NormStrip>("Norms of the rows");
    ASSERT_EQ(rows->norms().size(), 2U);
    EXPECT_FLOAT_EQ(rows->norms()[0], std::sqrt(5.0F));
    EXPECT_FLOAT_EQ(rows->norms()[1], 1.0F);
    stage.named<SegmentBar>("Matrix")->choose(1);
    EXPECT_TRUE(matrix->empty()) << "one frame has no change";
    frame.position = 19;
    frame.values = {1.0F, -2.0F, 3.0F, 1.0F};
    run.store.setState(frame);
    stage.settle();
    ASSERT_FALSE(matrix->empty());
    EXPECT_FLOAT_EQ(rows->norms()[0], 0.0F);
    EXPECT_FLOAT_EQ(rows->norms()[1], 3.0F);
    EXPECT_TRUE(matrix->accessibleDescription().contains(QStringLiteral("S(19) − S(18)")));
    const QImage picture = matrix->grab().toImage();
    const QRect box = matrix->imageRect();
    const auto cell = [&](int row, int column) {
        return picture.pixelColor(box.left() + box.width() * (2 * column + 1) / 4,
                                  box.top() + box.height() * (2 * row + 1) / 4);
    };
    const auto& map = Theme::instance().diverging();
    EXPECT_EQ(cell(0, 0), entry(map, 127)) << "no change is the background";
    EXPECT_GT(cell(1, 0).red(), cell(1, 0).blue()) << "3 is at the warm end";
}

TEST(StateView, WritesLanesMemoryAndMatrix)
{
    FakeRun run;
    run.prompt(3);
    run.selection.setLayer(5);
    Stage stage(run, "state");
    run.store.setState(run.state(5, 0));
    stage.settle();
    const QString csv = QString::fromUtf8(numbersOf(*stage.view));
    EXPECT_EQ(csv.count(QStringLiteral(",mean,‖S‖,")), 3 * 8);
    EXPECT_EQ(csv.count(QStringLiteral("share left after token 2")), 3);
    EXPECT_EQ(csv.count(QStringLiteral("\"row ")), 64 * 64);
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

} // namespace
} // namespace mixscope
