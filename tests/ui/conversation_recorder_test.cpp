#include "tests/ui/fake_engine.h"
#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/conversation_recorder.h"
#include "ui/models/conversation_store.h"
#include "ui/models/run_store.h"

#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace mixscope {

namespace {

/// A conversation with an engine that says what it is told to, and what is kept of it.
class ConversationRecorderTest : public testing::Test {
protected:
    ConversationRecorderTest() { load("tiny"); }

    void load(const std::string& name)
    {
        auto model = std::make_shared<ModelInfo>();
        model->name = name;
        model->path = "/models/" + name;
        engine.events.push_back(Loaded {model});
        poller.tick();
    }

    /// The prompt of the request under way, as `prompt` tokens of markup.
    void readPrompt(int prompt)
    {
        engine.events.push_back(
            PromptReady {engine.requests.back().id, 0, prompt, std::vector<int>(prompt, -1)});
        engine.events.push_back(batchOf(0, std::vector<std::string>(prompt, "<|x|>"), true));
        poller.tick();
    }

    void write(int first, const std::vector<std::string>& texts)
    {
        engine.events.push_back(batchOf(first, texts, false));
        poller.tick();
    }

    void end(const std::string& text, std::vector<TokenId> ids)
    {
        Finished finished;
        finished.request = engine.requests.back().id;
        finished.text = text;
        finished.ids = std::move(ids);
        chat.finish(finished);
    }

    void talk(const QString& question, const std::string& answer)
    {
        chat.send(question);
        readPrompt(2);
        write(2, {answer});
        end(answer, {2});
    }

    std::vector<ChatMessage> kept() { return store.load(recorder.current())->messages; }

    FakeEngine engine;
    RunStore run;
    Conversation chat {engine};
    FramePoller poller {engine, run};
    ConversationStore store;
    ConversationRecorder recorder {chat, run, poller, store};
};

} // namespace

TEST_F(ConversationRecorderTest, WritesEachTickWhatHasCome)
{
    chat.send("Who is the fox that lives in the wood behind the old mill?");
    ASSERT_EQ(kept().size(), 1U) << "the question is kept before there is an answer";
    readPrompt(3);
    write(3, {" Pip", " the"});
    ASSERT_EQ(kept().size(), 2U);
    EXPECT_EQ(kept()[1].content, "Pip the");
    EXPECT_EQ(kept()[1].ids, (std::vector<TokenId> {3, 4}));
    write(5, {" fox", "<|end|>"});
    EXPECT_EQ(kept()[1].content, "Pip the fox");
    end("Pip the fox.", {3, 4, 5, 9});
    EXPECT_EQ(kept()[1].content, "Pip the fox.") << "the engine's last word counts";
    EXPECT_EQ(kept()[1].ids, (std::vector<TokenId> {3, 4, 5, 9}));
    const ConversationHeader header = store.list()[0];
    EXPECT_EQ(header.title.toStdString(),
              "Who is the fox that lives in the wood behind the…");
    EXPECT_EQ(header.model, "tiny");
    EXPECT_EQ(header.folder, "/models/tiny");
}

TEST_F(ConversationRecorderTest, TakesNoTokenOfThePromptForTheReply)
{
    chat.send("Who?");
    engine.events.push_back(PromptReady {engine.requests.back().id, 0, 3, {-1, 0, -1}});
    poller.tick(); // the prompt is known before any of it has been read
    engine.events.push_back(batchOf(0, {"<|x|>", " Who?"}, true));
    poller.tick();
    engine.events.push_back(batchOf(2, {"<|y|>"}, true));
    poller.tick();
    write(3, {" Pip"});
    ASSERT_EQ(kept().size(), 2U);
    EXPECT_EQ(kept()[1].content, "Pip");
}

TEST_F(ConversationRecorderTest, GoesOnWithTheSameConversation)
{
    talk("Who?", "Pip.");
    talk("Where?", "Here.");
    ASSERT_EQ(store.list().size(), 1U);
    EXPECT_EQ(kept().size(), 4U);
    chat.continueReply();
    readPrompt(6);
    write(6, {" And"});
    EXPECT_EQ(kept()[3].content, "Here. And");
    chat.newChat();
    EXPECT_EQ(recorder.current(), 0);
    talk("What?", "A hat.");
    EXPECT_EQ(store.list().size(), 2U);
}

TEST_F(ConversationRecorderTest, KeepsAnEmptyReplyOutAndARegeneratedOneIn)
{
    talk("Who?", "Pip.");
    chat.regenerate();
    ASSERT_EQ(kept().size(), 1U);
    readPrompt(2);
    write(2, {"Tom"});
    EXPECT_EQ(kept()[1].content, "Tom");
    end("", {});
    EXPECT_EQ(kept().size(), 1U);
}

TEST_F(ConversationRecorderTest, WritesNothingOfAReplyThatWasGivenUp)
{
    chat.send("Who?");
    readPrompt(2);
    chat.edit(0, "What?");
    write(2, {"late"}); // of the first request, whose prompt was read
    EXPECT_EQ(kept().size(), 1U);
    EXPECT_EQ(kept()[0].content, "What?");
}

TEST_F(ConversationRecorderTest, OpensWhatWasHeldAndGoesOn)
{
    Sampling sampling;
    sampling.temperature = 0.5F;
    chat.setSampling(sampling);
    chat.setSystemPrompt("Be brief.");
    talk("Who?", "Pip.");
    const qint64 id = recorder.current();
    chat.newChat();
    chat.setSampling({});
    chat.setSystemPrompt({});
    talk("Other?", "Yes.");
    QSignalSpy other(&recorder, &ConversationRecorder::openedOther);
    ASSERT_TRUE(recorder.open(id));
    EXPECT_EQ(other.size(), 0);
    ASSERT_EQ(chat.messages().size(), 3U);
    EXPECT_EQ(chat.messages()[2].content, "Pip.");
    EXPECT_EQ(chat.messages()[2].ids, (std::vector<TokenId> {2}));
    EXPECT_EQ(chat.sampling().temperature, 0.5F);
    EXPECT_EQ(chat.systemPrompt(), "Be brief.");
    EXPECT_EQ(store.list().size(), 2U) << "opening adds none";
    QTest::qSleep(3); // times are kept in milliseconds
    talk("Where?", "Here.");
    EXPECT_EQ(recorder.current(), id);
    EXPECT_EQ(kept().size(), 5U);
    EXPECT_EQ(store.list()[0].id, id) << "it is the newest now";
    load("other");
    ASSERT_TRUE(recorder.open(id));
    ASSERT_EQ(other.size(), 1);
    EXPECT_EQ(other[0][0], "tiny");
    EXPECT_FALSE(recorder.open(12345));
}

TEST_F(ConversationRecorderTest, KeepsNothingWhenThatIsSwitchedOff)
{
    recorder.setEnabled(false);
    talk("Who?", "Pip.");
    EXPECT_TRUE(store.list().empty());
    recorder.setEnabled(true);
    poller.tick();
    ASSERT_EQ(store.list().size(), 1U);
    EXPECT_EQ(kept().size(), 2U);
    recorder.setEnabled(false);
    talk("Where?", "Here.");
    EXPECT_EQ(store.load(store.list()[0].id)->messages.size(), 2U);
}

TEST_F(ConversationRecorderTest, WritesEverythingIntoTheNewFileWhenTheOldOneWasDamaged)
{
    chat.send("Who?");
    readPrompt(2);
    write(2, {"Pip"});
    store.write(recorder.current(), {}, 0); // as a new file: nothing is there
    Q_EMIT store.restarted();
    write(3, {" the"});
    ASSERT_EQ(kept().size(), 2U);
    EXPECT_EQ(kept()[1].content, "Pip the");
}

} // namespace mixscope
