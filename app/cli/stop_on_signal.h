#pragma once

#include <stop_token>
#include <thread>

namespace mixscope::cli {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM ask for a stop instead of ending the program; a
/// second one ends it. At most one at a time.
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;

    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::jthread watcher_;
};

} // namespace mixscope::cli
