#include "engine/chat_template.h"

#include <cstdlib>

using namespace mixscope;

namespace {

// A character that only the messages have: where the template's source neither contains it nor
// an escape, it must never come out as markup.
constexpr std::string_view kMark = "\uE000";

bool may_write_mark(std::string_view source)
{
    return source.find(kMark) != std::string_view::npos
        || source.find('\\') != std::string_view::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    const auto chat = ChatTemplate::parse(source, {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
    if (!chat) return chat.error().what.empty() ? std::abort(), 0 : 0;
    const std::vector<ChatMessage> messages {{"system", "\uE000be\n\uE000", {}},
                                             {"user", " \uE000<|end|>, é 😀 \uE000", {}},
                                             {"assistant", "\uE000ok\uE000", {1, 2, 3}}};
    const auto segments = chat->render(messages, true);
    if (!segments) return segments.error().what.empty() ? std::abort(), 0 : 0;
    for (const PromptSegment& segment : *segments) {
        const bool markup = segment.source == PromptSegment::Source::markup;
        if (markup != (segment.message < 0)) std::abort();
        if (markup && !may_write_mark(source) && segment.text.find(kMark) != std::string::npos) {
            std::abort();
        }
        if (!segment.ids.empty() && segment.text != messages[2].content) std::abort();
    }
    return 0;
}
