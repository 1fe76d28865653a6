#include "engine/engine_thread.h"
#include "engine/event_queue.h"
#include "tests/support/fixtures.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

namespace mixscope {
namespace {

using namespace std::chrono_literals;

/// Drains like the window does, until `done` says so or the time is over.
class EngineThreadTest : public testing::Test {
protected:
    EngineThreadTest()
        : engine_(options())
    {
    }

    static EngineOptions options()
    {
        EngineOptions out;
        out.backend = "cpu";
        return out;
    }

    bool wait(const std::function<bool()>& done, std::chrono::seconds most = 60s)
    {
        const auto end = std::chrono::steady_clock::now() + most;
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            engine_.drain(events_);
            std::this_thread::sleep_for(2ms);
        }
        return true;
    }

    template <class T>
    int count() const
    {
        int n = 0;
        for (const Event& event : events_) n += std::holds_alternative<T>(event) ? 1 : 0;
        return n;
    }

    template <class T>
    const T& last() const
    {
        for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
            if (const T* found = std::get_if<T>(&*event); found != nullptr) return *found;
        }
        throw std::runtime_error("no such event");
    }

    int decoded() const
    {
        int n = 0;
        for (const Event& event : events_) {
            const auto* batch = std::get_if<TokenBatch>(&event);
            if (batch != nullptr && !batch->prefill) n += int(batch->tokens.size());
        }
        return n;
    }

    void open()
    {
        engine_.open(bundled_model());
        ASSERT_TRUE(wait([this] { return count<Loaded>() == 1 || count<Failed>() == 1; }));
        ASSERT_EQ(count<Failed>(), 0) << last<Failed>().error.what;
    }

    static GenerateRequest story(int tokens, std::uint64_t id = 1)
    {
        GenerateRequest request;
        request.id = id;
        request.messages = {{"user", "Tell me a story about a fox named Pip.", {}}};
        request.max_tokens = tokens;
        return request;
    }

    EngineThread engine_;
    std::vector<Event> events_;
};

TEST_F(EngineThreadTest, TokensArriveInOrderWithoutLoss)
{
    open();
    engine_.generate(story(120));
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }));
    int position = 0;
    for (const Event& event : events_) {
        const auto* batch = std::get_if<TokenBatch>(&event);
        if (batch == nullptr) continue;
        EXPECT_EQ(batch->first_position, position);
        position += int(batch->tokens.size());
        EXPECT_EQ(batch->values.size(), batch->tokens.size() * std::size_t(batch->layout->width));
    }
    EXPECT_EQ(position, last<Finished>().prompt_tokens + int(last<Finished>().ids.size()));
    EXPECT_EQ(decoded(), 120);
}

TEST_F(EngineThreadTest, StopEndsTheReplyAndTheNextOneWorks)
{
    open();
    engine_.set_pace(50.0);
    engine_.generate(story(2000));
    ASSERT_TRUE(wait([this] { return decoded() >= 3; }));
    engine_.stop();
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }, 5s));
    EXPECT_EQ(last<Finished>().reason, StopReason::cancelled);
    engine_.set_pace(0.0);
    engine_.generate(story(5, 2));
    ASSERT_TRUE(wait([this] { return count<Finished>() == 2; }));
    EXPECT_EQ(last<Finished>().request, 2U);
    EXPECT_EQ(last<Finished>().ids.size(), 5U);
}

TEST_F(EngineThreadTest, StopBeforeTheReplyBeginsIsNotLost)
{
    open();
    engine_.generate(story(3000));
    engine_.stop();
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }, 10s));
    EXPECT_EQ(last<Finished>().reason, StopReason::cancelled);
    EXPECT_EQ(decoded(), 0);
}

TEST_F(EngineThreadTest, PausedItOnlyStepsWhenTold)
{
    open();
    engine_.set_paused(true);
    engine_.generate(story(50));
    ASSERT_TRUE(wait([this] { return count<PromptReady>() == 1; }));
    for (int i = 0; i < 3; ++i) {
        // The prompt may take turns of its own; then one token a step.
        engine_.step();
        const int before = decoded();
        wait([&] { return decoded() > before; }, 1s);
    }
    std::this_thread::sleep_for(30ms);
    engine_.drain(events_);
    EXPECT_LE(decoded(), 3);
    EXPECT_GE(decoded(), 1);
    EXPECT_EQ(count<Finished>(), 0);
    engine_.set_paused(false);
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }));
    EXPECT_EQ(decoded(), 50);
}

TEST_F(EngineThreadTest, AChangeOfFocusActsBetweenTwoTokens)
{
    open();
    engine_.set_probes({ProbeLevel::standard, 0, 0});
    engine_.set_pace(100.0);
    engine_.generate(story(60));
    ASSERT_TRUE(wait([this] { return decoded() >= 5; }));
    engine_.set_probes({ProbeLevel::standard, 3, 1});
    ASSERT_TRUE(wait([this] {
        const TokenBatch& batch = last<TokenBatch>();
        return !batch.attention.empty();
    }));
    EXPECT_EQ(last<TokenBatch>().attention[0].layer, 3);
    EXPECT_EQ(last<TokenBatch>().attention[0].n_heads, 8);
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }));
    EXPECT_EQ(decoded(), 60);
}

TEST_F(EngineThreadTest, TheStateOfTheFocusIsShownAlsoBetweenReplies)
{
    open();
    engine_.set_probes({ProbeLevel::standard, 2, 6});
    engine_.generate(story(10));
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }));
    std::optional<StateFrame> frame = engine_.take_state();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->layer, 2);
    EXPECT_EQ(frame->head, 6);
    EXPECT_EQ(frame->values.size(), 64U * 64U);
    EXPECT_FALSE(engine_.take_state());
    engine_.set_probes({ProbeLevel::standard, 5, 1});
    ASSERT_TRUE(wait([&] { return (frame = engine_.take_state()).has_value(); }));
    EXPECT_EQ(frame->layer, 5);
    EXPECT_EQ(frame->head, 1);
}

TEST_F(EngineThreadTest, StepByStepTheStateShownIsThatOfTheLastToken)
{
    open();
    engine_.set_probes({ProbeLevel::standard, 2, 6});
    engine_.set_pace(20.0);
    engine_.generate(story(30));
    ASSERT_TRUE(wait([this] { return decoded() >= 1; }));
    engine_.set_paused(true);
    for (int step = 1; step <= 3; ++step) {
        const int before = decoded();
        engine_.step();
        std::optional<StateFrame> frame;
        // A token that was on its way when the pause came may arrive first; then both settle.
        ASSERT_TRUE(wait([&] {
            if (std::optional<StateFrame> newer = engine_.take_state()) frame = std::move(newer);
            return decoded() > before && frame
                && frame->position == last<TokenBatch>().first_position;
        })) << step;
    }
}

TEST_F(EngineThreadTest, RecomputedRowsEqualTheLiveOnes)
{
    open();
    engine_.set_probes({ProbeLevel::standard, 3, 0});
    engine_.generate(story(20));
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }));
    const TokenBatch live = last<TokenBatch>();
    engine_.recompute_attention(3);
    ASSERT_TRUE(wait([this] { return count<Recomputed>() == 1; }));
    const TokenBatch again = last<TokenBatch>();
    ASSERT_TRUE(again.recomputed);
    const AttentionRows& rows = again.attention.at(0);
    const std::size_t count = again.tokens.size();
    const auto length = std::size_t(rows.length);
    ASSERT_EQ(rows.length, live.attention.at(0).length);
    for (std::size_t h = 0; h < 8; ++h) {
        for (std::size_t k = 0; k < length; ++k) {
            EXPECT_NEAR(rows.values[(h * count + count - 1) * length + k],
                        live.attention[0].values[h * length + k], 1e-5);
        }
    }
}

TEST_F(EngineThreadTest, AFolderThatIsNoModelFailsAndTheOpenModelStays)
{
    open();
    engine_.open("/nonexistent/folder");
    ASSERT_TRUE(wait([this] { return count<Failed>() == 1; }));
    EXPECT_EQ(last<Failed>().during, "opening the model");
    EXPECT_NE(last<Failed>().error.what.find("/nonexistent/folder"), std::string::npos);
    engine_.generate(story(3));
    ASSERT_TRUE(wait([this] { return count<Finished>() == 1; }));
}

TEST_F(EngineThreadTest, AskingWithoutAModelSaysSo)
{
    engine_.generate(story(3, 7));
    ASSERT_TRUE(wait([this] { return count<Failed>() == 1; }));
    EXPECT_EQ(last<Failed>().request, 7U);
    EXPECT_EQ(last<Failed>().error.what, "no model is open");
}

TEST_F(EngineThreadTest, DestroyingItWhileItWritesJoinsAtOnce)
{
    open();
    engine_.generate(story(3000));
    ASSERT_TRUE(wait([this] { return decoded() >= 1; }));
    // The destructor runs at the end of the test; the time-out of the test is the check.
}

TEST(EventQueue, ShedsAttentionFirstAndNeverTokens)
{
    EventQueue queue(10'000);
    for (int i = 0; i < 100; ++i) {
        TokenBatch batch;
        batch.first_position = i;
        batch.tokens.resize(1);
        batch.layout = std::make_shared<CaptureLayout>();
        batch.values.resize(10);
        batch.attention.push_back({0, 1, 100, std::vector<float>(100)});
        queue.push(std::move(batch));
    }
    std::vector<Event> events;
    queue.drain(events);
    ASSERT_EQ(events.size(), 100U);
    int first_without_rows = -1;
    int first_without_values = -1;
    for (int i = 0; i < 100; ++i) {
        const TokenBatch& batch = std::get<TokenBatch>(events[std::size_t(i)]);
        EXPECT_EQ(batch.first_position, i);
        EXPECT_EQ(batch.tokens.size(), 1U);
        EXPECT_EQ(batch.attention.empty(), (batch.shed & 1U) != 0);
        EXPECT_EQ(batch.values.empty(), (batch.shed & 2U) != 0);
        if (batch.attention.empty() && first_without_rows < 0) first_without_rows = i;
        if (batch.values.empty() && first_without_values < 0) first_without_values = i;
    }
    EXPECT_GT(first_without_rows, 0);
    EXPECT_GT(first_without_values, first_without_rows);
    events.clear();
    queue.push(TokenBatch {});
    queue.drain(events);
    EXPECT_EQ(std::get<TokenBatch>(events[0]).shed, 0); // caught up: nothing is shed any more
}

} // namespace
} // namespace mixscope
