#include "ui/models/run_store.h"

#include <QSignalSpy>

#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {

namespace {

std::shared_ptr<const ModelInfo> two_layers()
{
    auto model = std::make_shared<ModelInfo>();
    model->name = "two";
    model->layers.resize(2);
    return model;
}

/// T tokens of text "a", "b", … from `first` on; one captured value a token: its position.
TokenBatch letters(int first, int count, bool prefill)
{
    auto layout = std::make_shared<CaptureLayout>();
    layout->fields = {{Probe::state_norm, 1, 0, 1}};
    layout->width = 1;
    TokenBatch batch;
    batch.first_position = first;
    batch.prefill = prefill;
    batch.layout = layout;
    batch.wall_ms = 2.0F * float(count);
    batch.probe_ms = 0.5F * float(count);
    batch.layer_ms = {1.0F * float(count), 0, 0, 0};
    batch.ops = {{"matmul", 0, 100.0F * float(count), std::uint64_t(8 * count), 0}};
    for (int i = first; i < first + count; ++i) {
        TokenInfo token;
        token.id = 100 + i;
        token.text = std::string(1, char('a' + i % 26));
        batch.tokens.push_back(token);
        batch.values.push_back(float(i));
    }
    return batch;
}

/// Uniform attention of `heads` heads for the tokens of a batch.
AttentionRows uniform_rows(int layer, int heads, int first, int count)
{
    AttentionRows rows {.layer = layer, .n_heads = heads, .length = first + count, .values = {}};
    for (int h = 0; h < heads; ++h) {
        for (int t = 0; t < count; ++t) {
            for (int k = 0; k < rows.length; ++k) {
                rows.values.push_back(k <= first + t ? 1.0F / float(first + t + 1) : 0.0F);
            }
        }
    }
    return rows;
}

void apply(RunStore& store, std::vector<Event> events)
{
    store.apply(events);
}

} // namespace

TEST(RunStore, KeepsEveryTokenInOrder)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, PromptReady {1, 0, 3, {-1, 0, -1}}, letters(0, 3, true)});
    for (int i = 3; i < 200; ++i)
        apply(store, {letters(i, 1, false)});
    ASSERT_EQ(store.tokens(), 200);
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(store.token(i).id, 100 + i);
        EXPECT_EQ(store.lane(Probe::state_norm, 1)->at(i, 0), float(i));
    }
    EXPECT_EQ(store.lane(Probe::state_norm, 0), nullptr);
}

TEST(RunStore, SharesAChunksTimeEvenly)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 4, true)});
    EXPECT_FLOAT_EQ(store.time(3).ms, 2.0F);
    EXPECT_FLOAT_EQ(store.time(3).layer_ms[0], 1.0F);
    EXPECT_TRUE(store.time(3).prefill);
    ASSERT_EQ(store.ops(2).size(), 1U);
    EXPECT_FLOAT_EQ(store.ops(2)[0].us, 100.0F);
    EXPECT_EQ(store.ops(2)[0].bytes, 8U);
}

TEST(RunStore, MeasuresRateAndCostOfLookingFromDecodedTokensOnly)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 50, true)});
    EXPECT_EQ(store.tokensPerSecond(), 0.0);
    for (int i = 50; i < 60; ++i)
        apply(store, {letters(i, 1, false)});
    EXPECT_NEAR(store.tokensPerSecond(), 500.0, 1e-6); // 2 ms a token
    EXPECT_NEAR(store.probeShare(), 0.25, 1e-6);
    EXPECT_FLOAT_EQ(store.recentLayerMs()[0], 1.0F);
}

TEST(RunStore, RewindsToWhatThePromptKept)
{
    RunStore store;
    TokenBatch batch = letters(0, 10, true);
    batch.attention = {uniform_rows(1, 2, 0, 10)};
    apply(store, {Loaded {two_layers()}, batch});
    apply(store, {PromptReady {2, 4, 6, {-1, 0, 0, -1, 2, -1}}});
    EXPECT_EQ(store.tokens(), 4);
    EXPECT_EQ(store.lane(Probe::state_norm, 1)->tokens(), 4);
    EXPECT_TRUE(store.attention(1)->has_row(3));
    EXPECT_FALSE(store.attention(1)->has_row(4));
    EXPECT_EQ(store.reusedTokens(), 4);
    apply(store, {letters(4, 2, true), letters(6, 1, false)});
    EXPECT_EQ(store.tokens(), 7);
    EXPECT_EQ(store.messageOf(4), 2);
    EXPECT_EQ(store.messageOf(5), -1);
    EXPECT_EQ(store.messageOf(6), 3); // the reply
}

TEST(RunStore, ContinuesTheMessageThatThePromptEndsIn)
{
    RunStore store;
    apply(store,
          {Loaded {two_layers()}, PromptReady {1, 0, 4, {-1, 0, -1, 1}}, letters(0, 4, true),
           letters(4, 1, false)});
    EXPECT_EQ(store.messageOf(4), 1);
}

TEST(RunStore, ReadsAttentionBackToAFractionOf65535)
{
    RunStore store;
    TokenBatch prompt = letters(0, 3, true);
    prompt.attention = {uniform_rows(0, 2, 0, 3)};
    TokenBatch next = letters(3, 1, false);
    next.attention = {uniform_rows(0, 2, 3, 1)};
    apply(store, {Loaded {two_layers()}, prompt, next});
    const AttentionStore* rows = store.attention(0);
    ASSERT_NE(rows, nullptr);
    EXPECT_EQ(rows->row(1, 3).size(), 4U);
    for (int query = 0; query < 4; ++query) {
        for (int key = 0; key <= query; ++key) {
            EXPECT_NEAR(rows->at(1, query, key), 1.0 / (query + 1), 0.6 / 65535);
        }
        EXPECT_TRUE(std::isnan(rows->at(1, query, query + 1)));
    }
    const std::size_t weights = 2 * (1 + 2 + 3 + 4) * 2;
    EXPECT_GE(rows->bytes(), weights + 4 * sizeof(std::vector<std::uint16_t>));
    EXPECT_LE(rows->bytes(), weights + 9 * sizeof(std::vector<std::uint16_t>));
}

TEST(RunStore, FillsAttentionOfOldTokensWhenItIsRecomputed)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 4, true)});
    TokenBatch again = letters(0, 4, true);
    again.recomputed = true;
    again.attention = {uniform_rows(1, 1, 0, 4)};
    QSignalSpy tokens(&store, &RunStore::tokensChanged),
        attention(&store, &RunStore::attentionChanged);
    apply(store, {again});
    EXPECT_EQ(store.tokens(), 4);
    EXPECT_EQ(tokens.count(), 0);
    ASSERT_EQ(attention.count(), 1);
    EXPECT_EQ(attention[0][0].toInt(), 1);
    EXPECT_TRUE(store.attention(1)->has_row(0));
}

TEST(RunStore, SaysOncePerTickWhatChangedFirst)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 2, true)});
    QSignalSpy tokens(&store, &RunStore::tokensChanged);
    apply(store, {letters(2, 1, false), letters(3, 1, false), letters(4, 1, false)});
    ASSERT_EQ(tokens.count(), 1);
    EXPECT_EQ(tokens[0][0].toInt(), 2);
}

TEST(RunStore, LocksRangesAndOnlyWidensThem)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 100, true)});
    const auto first = store.lockedRange(Probe::state_norm, 1);
    EXPECT_NEAR(first[0], 1.0, 1.0); // 1st percentile of 0 … 99
    EXPECT_NEAR(first[1], 98.0, 1.0);
    const int version = store.rangeVersion();
    apply(store, {letters(100, 1, false)});
    EXPECT_EQ(store.rangeVersion(), version) << "one token more must not move the scale";
    apply(store, {letters(101, 400, true)});
    EXPECT_GT(store.rangeVersion(), version);
    const auto wider = store.lockedRange(Probe::state_norm, 1);
    EXPECT_GT(wider[1], 490.0);
    EXPECT_EQ(wider[0], first[0]) << "a narrower end must not shrink the range";
}

TEST(RunStore, ForgetsTheConversationWhenAModelIsLoaded)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 5, true)});
    QSignalSpy model(&store, &RunStore::modelChanged);
    apply(store, {Loaded {two_layers()}});
    EXPECT_EQ(model.count(), 1);
    EXPECT_EQ(store.tokens(), 0);
    EXPECT_EQ(store.lane(Probe::state_norm, 1), nullptr);
}

TEST(RunStore, KeepsTheOpsOfTheLast512Tokens)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, letters(0, 100, true), letters(100, 500, true)});
    EXPECT_TRUE(store.ops(87).empty());
    EXPECT_FALSE(store.ops(88).empty());
    EXPECT_FALSE(store.ops(599).empty());
}

TEST(RunStore, IsGeneratingFromThePromptToTheEnd)
{
    RunStore store;
    apply(store, {Loaded {two_layers()}, PromptReady {7, 0, 1, {0}}});
    EXPECT_TRUE(store.generating());
    apply(store, {Failed {0, "opening the model", {}}});
    EXPECT_TRUE(store.generating()) << "another model failing to open does not end the reply";
    Finished end;
    end.request = 7;
    apply(store, {end});
    EXPECT_FALSE(store.generating());
}

TEST(RunStore, SaysWhatIsWaitedFor)
{
    using Waiting = RunStore::Waiting;
    RunStore store;
    apply(store, {Loaded {two_layers()}});
    EXPECT_EQ(store.waiting(), Waiting::nothing);
    apply(store, {PromptReady {1, 0, 4, {0, 0, 0, 0}}});
    EXPECT_EQ(store.waiting(), Waiting::prompt);
    QSignalSpy said(&store, &RunStore::runStateChanged);
    apply(store, {letters(0, 2, true)});
    EXPECT_EQ(store.waiting(), Waiting::nothing) << "from the first tokens on there is a picture";
    EXPECT_EQ(said.count(), 1);
    apply(store, {Finished {.request = 1}});
    store.awaitAttention(1);
    EXPECT_EQ(store.waiting(), Waiting::attention);
    EXPECT_EQ(store.awaitedLayer(), 1);
    TokenBatch rows = letters(0, 2, true);
    rows.recomputed = true;
    apply(store, {std::move(rows)});
    EXPECT_EQ(store.waiting(), Waiting::attention) << "more rows follow";
    apply(store, {Recomputed {1}});
    EXPECT_EQ(store.waiting(), Waiting::nothing);
    store.awaitAttention(0);
    apply(store, {Failed {0, "recomputing attention", {ErrorCode::out_of_memory, "", ""}}});
    EXPECT_EQ(store.waiting(), Waiting::nothing);
}

} // namespace mixscope
