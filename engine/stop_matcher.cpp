#include "engine/stop_matcher.h"

#include <algorithm>
#include <utility>

namespace mixscope {

StopMatcher::StopMatcher(std::vector<std::string> stops)
    : stops_(std::move(stops))
{
    std::erase_if(stops_, [](const std::string& stop) { return stop.empty(); });
}

std::string StopMatcher::push(std::string_view text)
{
    if (matched_) return {};
    held_ += text;
    std::size_t first = std::string::npos;
    for (const std::string& stop : stops_) first = std::min(first, held_.find(stop));
    if (first != std::string::npos) {
        matched_ = true;
        std::string shown = held_.substr(0, first);
        held_.clear();
        return shown;
    }
    std::size_t keep = 0; // longest end of the text that begins a stop string
    for (const std::string& stop : stops_) {
        for (std::size_t n = std::min(stop.size() - 1, held_.size()); n > keep; --n) {
            if (held_.compare(held_.size() - n, n, stop, 0, n) == 0) keep = n;
        }
    }
    std::string shown = held_.substr(0, held_.size() - keep);
    held_.erase(0, held_.size() - keep);
    return shown;
}

std::string StopMatcher::finish() { return std::exchange(held_, {}); }

} // namespace mixscope
