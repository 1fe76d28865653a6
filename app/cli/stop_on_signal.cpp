#include "app/cli/stop_on_signal.h"

#include <atomic>
#include <chrono>
#include <csignal>

namespace mixscope::cli {

namespace {

volatile std::sig_atomic_t g_signals = 0; // all that a handler may touch

void count_signal(int signal)
{
    g_signals = g_signals + 1;
    if (g_signals > 1) { // asked twice: the default action
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

} // namespace

StopOnSignal::StopOnSignal()
{
    g_signals = 0;
    std::signal(SIGINT, count_signal);
    std::signal(SIGTERM, count_signal);
    watcher_ = std::jthread([this](std::stop_token ended) {
        while (!ended.stop_requested()) {
            if (g_signals > 0) {
                source_.request_stop();
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
}

StopOnSignal::~StopOnSignal()
{
    watcher_.request_stop();
    watcher_.join();
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

} // namespace mixscope::cli
