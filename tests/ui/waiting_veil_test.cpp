#include "tests/ui/view_stage.h"
#include "ui/views/waiting_veil.h"

#include <QLabel>
#include <QTest>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

std::vector<Event> promptOf(int tokens, int kept)
{
    return {PromptReady {.request = 2, .kept = kept, .prompt_tokens = tokens, .message = {}}};
}

TEST(WaitingVeil, DimsTheLastPictureUntilThereAreTokens)
{
    FakeRun run;
    run.prompt(64);
    Stage stage(run, "state");
    PlotArea* lanes = stage.plot("State lanes");
    auto* veil = stage.named<WaitingVeil>("Waiting");
    const auto seen = [&] {
        const QPoint at = lanes->mapTo(stage.view.get(), lanes->plotRect().center().toPoint());
        return stage.view->grab().toImage().pixelColor(
            at.x(), lanes->mapTo(stage.view.get(), QPoint(0, 20)).y());
    };
    const QColor before = seen();
    auto events = promptOf(80, 64);
    run.store.apply(events);
    EXPECT_FALSE(veil->isVisible()) << "what comes at once does not flicker";
    ASSERT_TRUE(QTest::qWaitFor([&] { return veil->isVisible(); }, 5000));
    EXPECT_EQ(veil->accessibleDescription(), "Reading the prompt…");
    EXPECT_TRUE(veil->geometry().contains(lanes->mapTo(stage.view.get(), QPoint(5, 5))));
    const QColor ground = Theme::instance().palette().panel, dimmed = seen();
    EXPECT_NE(before, ground);
    EXPECT_NEAR(dimmed.redF(), before.redF() + 0.62 * (ground.redF() - before.redF()), 0.01);
    EXPECT_NEAR(dimmed.blueF(), before.blueF() + 0.62 * (ground.blueF() - before.blueF()), 0.01);
    run.prefill(16);
    EXPECT_FALSE(veil->isVisible());
}

TEST(WaitingVeil, StaysAwayWhenTokensComeAtOnce)
{
    FakeRun run;
    run.prompt(64);
    Stage stage(run, "state");
    auto* veil = stage.named<WaitingVeil>("Waiting");
    auto events = promptOf(80, 64);
    run.store.apply(events);
    run.prefill(16);
    QTest::qWait(2 * WaitingVeil::kDelayMs);
    EXPECT_FALSE(veil->isVisible());
}

TEST(WaitingVeil, TakesThePlaceOfTheEmptySentence)
{
    FakeRun run;
    Stage stage(run, "logits");
    const auto says = [&](const QString& start) {
        for (const QLabel* label : stage.view->findChildren<QLabel*>()) {
            if (label->isVisible() && label->text().startsWith(start)) return true;
        }
        return false;
    };
    EXPECT_TRUE(says("Write a message"));
    auto events = promptOf(80, 0);
    run.store.apply(events);
    stage.settle();
    EXPECT_FALSE(says("Write a message"));
    auto* veil = stage.named<WaitingVeil>("Waiting");
    EXPECT_TRUE(QTest::qWaitFor([&] { return veil->isVisible(); }, 5000));
}

TEST(WaitingVeil, WaitsForTheRowsOfTheLayerThatIsShown)
{
    FakeRun run;
    run.prompt(40);
    run.finish();
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    auto* veil = stage.named<WaitingVeil>("Waiting");
    run.store.awaitAttention(7);
    QTest::qWait(2 * WaitingVeil::kDelayMs);
    EXPECT_FALSE(veil->isVisible()) << "another layer's";
    run.store.awaitAttention(3);
    ASSERT_TRUE(QTest::qWaitFor([&] { return veil->isVisible(); }, 5000));
    EXPECT_EQ(veil->accessibleDescription(), "Computing the rows of layer 3…");
    std::vector<Event> done {Recomputed {3}};
    run.store.apply(done);
    EXPECT_FALSE(veil->isVisible());
}

} // namespace
} // namespace mixscope
