#include "tests/ui/fake_engine.h"
#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/conversation_recorder.h"
#include "ui/models/conversation_store.h"
#include "ui/models/run_store.h"

#include <QCoreApplication>

#include <cstdio>

using namespace mixscope;

/// Writes a reply without end into the file it is given, one token a tick, and says after each
/// tick how many tokens it has taken. To be killed: see conversation_store_test.
int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc != 2) return 2;
    FakeEngine engine;
    RunStore run;
    Conversation chat(engine);
    FramePoller poller(engine, run);
    ConversationStore store(argv[1]);
    const ConversationRecorder recorder(chat, run, poller, store);
    auto model = std::make_shared<ModelInfo>();
    model->name = "endless";
    engine.events.push_back(Loaded {model});
    poller.tick();
    chat.send("Count.");
    engine.events.push_back(PromptReady {engine.requests.back().id, 0, 2, {0, -1}});
    engine.events.push_back(batchOf(0, {"Count.", "<|reply|>"}, true));
    poller.tick();
    for (int i = 0;; ++i) {
        engine.events.push_back(batchOf(2 + i, {' ' + std::to_string(i)}, false));
        poller.tick();
        std::printf("%d\n", i + 1);
        std::fflush(stdout);
    }
}
