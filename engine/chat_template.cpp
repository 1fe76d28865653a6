#include "engine/chat_template.h"

#include "engine/jinja/parser.h"
#include "engine/jinja/runtime.h"
#include "engine/params.h"
#include "engine/read_file.h"
#include "engine/utf8.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mixscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using jinja::Value;

constexpr std::size_t kMaxSourceBytes = std::size_t(1) << 20;
constexpr const char* kTemplateFile = "chat_template.jinja";
constexpr std::string_view kTokenSuffix = "_token";

Error no_template(const fs::path& folder)
{
    return {ErrorCode::not_found, folder.filename().string() + " has no chat template",
            "Use a plain prompt with this model."};
}

ChatTemplate::SpecialTokens special_tokens(const Json& config)
{
    ChatTemplate::SpecialTokens tokens;
    for (const auto& [key, value] : config.items()) {
        const bool named = key.size() > kTokenSuffix.size()
            && std::string_view(key).substr(key.size() - kTokenSuffix.size()) == kTokenSuffix;
        const Json* text = &value;
        if (value.is_object() && value.contains("content")) text = &value.at("content");
        if (named && text->is_string()) tokens.emplace_back(key, text->get<std::string>());
    }
    return tokens;
}

// "chat_template" is the text, or a list of named ones of which "default" is for chats.
std::string configured_template(const Json& config)
{
    if (!config.contains("chat_template")) return {};
    const Json& value = config.at("chat_template");
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return {};
    for (const Json& entry : value) {
        const bool named =
            entry.is_object() && entry.contains("name") && entry.contains("template");
        if (named && entry.at("name") == "default" && entry.at("template").is_string()) {
            return entry.at("template").get<std::string>();
        }
    }
    return {};
}

bool plain_role(const std::string& role)
{
    return !role.empty() && std::all_of(role.begin(), role.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    });
}

Value dict(std::vector<std::pair<std::string, Value>> entries)
{
    return *jinja::make_dict(std::move(entries)); // two levels: always possible
}

Value message_values(const std::vector<ChatMessage>& messages)
{
    std::vector<Value> list;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const ChatMessage& message = messages[i];
        const int role_origin = plain_role(message.role) ? jinja::kFromTemplate : int(i);
        list.push_back(dict({{"role", Value::text(message.role, role_origin)},
                             {"content", Value::text(message.content, int(i))}}));
    }
    return *jinja::make_list(std::move(list));
}

std::vector<PromptSegment> to_segments(const jinja::TracedText& text)
{
    std::vector<PromptSegment> segments;
    std::size_t at = 0;
    for (const jinja::TracedText::Run& run : text.runs()) {
        PromptSegment segment;
        if (run.origin == jinja::kFromTemplate) {
            segment.source = PromptSegment::Source::markup;
        } else {
            segment.message = run.origin;
        }
        segment.text = text.bytes().substr(at, run.length);
        segments.push_back(std::move(segment));
        at += run.length;
    }
    return segments;
}

// Exact ids stand for the whole content of a message, so they only fit where it appears whole
// and once.
void attach_ids(std::vector<PromptSegment>& segments, const std::vector<ChatMessage>& messages)
{
    std::vector<int> uses(messages.size(), 0);
    for (const PromptSegment& segment : segments) {
        if (segment.message >= 0) ++uses[std::size_t(segment.message)];
    }
    for (PromptSegment& segment : segments) {
        if (segment.message < 0) continue;
        const ChatMessage& message = messages[std::size_t(segment.message)];
        if (uses[std::size_t(segment.message)] == 1 && segment.text == message.content) {
            segment.ids = message.ids;
        }
    }
}

} // namespace

struct ChatTemplate::Program {
    jinja::Block block;
    SpecialTokens tokens;
};

ChatTemplate::ChatTemplate(std::unique_ptr<Program> program)
    : program_(std::move(program))
{
}

ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

Result<ChatTemplate> ChatTemplate::parse(std::string_view source, SpecialTokens tokens)
{
    if (source.size() > kMaxSourceBytes || !valid_utf8(source)) {
        return Error {ErrorCode::bad_format,
                      "the chat template has " + std::to_string(source.size())
                          + " bytes, wanted at most 1048576 bytes of UTF-8",
                      "Use the template that belongs to the model, or a plain prompt."};
    }
    auto block = jinja::parse_template(source);
    if (!block) return block.error();
    auto program = std::make_unique<Program>();
    program->block = std::move(block).value();
    program->tokens = std::move(tokens);
    return ChatTemplate(std::move(program));
}

Result<ChatTemplate> ChatTemplate::load(const fs::path& folder)
{
    std::error_code ignored;
    std::string source;
    SpecialTokens tokens;
    if (fs::exists(folder / "tokenizer_config.json", ignored)) {
        const auto config = Params::read(folder / "tokenizer_config.json");
        if (!config) return config.error();
        tokens = special_tokens(config->json());
        source = configured_template(config->json());
    }
    if (source.empty() && fs::exists(folder / kTemplateFile, ignored)) {
        auto text = read_file(folder / kTemplateFile, kMaxSourceBytes);
        if (!text) return text.error();
        source = std::move(text).value();
    }
    if (source.empty()) return no_template(folder);
    return parse(source, std::move(tokens));
}

Result<std::vector<PromptSegment>> ChatTemplate::render(const std::vector<ChatMessage>& messages,
                                                        bool add_generation_prompt) const
{
    jinja::Runtime::Scope globals {{"messages", message_values(messages)},
                                   {"add_generation_prompt", add_generation_prompt},
                                   {"tools", jinja::None {}},
                                   {"documents", jinja::None {}}};
    for (const auto& [name, text] : program_->tokens) {
        globals.emplace_back(name, Value::text(text));
    }
    const auto rendered = jinja::Runtime(std::move(globals)).run(program_->block);
    if (!rendered) return rendered.error();
    std::vector<PromptSegment> segments = to_segments(*rendered);
    attach_ids(segments, messages);
    return segments;
}

} // namespace mixscope
