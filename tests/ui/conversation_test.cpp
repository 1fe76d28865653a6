#include "tests/ui/fake_engine.h"
#include "ui/models/conversation.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

namespace mixscope {

namespace {

Finished ended(std::uint64_t request, const std::string& text, std::vector<TokenId> ids)
{
    Finished end;
    end.request = request;
    end.text = text;
    end.ids = std::move(ids);
    return end;
}

class ConversationTest : public testing::Test {
protected:
    /// One question and its answer.
    void talk()
    {
        chat.send("Who?");
        chat.finish(ended(engine.requests.back().id, "Pip.", {7, 8}));
    }

    FakeEngine engine;
    Conversation chat {engine};
};

} // namespace

TEST_F(ConversationTest, AsksForAReplyToWhatWasSent)
{
    chat.send("Who?");
    ASSERT_EQ(engine.requests.size(), 1U);
    EXPECT_EQ(engine.requests[0].mode, GenerateRequest::Mode::reply);
    ASSERT_EQ(engine.requests[0].messages.size(), 1U);
    EXPECT_EQ(engine.requests[0].messages[0].content, "Who?");
    EXPECT_TRUE(chat.busy());
    EXPECT_EQ(chat.roleOf(1), "assistant") << "the reply has its place while it is written";
    chat.send("Again?");
    EXPECT_EQ(engine.requests.size(), 1U) << "one reply at a time";
}

TEST_F(ConversationTest, KeepsTheExactTokensOfAReplyForTheNextTurn)
{
    talk();
    chat.send("Where?");
    const std::vector<ChatMessage>& messages = engine.requests.back().messages;
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[1].content, "Pip.");
    EXPECT_EQ(messages[1].ids, (std::vector<TokenId> {7, 8}));
    EXPECT_EQ(messages[2].role, "user");
}

TEST_F(ConversationTest, GoesOnWithTheLastReply)
{
    talk();
    chat.continueReply();
    EXPECT_EQ(engine.requests.back().mode, GenerateRequest::Mode::continue_reply);
    EXPECT_EQ(engine.requests.back().messages.back().ids, (std::vector<TokenId> {7, 8}));
    chat.finish(ended(engine.requests.back().id, " The end.", {9}));
    EXPECT_EQ(chat.messages().back().content, "Pip. The end.");
    EXPECT_EQ(chat.messages().back().ids, (std::vector<TokenId> {7, 8, 9}));
}

TEST_F(ConversationTest, RegeneratesFromTheLastUserMessageWithTheNextSeed)
{
    Sampling sampling;
    sampling.seed = 5;
    chat.setSampling(sampling);
    talk();
    chat.regenerate();
    EXPECT_EQ(engine.requests.back().messages.size(), 1U);
    EXPECT_EQ(engine.requests.back().sampling.seed, 6U);
}

TEST_F(ConversationTest, RestartsFromAnEditedMessage)
{
    talk();
    chat.send("Where?");
    chat.edit(0, "What?");
    EXPECT_EQ(engine.stops, 1) << "the reply under way is given up";
    const GenerateRequest& request = engine.requests.back();
    ASSERT_EQ(request.messages.size(), 1U);
    EXPECT_EQ(request.messages[0].content, "What?");
    chat.finish(ended(request.id - 1, "late", {1}));
    EXPECT_TRUE(chat.busy()) << "the end of the reply that was given up is not this one's";
    EXPECT_EQ(chat.messages().back().content, "");
}

TEST_F(ConversationTest, SurvivesAFailedReply)
{
    talk();
    chat.send("Where?");
    chat.fail(Failed {engine.requests.back().id, "writing", {}});
    EXPECT_FALSE(chat.busy());
    ASSERT_EQ(chat.messages().size(), 3U);
    EXPECT_EQ(chat.messages().back().content, "Where?");
    EXPECT_TRUE(chat.canRegenerate());
}

TEST_F(ConversationTest, KeepsWhatHadComeOfAFailedReply)
{
    talk();
    chat.send("Where?");
    chat.fail(Failed {engine.requests.back().id, "writing", {}}, "Here and");
    ASSERT_EQ(chat.messages().size(), 4U);
    EXPECT_EQ(chat.messages().back().content, "Here and");
    EXPECT_TRUE(chat.canContinue());
}

TEST_F(ConversationTest, KeepsNoReplyThatWasStoppedBeforeItsFirstToken)
{
    chat.send("Who?");
    chat.finish(ended(engine.requests.back().id, "", {}));
    EXPECT_EQ(chat.messages().size(), 1U);
    EXPECT_FALSE(chat.canContinue());
}

TEST_F(ConversationTest, ForgetsEverythingInANewChat)
{
    talk();
    QSignalSpy cleared(&chat, &Conversation::cleared);
    chat.setSystemPrompt("Be brief.");
    chat.newChat();
    EXPECT_TRUE(chat.empty());
    EXPECT_EQ(cleared.count(), 1);
    chat.send("Who?");
    EXPECT_EQ(engine.requests.back().messages.front().role, "system");
}

} // namespace mixscope
