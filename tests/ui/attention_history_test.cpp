#include "tests/ui/view_stage.h"
#include "ui/models/attention_store.h"
#include "ui/views/attention_picture.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

/// Rows of `count` queries from `first` on, one head, all weight on the query itself.
AttentionRows self_rows(int layer, int first, int count)
{
    AttentionRows rows {.layer = layer, .n_heads = 1, .length = first + count, .values = {}};
    rows.values.assign(std::size_t(count) * std::size_t(rows.length), 0.0F);
    for (int t = 0; t < count; ++t)
        rows.values[std::size_t(t) * std::size_t(rows.length) + std::size_t(first + t)] = 1.0F;
    return rows;
}

std::vector<int> kept(const AttentionStore* rows)
{
    std::vector<int> queries;
    for (int query = 0; rows != nullptr && query < rows->tokens(); ++query) {
        if (rows->has_row(query)) queries.push_back(query);
    }
    return queries;
}

TEST(AttentionHistory, StaysWithinItsBudgetWhateverIsAdded)
{
    AttentionHistory history;
    history.setBudget(40'000);
    for (int query = 0; query < 600; ++query) {
        history.add(self_rows(3, query, 1), query);
        EXPECT_LE(history.bytes(), 40'000U) << query;
    }
    EXPECT_TRUE(history.find(3)->has_row(599));
}

TEST(AttentionHistory, DropsLayersOutOfFocusFirstAndTheirOldestQueriesFirst)
{
    AttentionHistory history;
    history.setFocus(7);
    history.add(self_rows(3, 0, 100), 0);
    history.add(self_rows(7, 0, 100), 0);
    history.setBudget(history.bytes() - 100); // 100 bytes: rows 0 … 9 of layer 3 are 110
    EXPECT_EQ(kept(history.find(3)).front(), 10);
    EXPECT_EQ(kept(history.find(3)).size(), 90U);
    EXPECT_EQ(kept(history.find(7)).size(), 100U);
    EXPECT_EQ(history.takeTrimmed(), std::vector<int> {3});
    EXPECT_TRUE(history.find(3)->dropped(9));
    EXPECT_FALSE(history.find(3)->dropped(10));

    history.setBudget(history.bytes() - 11'000); // more than layer 3 has: 101 · 100 bytes in all
    EXPECT_TRUE(kept(history.find(3)).empty());
    EXPECT_FALSE(kept(history.find(7)).empty());
    EXPECT_EQ(kept(history.find(7)).back(), 99);
}

TEST(AttentionHistory, ARecomputedLayerThatDoesNotFitKeepsItsNewestRows)
{
    AttentionHistory history;
    history.setFocus(3);
    history.setBudget(60'000);
    for (int pass = 0; pass < 2; ++pass) { // the second time must change nothing
        for (int first = 0; first < 640; first += 64)
            history.add(self_rows(3, first, 64), first);
        const std::vector<int> queries = kept(history.find(3));
        ASSERT_FALSE(queries.empty());
        EXPECT_EQ(queries.back(), 639);
        EXPECT_EQ(int(queries.size()), 640 - queries.front()) << "no gaps";
        EXPECT_LE(history.bytes(), 60'000U);
        EXPECT_LE(queries.front(), history.firstThatFits(1, 640) + 16)
            << "what is said to fit is kept, but for spare room in the table";
    }
}

TEST(AttentionHistory, WantedRowsAreDroppedLast)
{
    AttentionHistory history;
    history.setBudget(60'000);
    history.setFocus(3, {100, 150});
    for (int first = 0; first < 640; first += 64)
        history.add(self_rows(3, first, 64), first);
    for (int query = 100; query < 150; ++query)
        EXPECT_TRUE(history.find(3)->has_row(query)) << query;
    EXPECT_TRUE(history.find(3)->has_row(639));
    EXPECT_FALSE(history.find(3)->has_row(99));
    EXPECT_FALSE(history.find(3)->has_row(150));
}

TEST(AttentionHistory, TheBudgetNeverTouchesTextOrValues)
{
    FakeRun run;
    run.selection.setLayer(3);
    run.prompt(200);
    const std::size_t before = run.store.bytes();
    const std::size_t attention = run.store.attention(3)->bytes();
    QSignalSpy changed(&run.store, &RunStore::attentionChanged);
    run.store.setHistoryBudget(50'000);
    ASSERT_EQ(changed.count(), 1);
    EXPECT_EQ(changed[0][0].toInt(), 3);
    EXPECT_EQ(run.store.tokens(), 200);
    EXPECT_EQ(run.store.token(0).text, "Once");
    EXPECT_FALSE(std::isnan(run.store.lane(Probe::state_norm, 2)->at(0, 0)));
    EXPECT_LE(run.store.attention(3)->bytes(), 50'000U);
    EXPECT_EQ(before - run.store.bytes(), attention - run.store.attention(3)->bytes());
}

TEST(AttentionHistory, TheMapHatchesWhatIsNotKeptAndSaysSo)
{
    FakeRun run;
    run.source.weight = [](int, int, int query, int key) { return query == key ? 1.0F : 0.0F; };
    run.selection.setLayer(3);
    run.prompt(100);
    run.finish();
    Stage stage(run, "attention");
    const QColor bright = entry(Theme::instance().sequential(), 255);
    PlotArea* map = stage.plot("Attention map");
    EXPECT_EQ(stage.color(map, 20, 20), bright);
    QSignalSpy wanted(stage.view.get(), &View::attentionWanted);
    run.store.setHistoryBudget(50'000);
    stage.settle();
    ASSERT_FALSE(run.store.attention(3)->has_row(20));
    EXPECT_NE(stage.color(map, 20, 20), bright);
    EXPECT_EQ(stage.color(map, 95, 95), bright);
    EXPECT_EQ(wanted.count(), 0) << "what does not fit is not asked for by itself";

    const auto labels = stage.view->findChildren<QLabel*>();
    EXPECT_TRUE(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->isVisible() && label->text().contains("rows not kept: attention history");
    }));
    // Recompute asks for what is seen: rows 10 … 30.
    map->showWindow({10, 10, 20, 20});
    for (QPushButton* button : stage.view->findChildren<QPushButton*>()) {
        if (button->isVisible() && button->text() == "Recompute") button->click();
    }
    ASSERT_EQ(wanted.count(), 1);
    std::vector<Event> events {run.recomputed(3), Recomputed {3}};
    run.store.apply(events);
    stage.settle();
    EXPECT_EQ(stage.color(map, 20, 20), bright);
    stage.settle();
    EXPECT_EQ(wanted.count(), 1) << "and asks no more";
}

TEST(AttentionPicture, ForgetsDroppedRowsAndTakesThemBack)
{
    AttentionHistory history;
    history.setFocus(0);
    history.add(self_rows(0, 0, 64), 0);
    AttentionPicture picture;
    ASSERT_TRUE(picture.update(history.find(0), 64, 1'000'000));
    EXPECT_EQ(picture.received(10), 1.0F / 54);
    history.setBudget(history.bytes() - 200);
    picture.update(history.find(0), 64, 1'000'000);
    ASSERT_FALSE(picture.missing().empty());
    EXPECT_EQ(picture.missing().front(), 0);
    EXPECT_EQ(picture.pyramid().line(0, 5)[5], 0);
    EXPECT_EQ(picture.pyramid().line(0, 63)[63], 255);
    EXPECT_TRUE(std::isnan(picture.entropyBits(5)));
    history.setBudget(AttentionHistory::kDefaultBudget);
    history.add(self_rows(0, 0, 64), 0);
    picture.update(history.find(0), 64, 1'000'000);
    EXPECT_TRUE(picture.missing().empty());
    EXPECT_EQ(picture.pyramid().line(0, 5)[5], 255);
    EXPECT_EQ(picture.received(10), 1.0F / 54) << "no row is counted twice";
}

} // namespace
} // namespace mixscope
