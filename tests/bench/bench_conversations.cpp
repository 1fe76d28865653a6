// What keeping conversations costs the thread that draws: a tick of a reply, and a search.
// usage: bench_conversations FILE      the file is made and stays; choose the disk by it

#include "ui/models/conversation_store.h"

#include <QCoreApplication>
#include <QElapsedTimer>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace mixscope;

namespace {

constexpr int kTicks = 9000; // five minutes at 30 Hz
constexpr int kConversations = 1000, kMessages = 20;

void report(const char* what, std::vector<double>& ms)
{
    std::sort(ms.begin(), ms.end());
    const auto at = [&](double share) { return ms[std::size_t(share * double(ms.size() - 1))]; };
    std::printf("%-44s median %7.3f  p99 %7.3f  max %8.3f ms\n", what, at(0.5), at(0.99), at(1.0));
}

template <class Work> std::vector<double> timed(int times, Work work)
{
    std::vector<double> ms;
    for (int i = 0; i < times; ++i) {
        QElapsedTimer clock;
        clock.start();
        work(i);
        ms.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    return ms;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc != 2) {
        std::fputs("usage: bench_conversations FILE\n", stderr);
        return 2;
    }
    ConversationStore store(argv[1]);
    for (const int tokens : {1, 17, 170}) { // 30, 500 and 5 000 tokens a second
        const qint64 id = store.begin("bench", "model", "");
        store.write(id, {{"user", "Go.", {}}, {"assistant", "", {}}}, 0);
        const std::string text(std::size_t(tokens) * 4, 'x');
        const std::vector<TokenId> ids(std::size_t(tokens), 1);
        std::vector<double> ms = timed(kTicks, [&](int) { store.append(id, 1, text, ids); });
        char what[64];
        std::snprintf(what, sizeof what, "tick with %d tokens, %d ticks", tokens, kTicks);
        report(what, ms);
    }
    const std::string words(500, 'a');
    for (int i = 0; i < kConversations; ++i) {
        const qint64 id = store.begin("conversation", "model", "");
        std::vector<ChatMessage> messages;
        for (int m = 0; m < kMessages; ++m)
            messages.push_back({m % 2 == 0 ? "user" : "assistant", words + std::to_string(m), {}});
        store.write(id, messages, 0);
    }
    std::vector<double> list = timed(10, [&](int) { store.list(); });
    report("list of 1000 conversations", list);
    std::vector<double> search = timed(10, [&](int) { store.list("no such words"); });
    report("search through 20 000 messages, 10 MB", search);
}
