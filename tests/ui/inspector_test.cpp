#include "tests/ui/fake_engine.h"
#include "tests/ui/view_data.h"
#include "ui/models/inspector_rows.h"
#include "ui/models/transcript_tint.h"

#include <gtest/gtest.h>

namespace mixscope {

namespace {

/// Forty tokens, one a batch; the query puts 0.75 on key 4 and the rest on key 0.
class InspectorTest : public testing::Test {
protected:
    InspectorTest()
    {
        std::vector<Event> events {Loaded {view_data::hybrid()},
                                   PromptReady {1, 0, 0, std::vector<int>()}};
        for (int t = 0; t < 40; ++t) {
            TokenBatch batch = batchOf(t, {" word"}, false);
            batch.wall_ms = t < 20 ? 2.0F : 4.0F;
            batch.tokens[0].surprise_bits = float(t % 4);
            AttentionRows rows;
            rows.layer = 3;
            rows.n_heads = 1;
            rows.length = t + 1;
            rows.values.assign(std::size_t(t) + 1, 0.0F);
            rows.values[0] = t >= 4 ? 0.25F : 1.0F;
            if (t >= 4) rows.values[4] = 0.75F;
            batch.attention.push_back(std::move(rows));
            events.emplace_back(std::move(batch));
        }
        store.apply(events);
        selection.setHistory(0, store.tokens() - 1);
        std::vector<Selection::Layer> layers(10, {1, false, true});
        layers[3] = {1, true, false};
        selection.setLayers(layers);
    }
    QString text() { return inspectorText(inspectorRows(store, selection)); }
    QString exact() { return inspectorExactText(inspectorRows(store, selection)); }

    RunStore store;
    Selection selection;
};

} // namespace

TEST_F(InspectorTest, SumsUpTheRange)
{
    EXPECT_FALSE(text().contains("Range"));
    selection.setRange({10, 29});
    EXPECT_TRUE(text().contains("Range 10–29")) << text().toStdString();
    EXPECT_TRUE(text().contains("tokens: 20"));
    EXPECT_TRUE(text().contains("mean time: 3.00 ms"));
    EXPECT_TRUE(text().contains("rate: 333 tok/s"));
    EXPECT_TRUE(text().contains("mean surprise: 1.50 bit"));
}

TEST_F(InspectorTest, SaysWhatOnePinPutsOnAnother)
{
    selection.togglePin(38);
    selection.togglePin(4);
    const QString said = text();
    EXPECT_TRUE(said.contains("A: 38  word")) << said.toStdString();
    EXPECT_TRUE(said.contains("B: 4  word"));
    EXPECT_TRUE(said.contains("A → B, distance 34: weight: 0.75"))
        << "from the later token to the earlier, whatever was pinned first";
}

TEST_F(InspectorTest, SaysWhatTheTokenTakesFromTheSource)
{
    selection.lockToken(38);
    selection.lockSource(4);
    EXPECT_TRUE(text().contains("Source token 4, 34 back")) << text().toStdString();
    EXPECT_TRUE(text().contains("weight in layer 3, head 0: 0.750"));
    selection.hoverToken(2);
    EXPECT_TRUE(text().contains("Source token 4, after the token"));
    EXPECT_FALSE(text().contains("weight in layer 3"));
}

TEST_F(InspectorTest, CopiesEveryDigit)
{
    selection.togglePin(38);
    selection.togglePin(4);
    const double kept = 49151.0 / 65535.0; // 0.75 in the steps that rows are kept in
    EXPECT_TRUE(exact().contains(QString::number(double(float(kept)), 'g', 9)))
        << exact().toStdString();
}

TEST_F(InspectorTest, TintsByWhatWasChosen)
{
    selection.lockToken(30);
    EXPECT_NEAR(tintOf(store, selection, Tint::attention, 4), std::sqrt(0.75), 1e-3);
    EXPECT_EQ(tintOf(store, selection, Tint::attention, 5), 0.0);
    EXPECT_EQ(tintOf(store, selection, Tint::attention, 35), 0.0) << "the future is not looked at";
    EXPECT_NEAR(tintOf(store, selection, Tint::surprise, 7), 3.0 / 12.0, 1e-6);
    EXPECT_EQ(tintOf(store, selection, Tint::keep, 7), 0.0) << "nothing was captured";
    EXPECT_EQ(tintOf(store, selection, Tint::none, 4), 0.0);
    EXPECT_EQ(tintText(store, selection, Tint::attention), "layer 3 · head 0");
    EXPECT_EQ(tintNames().size(), int(Tint::write) + 1);
}

} // namespace mixscope
