#pragma once

#include "engine/result.h"
#include "engine/tokenizer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mixscope {

/// One turn of a conversation. `ids` are the exact tokens of an assistant turn, if known.
struct ChatMessage {
    std::string role; ///< "system", "user", "assistant"
    std::string content;
    std::vector<TokenId> ids;
};

/// A model's chat template (a Jinja subset), parsed once, rendered many times. Rendering marks
/// each character as template text or message content. Immutable; any thread.
/// Limits: 1 MiB of source, 1 M steps, 16 MiB of output, nesting 64.
class ChatTemplate {
public:
    /// Special tokens by the name that templates use: {"bos_token", "<s>"}.
    using SpecialTokens = std::vector<std::pair<std::string, std::string>>;

    /// Errors: unsupported (names the statement or expression and its line), bad_format.
    static Result<ChatTemplate> parse(std::string_view source, SpecialTokens tokens = {});
    /// From tokenizer_config.json or chat_template.jinja; not_found when the model has none.
    static Result<ChatTemplate> load(const std::filesystem::path& folder);

    ChatTemplate(ChatTemplate&&) noexcept;
    ChatTemplate& operator=(ChatTemplate&&) noexcept;
    ~ChatTemplate();

    /// The prompt as runs of markup and content; no two neighbours are of one source and message.
    /// The exact ids of a message are handed on when its content came through unchanged. A role
    /// counts as markup when it is a plain lower-case word.
    /// Errors: bad_argument when the template refuses the conversation, bad_format, unsupported.
    Result<std::vector<PromptSegment>> render(const std::vector<ChatMessage>& messages,
                                              bool add_generation_prompt) const;

private:
    struct Program;
    explicit ChatTemplate(std::unique_ptr<Program> program);
    std::unique_ptr<Program> program_;
};

} // namespace mixscope
