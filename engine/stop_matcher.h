#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mixscope {

/// Finds stop strings in streamed text. Text that may be the beginning of one is held back until
/// it is decided.
class StopMatcher {
public:
    explicit StopMatcher(std::vector<std::string> stops);

    /// Adds text; returns what may be shown now. After a match nothing more is returned.
    std::string push(std::string_view text);
    /// What was held back and turned out not to be a stop string.
    std::string finish();
    bool matched() const { return matched_; }

private:
    std::vector<std::string> stops_;
    std::string held_;
    bool matched_ = false;
};

} // namespace mixscope
