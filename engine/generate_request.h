#pragma once

#include "engine/chat_template.h"
#include "engine/generation_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mixscope {

/// A reply to ask for. Assistant messages carry their exact `ids`, so that what was computed for
/// them is reused.
struct GenerateRequest {
    enum class Mode {
        reply, ///< answer the last message through the chat template
        continue_reply, ///< go on with the last (assistant) message
        plain, ///< continue the content of the only message as plain text, BOS first
    };
    std::uint64_t id = 0; ///< chosen by the caller, comes back in events
    Mode mode = Mode::reply;
    std::vector<ChatMessage> messages;
    Sampling sampling;
    std::vector<std::string> stop_strings;
    int max_tokens = 0; ///< 0: until the context is full
};

} // namespace mixscope
