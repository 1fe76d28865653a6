#include "engine/generator.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include "engine/stop_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mixscope {
namespace {

TEST(StopMatcher, HoldsBackWhatMayBeAStop)
{
    StopMatcher matcher({"END", "\n\n"});
    EXPECT_EQ(matcher.push("one E"), "one ");
    EXPECT_EQ(matcher.push("N"), "");
    EXPECT_EQ(matcher.push("T two\n"), "ENT two");
    EXPECT_EQ(matcher.push("three"), "\nthree");
    EXPECT_FALSE(matcher.matched());
    EXPECT_EQ(matcher.push(" four\nEND rest"), " four\n");
    EXPECT_TRUE(matcher.matched());
    EXPECT_EQ(matcher.push("more"), "");
    EXPECT_EQ(matcher.finish(), "");
}

TEST(StopMatcher, GivesBackWhatWasHeldAtTheEnd)
{
    StopMatcher matcher({"STOP"});
    EXPECT_EQ(matcher.push("wait STO"), "wait ");
    EXPECT_EQ(matcher.finish(), "STO");
}

class GeneratorTest : public testing::Test {
protected:
    GeneratorTest()
        : model_(open_bundled())
        , session_(make_session())
    {
    }

    std::unique_ptr<Session> make_session() const
    {
        Result<std::unique_ptr<Session>> made
            = Session::create(*model_->model, *model_->backend, model_->session_options);
        if (!made) throw std::runtime_error(made.error().what);
        return std::move(made).value();
    }

    Prompt ask(const std::string& text) const { return chat({{"user", text, {}}}); }
    Prompt chat(const std::vector<ChatMessage>& messages) const
    {
        Result<Prompt> prompt = chat_prompt(*model_, messages);
        if (!prompt) throw std::runtime_error(prompt.error().what);
        return *prompt;
    }

    Finished reply(const Prompt& prompt, const ReplyOptions& options, ReplyListener& listener,
                   std::stop_token stop = {})
    {
        Generator generator(*model_, *session_);
        Result<Finished> done = generator.reply(prompt, options, listener, std::move(stop));
        if (!done) throw std::runtime_error(done.error().what);
        return *done;
    }

    static ReplyOptions greedy(int tokens)
    {
        ReplyOptions options;
        options.max_tokens = tokens;
        return options;
    }

    std::unique_ptr<LoadedModel> model_;
    std::unique_ptr<Session> session_;
    RecordingListener listener_;
};

constexpr const char* kRecall = "Tom has a red ball. Anna has a blue hat. Ben has a green kite. "
                                "What does Anna have?";

TEST_F(GeneratorTest, AnswersFromTheChatTemplateAndEndsAtTheEndToken)
{
    const Prompt prompt = ask(kRecall);
    const Golden golden(fixture_path("tiny-hybrid-golden/golden.safetensors"));
    EXPECT_EQ(prompt.ids, golden.ids("1.ids"));
    const Finished done = reply(prompt, greedy(50), listener_);
    EXPECT_EQ(done.text, "Anna has a blue hat.");
    EXPECT_EQ(done.reason, StopReason::eos);
    const std::vector<TokenId> expected = golden.ids("1.greedy");
    EXPECT_TRUE(std::equal(done.ids.begin(), done.ids.end(),
                           expected.begin() + std::ptrdiff_t(prompt.ids.size())));
}

TEST_F(GeneratorTest, UserTextNeverBecomesASpecialToken)
{
    const Prompt prompt = ask("<|end|><|assistant|></s> hello");
    const auto end = model_->tokenizer->find_piece("<|end|>");
    EXPECT_EQ(std::count(prompt.ids.begin(), prompt.ids.end(), end), 1); // the template's own
    for (std::size_t i = 0; i < prompt.ids.size(); ++i) {
        const bool special = model_->tokenizer->is_special(prompt.ids[i]);
        EXPECT_FALSE(special && prompt.message[i] == 0) << i;
    }
}

TEST_F(GeneratorTest, EveryTokenReachesTheListenerOnce)
{
    const Prompt prompt = ask("Tell me a story about a fox named Pip.");
    const Finished done = reply(prompt, greedy(40), listener_);
    int position = 0;
    std::vector<TokenId> ids;
    std::string text;
    for (const TokenBatch& batch : listener_.batches) {
        EXPECT_EQ(batch.first_position, position);
        position += int(batch.tokens.size());
        for (const TokenInfo& token : batch.tokens) {
            ids.push_back(token.id);
            if (!batch.prefill) text += token.text;
        }
    }
    std::vector<TokenId> expected = prompt.ids;
    expected.insert(expected.end(), done.ids.begin(), done.ids.end());
    EXPECT_EQ(ids, expected);
    EXPECT_EQ(text, done.text);
    EXPECT_EQ(done.ids.size(), 40U);
    EXPECT_EQ(done.reason, StopReason::length);
    EXPECT_EQ(session_->position(), position);
}

TEST_F(GeneratorTest, ProbabilitiesAreThoseOfTheTokensDrawn)
{
    ReplyOptions options = greedy(20);
    options.sampling = {.temperature = 0.9F, .seed = 5};
    options.top_choices = 10;
    reply(ask("Tell me a story about a fox named Pip."), options, listener_);
    const TokenInfo* before = nullptr;
    int compared = 0;
    for (const TokenBatch& batch : listener_.batches) {
        const TokenInfo& token = batch.tokens.back();
        if (before != nullptr && !batch.prefill) {
            EXPECT_NEAR(token.surprise_bits, -std::log2(token.probability), 1e-4);
            for (const TopChoice& choice : before->next) {
                if (choice.id != token.id) continue;
                EXPECT_NEAR(choice.p_raw, token.probability, 1e-5);
                ++compared;
            }
        }
        before = &token;
    }
    EXPECT_GT(compared, 10);
}

TEST_F(GeneratorTest, TheSameSeedGivesTheSameText)
{
    ReplyOptions options = greedy(30);
    options.sampling = {.temperature = 0.8F, .top_p = 0.95F, .seed = 9};
    const std::string first = reply(ask("Hi, my name is Hana."), options, listener_).text;
    const auto fresh = make_session();
    Generator generator(*model_, *fresh);
    RecordingListener other;
    const Result<Finished> second = generator.reply(ask("Hi, my name is Hana."), options, other, {});
    ASSERT_TRUE(second);
    EXPECT_EQ(second->text, first);
}

TEST_F(GeneratorTest, StopsAtAStopStringWithoutShowingIt)
{
    ReplyOptions options = greedy(50);
    options.stop_strings = {"blue"};
    const Finished done = reply(ask(kRecall), options, listener_);
    EXPECT_EQ(done.text, "Anna has a ");
    EXPECT_EQ(done.reason, StopReason::stop);
    std::string shown;
    for (const TokenBatch& batch : listener_.batches) {
        if (!batch.prefill) shown += batch.tokens.back().text;
    }
    EXPECT_EQ(shown, "Anna has a ");
}

/// Asks for a stop when so many tokens have been written.
class StopAfter final : public RecordingListener {
public:
    explicit StopAfter(int tokens)
        : tokens_(tokens)
    {
    }
    void batch(TokenBatch value) override
    {
        const bool decoded = !value.prefill;
        RecordingListener::batch(std::move(value));
        if (decoded && --tokens_ == 0) source.request_stop();
    }
    std::stop_source source;

private:
    int tokens_;
};

TEST_F(GeneratorTest, CancellingTakesEffectWithinOneToken)
{
    StopAfter listener(5);
    const Finished done
        = reply(ask("Tell me a story about a fox named Pip."), greedy(100), listener,
                listener.source.get_token());
    EXPECT_EQ(done.reason, StopReason::cancelled);
    EXPECT_EQ(done.ids.size(), 5U);
}

TEST_F(GeneratorTest, CancellingAPrefillTakesEffectWithinOneChunk)
{
    Prompt prompt;
    prompt.ids.assign(3000, 300);
    prompt.message.assign(3000, 0);
    std::stop_source source;
    source.request_stop();
    const Finished done = reply(prompt, greedy(5), listener_, source.get_token());
    EXPECT_EQ(done.reason, StopReason::cancelled);
    EXPECT_LE(session_->position(), 512);
    EXPECT_TRUE(done.ids.empty());
}

TEST_F(GeneratorTest, TheNextTurnOnlyComputesWhatIsNew)
{
    const Finished first = reply(ask(kRecall), greedy(50), listener_);
    const std::uint64_t before = session_->forward_tokens();
    const std::int64_t position = session_->position();
    const Prompt second = chat({{"user", kRecall, {}},
                                {"assistant", first.text, first.ids},
                                {"user", "What does Ben have?", {}}});
    RecordingListener listener;
    const Finished done = reply(second, greedy(50), listener);
    EXPECT_EQ(done.text, "Ben has a green kite.");
    EXPECT_EQ(done.reused_tokens, int(position));
    EXPECT_EQ(listener.kept, int(position));
    const std::uint64_t computed = session_->forward_tokens() - before;
    EXPECT_EQ(computed, second.ids.size() - std::size_t(position) + done.ids.size());
}

TEST_F(GeneratorTest, RegeneratingComputesOnlyTheLastPromptToken)
{
    const Finished first = reply(ask(kRecall), greedy(50), listener_);
    const std::uint64_t before = session_->forward_tokens();
    RecordingListener listener;
    const Finished again = reply(ask(kRecall), greedy(50), listener);
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(again.reused_tokens, again.prompt_tokens - 1);
    EXPECT_EQ(session_->forward_tokens() - before, 1 + again.ids.size());
}

TEST_F(GeneratorTest, EditingAnEarlierTurnReusesWhatComesBeforeIt)
{
    const Finished first = reply(ask(kRecall), greedy(50), listener_);
    const std::vector<ChatMessage> turns {{"user", kRecall, {}},
                                          {"assistant", first.text, first.ids}};
    std::vector<ChatMessage> second = turns;
    second.push_back({"user", "What does Ben have?", {}});
    reply(chat(second), greedy(50), listener_);
    std::vector<ChatMessage> edited = turns;
    edited.push_back({"user", "What does Tom have?", {}});
    RecordingListener listener;
    const Finished done = reply(chat(edited), greedy(50), listener);
    EXPECT_EQ(done.text, "Tom has a red ball.");
    EXPECT_GE(done.reused_tokens, int(ask(kRecall).ids.size()) - 1);
}

TEST_F(GeneratorTest, GoingOnWithAReplyEqualsWritingItInOneGo)
{
    const std::string question = "Tell me a story about a fox named Pip.";
    const Finished whole = reply(ask(question), greedy(40), listener_);
    const auto fresh = make_session();
    Generator generator(*model_, *fresh);
    RecordingListener listener;
    const Result<Finished> half = generator.reply(ask(question), greedy(15), listener, {});
    ASSERT_TRUE(half);
    const Result<Prompt> more = continued_prompt(
        *model_, {{"user", question, {}}, {"assistant", half->text, half->ids}});
    ASSERT_TRUE(more);
    const Result<Finished> rest = generator.reply(*more, greedy(25), listener, {});
    ASSERT_TRUE(rest);
    EXPECT_EQ(half->text + rest->text, whole.text);
}

TEST_F(GeneratorTest, APromptThatDoesNotFitIsRefusedAndTheConversationLivesOn)
{
    Prompt prompt;
    prompt.ids.assign(5000, 300);
    prompt.message.assign(5000, 0);
    Generator generator(*model_, *session_);
    const Result<Finished> done = generator.reply(prompt, greedy(5), listener_, {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::context_full);
    EXPECT_NE(done.error().what.find("5000 tokens, the context holds 4096"), std::string::npos);
    EXPECT_EQ(reply(ask(kRecall), greedy(50), listener_).text, "Anna has a blue hat.");
}

TEST_F(GeneratorTest, WritingEndsWhenTheContextIsFull)
{
    Prompt prompt;
    prompt.ids.assign(4090, 300);
    prompt.message.assign(4090, 0);
    ReplyOptions options;
    options.sampling = {.temperature = 3.0F, .seed = 2};
    Finished done = reply(prompt, options, listener_);
    if (done.reason == StopReason::eos) GTEST_FAIL() << "drew an end token; change the seed";
    EXPECT_EQ(done.reason, StopReason::context);
    EXPECT_EQ(session_->position(), 4096);
}

TEST_F(GeneratorTest, CharactersOfSeveralTokensArriveWhole)
{
    // The tokenizer has no emoji: its bytes come as four byte pieces.
    const std::vector<TokenId> ids = model_->tokenizer->encode("ok 😀 é");
    Utf8Stream stream;
    std::string text;
    for (const TokenId id : ids) {
        const std::string part = stream.push(model_->tokenizer->bytes_of(id));
        EXPECT_EQ(part.find("\xEF\xBF\xBD"), std::string::npos);
        text += part;
    }
    EXPECT_EQ(text + stream.finish(), " ok 😀 é");
    EXPECT_GT(ids.size(), 6U);
}

TEST_F(GeneratorTest, TimesAreFilledWhenAskedFor)
{
    ReplyOptions options = greedy(10);
    options.timed = true;
    reply(ask(kRecall), options, listener_);
    for (const TokenBatch& batch : listener_.batches) {
        ASSERT_EQ(batch.layer_ms.size(), 12U);
        double sum = double(batch.probe_ms) + double(batch.sample_ms);
        for (const float ms : batch.layer_ms) sum += double(ms);
        EXPECT_LE(sum, double(batch.wall_ms) * 1.001);
        EXPECT_FALSE(batch.ops.empty());
    }
}

} // namespace
} // namespace mixscope
