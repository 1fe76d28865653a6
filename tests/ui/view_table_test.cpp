#include "tests/ui/view_stage.h"
#include "ui/export/export_view.h"
#include "ui/models/memory_projection.h"
#include "ui/plot/curve_plot.h"
#include "ui/plot/stack_plot.h"
#include "ui/views/flame_row.h"
#include "ui/views/layer_times.h"
#include "ui/views/parts.h"
#include "ui/views/top_tokens.h"

#include <QDir>
#include <QPushButton>
#include <QSet>
#include <QTableView>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

QString cellText(const QTableView* table, int row, int column)
{
    return table->model()->index(row, column).data().toString();
}

TEST(Views, EachHasItsNamesAndSaysSomethingInEveryState)
{
    struct Names {
        const char* id;
        std::vector<const char*> drawn;
    };
    const std::vector<Names> contract {{"attention", {"Attention map"}},
                                       {"state", {"State lanes", "State matrix"}},
                                       {"gates", {"Gate lanes", "Experts"}},
                                       {"memory", {"Memory growth"}},
                                       {"time", {"Time per token", "Layer times"}},
                                       {"logits", {"Top tokens"}}};
    ASSERT_EQ(viewTable().size(), contract.size());
    for (std::size_t i = 0; i < contract.size(); ++i) {
        EXPECT_STREQ(viewTable()[i].id, contract[i].id);
        RunStore noModel;
        Selection nothing;
        std::unique_ptr<View> empty(viewTable()[i].create({noModel, nothing}, nullptr));
        empty->show();
        empty->refresh();
        EXPECT_EQ(empty->describe(), "No model is open.") << contract[i].id;

        FakeRun run;
        run.selection.setLayer(3);
        Stage stage(run, contract[i].id);
        const QString before = stage.view->describe();
        EXPECT_FALSE(before.isEmpty());
        run.prompt(20);
        stage.settle();
        EXPECT_NE(stage.view->describe(), before);
        for (const char* name : contract[i].drawn)
            EXPECT_NE(stage.named(name), nullptr) << name;
        EXPECT_TRUE(QTest::qWaitFor([&] {
            return stage.named(contract[i].drawn[0])->accessibleDescription()
                == stage.view->describe();
        })) << contract[i].id;
    }
}

TEST(Views, EveryControlHasAName)
{
    for (const ViewInfo& info : viewTable()) {
        FakeRun run;
        run.selection.setLayer(3);
        run.prompt(20);
        Stage stage(run, info.id);
        for (const QWidget* widget : stage.view->findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible()) continue;
            const auto* proxy = widget->focusProxy();
            const QString text = widget->property("text").toString();
            EXPECT_FALSE(widget->accessibleName().isEmpty() && text.isEmpty() && proxy == nullptr
                         && widget->parentWidget()->accessibleName().isEmpty())
                << info.id << ' ' << widget->metaObject()->className();
        }
    }
}

/// Colours come from the theme alone: no pixel of the dark panel is left after a switch.
TEST(Views, RedrawInEveryTheme)
{
    for (const ViewInfo& info : viewTable()) {
        FakeRun run;
        const int layer = QLatin1String(info.id) == QLatin1String("attention") ? 3 : 2;
        run.selection.setLayer(layer);
        run.prompt(40);
        run.decode(60);
        run.store.setState(run.state(layer, 0));
        Stage stage(run, info.id);
        const QColor dark = Theme::instance().palette().panel;
        for (const char* theme : {"light", "projector", "dark"}) {
            Theme::instance().setTheme(theme);
            spin(5);
            stage.settle();
            const QImage image = stage.view->grab().toImage();
            long old = 0, panel = 0;
            for (int y = 0; y < image.height(); y += 3) {
                for (int x = 0; x < image.width(); x += 3) {
                    old += image.pixelColor(x, y) == dark;
                    panel += image.pixelColor(x, y) == Theme::instance().palette().panel;
                }
            }
            EXPECT_GT(panel, 1000) << info.id << ' ' << theme;
            if (QLatin1String(theme) != QLatin1String("dark")) {
                EXPECT_EQ(old, 0) << info.id << ' ' << theme;
            }
            const QDir build(QCoreApplication::applicationDirPath() + QStringLiteral("/.."));
            build.mkpath("screenshots");
            image.save(
                build.filePath(QStringLiteral("screenshots/view-%1-%2.png").arg(info.id, theme)));
        }
    }
}

TEST(TimeView, ColumnsAreTheTimesThatWereMeasured)
{
    Source source = plausible();
    source.layer_ms = [](int token, int layer) {
        return layer == 0 || layer == 11 ? 0.0F : token == 30 ? 0.2F : 0.1F;
    };
    FakeRun run(source); // ten layers of 0.1 ms, two of them attention, 0.05 ms besides
    run.prompt(10);
    run.decode(30);
    Stage stage(run, "time");
    auto* stack = stage.named<StackPlot>("Time per token");
    ASSERT_NE(stack, nullptr);
    const auto at = [&](int token, double ms) {
        const QPointF pixel(stack->map().x(token + 0.4), stack->map().y(ms));
        return stack->grab().toImage().pixelColor(pixel.toPoint());
    };
    const Palette& palette = Theme::instance().palette();
    EXPECT_EQ(at(20, 0.75), palette.ssm) << "eight recurrent layers: 0 to 0.8 ms";
    EXPECT_EQ(at(20, 0.85), palette.attn) << "two attention layers: 0.8 to 1.0 ms";
    EXPECT_EQ(at(20, 1.2), palette.panel);
    EXPECT_EQ(at(5, 0.5), palette.user) << "prefill stands apart";
    EXPECT_TRUE(stage.view->describe().contains("recurrent layers 0.800, attention layers 0.200"))
        << stage.view->describe().toStdString();
}

TEST(TimeView, TheAxisHoldsStillUntilItMustWiden)
{
    Source source = plausible();
    source.layer_ms = [](int token, int) { return token < 60 ? 0.1F : 1.0F; };
    FakeRun run(source);
    run.prompt(10);
    run.decode(30);
    Stage stage(run, "time");
    const auto* stack = stage.named<StackPlot>("Time per token");
    const double top = stack->top();
    run.decode(20);
    stage.settle();
    EXPECT_EQ(stack->top(), top);
    run.decode(60); // ten times slower
    stage.settle();
    EXPECT_GT(stack->top(), 10.0);
}

TEST(LayerTimes, AreTheStatisticsOfTheDecodedTokens)
{
    Source source = plausible();
    source.layer_ms = [](int token, int layer) {
        return layer == 3 ? 0.001F * float(token) : 0.1F;
    };
    FakeRun run(source);
    run.prompt(10);
    run.decode(101); // tokens 10 … 110
    Stage stage(run, "time");
    const auto* table = stage.named<QTableView>("Layer times");
    ASSERT_NE(table, nullptr);
    ASSERT_EQ(table->model()->rowCount(), 14) << "embedding, ten layers, head, sampling, probes";
    EXPECT_EQ(cellText(table, 3, LayerTimes::layer), "2"); // row 3 is layer_ms[3], layer 2
    EXPECT_EQ(cellText(table, 3, LayerTimes::mean), "60.0");
    EXPECT_EQ(cellText(table, 3, LayerTimes::median), "60.0");
    EXPECT_EQ(cellText(table, 3, LayerTimes::p90), "100");
    EXPECT_EQ(cellText(table, 3, LayerTimes::p99), "109");
    EXPECT_EQ(cellText(table, 3, LayerTimes::bytes), "2.40 MB"); // eight ops of 300 kB
    EXPECT_EQ(cellText(table, 3, LayerTimes::rate), "40.0");
    EXPECT_EQ(cellText(table, 3, LayerTimes::limit), "50"); // of 80 GB/s
}

TEST(LayerTimes, SortByAnyColumn)
{
    FakeRun run;
    run.prompt(10);
    run.decode(60);
    Stage stage(run, "time");
    auto* table = stage.named<QTableView>("Layer times");
    table->sortByColumn(LayerTimes::mean, Qt::DescendingOrder);
    EXPECT_EQ(cellText(table, 0, LayerTimes::layer), "head");
    EXPECT_EQ(cellText(table, 1, LayerTimes::kind), "attention · moe+shared");
    for (int row = 1; row < table->model()->rowCount(); ++row) {
        EXPECT_GE(cellText(table, row - 1, LayerTimes::mean).toDouble(),
                  cellText(table, row, LayerTimes::mean).toDouble());
    }
}

TEST(TimeView, ClickOnAnOpTakesItsLayer)
{
    FakeRun run;
    run.prompt(10);
    run.decode(5);
    Stage stage(run, "time");
    auto* flame = stage.named<FlameRow>("Ops of the token");
    ASSERT_NE(flame, nullptr);
    EXPECT_TRUE(flame->accessibleDescription().contains("80 ops"))
        << flame->accessibleDescription().toStdString();
    // Embedding 12, layers 0 … 2 47 each, then attention: its middle is at about 185 of 750 µs.
    QTest::mouseClick(flame, Qt::LeftButton, {}, QPoint(flame->width() * 185 / 750, 5));
    EXPECT_EQ(run.selection.layer(), 3);
}

TEST(TimeView, AChunkOfThePromptIsOneBlock)
{
    Source source = plausible();
    source.layer_ms = [](int, int) { return 0.5F; };
    FakeRun run(source);
    run.prompt(10);
    run.prefill(6);
    run.decode(8);
    Stage stage(run, "time");
    auto* stack = stage.named<StackPlot>("Time per token");
    const QImage picture = stack->grab().toImage();
    const Palette& palette = Theme::instance().palette();
    const double ms = 0.2; // within the recurrent layers of every token
    const auto lastPixelOf = [&](int token) {
        const PlotMap map = stack->map();
        return picture.pixelColor(int(std::floor(map.x(token + 1))) - 1, int(map.y(ms)));
    };
    EXPECT_EQ(lastPixelOf(4), palette.ssm) << "no gap within a chunk";
    EXPECT_EQ(lastPixelOf(12), palette.ssm);
    EXPECT_NE(lastPixelOf(9), palette.ssm) << "one between chunks";
    EXPECT_EQ(lastPixelOf(18), palette.panel) << "and between decoded tokens";
}

TEST(LayerTimes, AddUpByKindAndByOp)
{
    Source source = plausible();
    source.layer_ms = [](int, int layer) { return layer == 0 || layer == 11 ? 0.0F : 0.1F; };
    FakeRun run(source);
    run.prompt(10);
    run.decode(20);
    LayerTimes times(nullptr);
    const auto text = [&](int row, int column) {
        return times.data(times.index(row, column), Qt::DisplayRole).toString();
    };
    times.setBy(LayerTimes::By::kind);
    times.update(run.store);
    ASSERT_EQ(times.rowCount(), 6) << "embed, recurrent, attention, head, sampling, probes";
    EXPECT_EQ(text(1, LayerTimes::layer), "recurrent");
    EXPECT_EQ(text(1, LayerTimes::kind), "8 layers");
    EXPECT_EQ(text(1, LayerTimes::calls), "160");
    EXPECT_EQ(text(1, LayerTimes::median), "800");
    EXPECT_EQ(text(1, LayerTimes::p99), "800");
    EXPECT_EQ(text(1, LayerTimes::bytes), "19.2 MB") << "64 ops of 300 kB";
    EXPECT_EQ(text(2, LayerTimes::mean), "200");
    EXPECT_EQ(text(1, LayerTimes::share), "76.2") << "of 1.05 ms a token";

    times.setBy(LayerTimes::By::op);
    times.update(run.store);
    int moe = -1;
    for (int row = 0; row < times.rowCount(); ++row)
        if (text(row, LayerTimes::layer) == "moe") moe = row;
    ASSERT_GE(moe, 0);
    EXPECT_EQ(text(moe, LayerTimes::calls), "200") << "ten layers, twenty tokens";
    EXPECT_EQ(text(moe, LayerTimes::mean), "300") << "0.3 of each layer";
    EXPECT_EQ(text(moe, LayerTimes::bytes), "3.00 MB");
}

TEST(LayerTimes, SortFromTheKeyboard)
{
    FakeRun run;
    run.prompt(10);
    run.decode(60);
    Stage stage(run, "time");
    auto* table = stage.named<QTableView>("Layer times");
    table->setCurrentIndex(table->model()->index(0, LayerTimes::mean));
    QTest::keyClick(table, Qt::Key_S);
    EXPECT_EQ(cellText(table, 0, LayerTimes::layer), "head") << "the slowest first";
    QTest::keyClick(table, Qt::Key_S);
    EXPECT_NE(cellText(table, 0, LayerTimes::layer), "head") << "and the other way round";
}

TEST(FlameRow, ZonesAreAsWideAsTheirTime)
{
    FlameRow flame(nullptr);
    flame.resize(1000, 100);
    const std::vector<OpTime> ops {{"embed", -1, 100.0F, 0, 0}, {"matmul", 0, 300.0F, 0, 0},
                                   {"tiny", 0, 0.5F, 0, 0},     {"tiny", 0, 0.5F, 0, 0},
                                   {"scan", 0, 199.0F, 0, 0},   {"matmul", 1, 400.0F, 0, 0}};
    const auto color = [](int layer) { return layer == 0 ? QColor(Qt::red) : QColor(Qt::blue); };
    flame.setOps("token 5", ops, color);
    flame.setLayer(0);
    using Row = FlameRow::Row;
    EXPECT_NEAR(flame.rectOf(Row::layers, 2).left(), 100.0, 0.01);
    EXPECT_NEAR(flame.rectOf(Row::layers, 2).width(), 500.0, 0.01);
    EXPECT_NEAR(flame.rectOf(Row::ops, 4).left(), 401.0, 0.01);
    EXPECT_NEAR(flame.rectOf(Row::ops, 4).width(), 199.0, 0.01);
    EXPECT_NEAR(flame.rectOf(Row::detail, 1).width(), 600.0, 0.01) << "300 of layer 0's 500 µs";
    EXPECT_TRUE(flame.rectOf(Row::detail, 5).isEmpty()) << "another layer";
    const QImage picture = flame.grab().toImage();
    EXPECT_EQ(picture.pixelColor(350, 3), QColor(Qt::red));
    EXPECT_EQ(picture.pixelColor(900, 3), QColor(Qt::blue));
    // Two ops of half a pixel each do not vanish: they are drawn together.
    const QRectF hidden = flame.rectOf(Row::detail, 2) | flame.rectOf(Row::detail, 3);
    bool marked = false;
    for (int y = int(hidden.top()); y < int(hidden.bottom()); ++y)
        marked |= picture.pixelColor(int(hidden.left()), y) == QColor(Qt::red);
    EXPECT_TRUE(marked);
    QTest::mouseMove(&flame, QPoint(700, 5));
    EXPECT_TRUE(flame.accessibleDescription().contains("slowest: head · matmul"))
        << flame.accessibleDescription().toStdString();
}

TEST(TimeView, WritesTimesAndTheTable)
{
    FakeRun run;
    run.prompt(4);
    run.decode(3);
    Stage stage(run, "time");
    const QString csv = QString::fromUtf8(numbersOf(*stage.view));
    EXPECT_EQ(csv.count(QStringLiteral(",prefill,")), 4 * 6);
    EXPECT_EQ(csv.count(QStringLiteral(",decode,")), 3 * 6);
    EXPECT_TRUE(csv.contains("layer,kind,calls,mean µs"));
    EXPECT_TRUE(csv.contains("\n3,attention · moe+shared,3,"));
}

TEST(MemoryView, StateIsFlatAndTheCacheGrows)
{
    FakeRun run;
    run.prompt(100);
    Stage stage(run, "memory");
    auto* growth = stage.named<StackPlot>("Memory growth");
    const Palette& palette = Theme::instance().palette();
    const auto at = [&](int token, double mb) {
        const QPointF pixel(growth->map().x(token + 0.5), growth->map().y(mb));
        return growth->grab().toImage().pixelColor(pixel.toPoint());
    };
    const double state = 8 * 138240 / 1e6;
    EXPECT_EQ(at(10, state * 0.95), palette.ssm);
    EXPECT_EQ(at(90, state * 0.95), palette.ssm);
    EXPECT_EQ(at(90, state + 0.9 * 91 * 2048 / 1e6), palette.attn);
    EXPECT_EQ(at(10, state + 0.9 * 91 * 2048 / 1e6), palette.panel) << "not yet grown so far";
    EXPECT_EQ(
        stage.view->describe(),
        "Memory growth: weights 25.6 MB, recurrent state 1.11 MB, KV cache 205 kB at 100 tokens "
        "(2.05 kB per token); at 1,000,000 tokens · this model 2.05 GB · all 10 layers like "
        "attention layer 3: 10.2 GB · all like recurrent layer 0: 1.38 MB");
}

TEST(MemoryView, ProjectionRunsThroughTheModelsOwnNumbers)
{
    FakeRun run;
    run.prompt(200);
    Stage stage(run, "memory");
    auto* plot = stage.named<CurvePlot>("Memory projection");
    ASSERT_NE(plot, nullptr);
    ASSERT_EQ(plot->curves().size(), 3U);
    const Palette& palette = Theme::instance().palette();
    const QImage picture = plot->grab().toImage();
    const auto drawn = [&](double tokens, double bytes, const QColor& color) {
        const QPoint at = plot->pointOf(tokens, bytes).toPoint();
        for (int dx = -3; dx <= 3; ++dx) { // dashes: near it along the line
            for (int dy = -2; dy <= 2; ++dy) {
                if (picture.pixelColor(at + QPoint(dx, dy)) == color) return true;
            }
        }
        return false;
    };
    const double state = 8 * 138240, kv = 2 * 1024;
    EXPECT_TRUE(drawn(1e5, state + kv * 1e5, palette.text)) << "this model";
    EXPECT_TRUE(drawn(4e4, 10 * 1024 * 4e4, palette.attn)) << "ten layers like layer 3";
    EXPECT_TRUE(drawn(3e3, 10 * 138240, palette.ssm)) << "ten layers like layer 0";
    EXPECT_FALSE(drawn(1e5, 10 * 138240 * 4, palette.ssm));
    ASSERT_EQ(plot->marks().size(), 1U);
    EXPECT_DOUBLE_EQ(plot->marks()[0].x, 135.0) << "138 240 bytes of state, 1 024 a token";
    EXPECT_EQ(plot->marks()[0].text, "equal at 135 tokens");
}

TEST(MemoryProjection, LeavesOutWhatTheModelHasNoLayerFor)
{
    auto model = hybrid();
    for (LayerInfo& layer : model->layers) {
        layer.d_state = 0;
        layer.n_kv_heads = 4;
        layer.kv_bytes_per_token = 512;
    }
    const MemoryProjection project(*model);
    EXPECT_FALSE(project.pure_recurrent);
    ASSERT_TRUE(project.pure_attention);
    EXPECT_DOUBLE_EQ(project.pure_attention->at(100), 10 * 512 * 100);
    EXPECT_TRUE(std::isnan(crossing(*project.pure_attention, *project.pure_attention)));
    EXPECT_TRUE(std::isnan(crossing({10, 1}, {5, 0}))) << "equal only before the first token";
}

TEST(LogitsView, BarsAreAsLongAsTheirProbability)
{
    FakeRun run;
    run.prompt(10);
    run.decode(10);
    run.selection.lockToken(12);
    Stage stage(run, "logits");
    auto* table = stage.named<QTableView>("Top tokens");
    const Palette& palette = Theme::instance().palette();
    const QImage picture = table->viewport()->grab().toImage();
    for (const int row : {0, 1, 2}) {
        const QRect cell = table->visualRect(table->model()->index(row, TopTokens::raw));
        int filled = 0, track = 0;
        for (int x = cell.left(); x <= cell.right(); ++x) {
            const QColor color = picture.pixelColor(x, cell.center().y());
            filled += color == palette.attn ? 1 : 0;
            track += color == palette.attn || color == palette.line ? 1 : 0;
        }
        const double p = double(run.store.token(12).next[std::size_t(row)].p_raw);
        ASSERT_GT(track, 20);
        EXPECT_NEAR(double(filled) / track, p, 0.03) << row;
    }
}

TEST(LogitsView, OffersToTurnOnWhatWasNotCaptured)
{
    FakeRun run;
    run.prompt(10);
    run.decode(4);
    std::vector<Event> none;
    TokenBatch bare;
    bare.first_position = run.store.tokens();
    bare.layout = std::make_shared<CaptureLayout>();
    bare.tokens.resize(1);
    none.emplace_back(std::move(bare));
    run.store.apply(none);
    run.selection.setNewest(run.store.tokens() - 1);
    run.selection.lockToken(14);
    Stage stage(run, "logits");
    int wanted = 0;
    QObject::connect(stage.view.get(), &View::probeLevelWanted, [&] { ++wanted; });
    for (QPushButton* button : stage.view->findChildren<QPushButton*>())
        if (button->isVisible() && button->text() == "Turn on") button->click();
    EXPECT_EQ(wanted, 1);
}

TEST(LogitsView, WritesLanesAndChoices)
{
    FakeRun run;
    run.prompt(3);
    run.decode(2);
    run.selection.lockToken(3);
    Stage stage(run, "logits");
    const QString csv = QString::fromUtf8(numbersOf(*stage.view));
    EXPECT_EQ(csv.count(QStringLiteral(",entropy,")), 5);
    EXPECT_EQ(csv.count(QStringLiteral(",word")), 10) << "ten choices";
}

TEST(LogitsView, TableHoldsTheChoicesAndMarksTheDrawnOne)
{
    FakeRun run;
    run.prompt(10);
    run.decode(10);
    run.selection.lockToken(12);
    Stage stage(run, "logits");
    const auto* table = stage.named<QTableView>("Top tokens");
    ASSERT_NE(table, nullptr);
    ASSERT_EQ(table->model()->rowCount(), 10);
    const TopChoice& best = run.store.token(12).next[0];
    EXPECT_EQ(cellText(table, 0, 1), "word0");
    EXPECT_EQ(cellText(table, 0, 3), "12.00");
    EXPECT_EQ(cellText(table, 0, 4), QString::number(double(best.p_raw), 'f', 3));
    EXPECT_EQ(cellText(table, 6, 6), QStringLiteral("–")) << "filtered out";
    EXPECT_TRUE(stage.view->describe().startsWith("Top tokens after token 12 '.': "
                                                  + QString::number(double(best.p_raw), 'f', 2)
                                                  + " for 'word0'"))
        << stage.view->describe().toStdString();
}

} // namespace
} // namespace mixscope
