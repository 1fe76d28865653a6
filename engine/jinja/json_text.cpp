#include "engine/jinja/runtime.h"

#include <algorithm>

namespace mixscope::jinja {
namespace {

class JsonWriter {
public:
    JsonWriter(Runtime& runtime, int indent)
        : runtime_(runtime)
        , indent_(indent)
    {
    }

    void write(const Value& value)
    {
        if (!runtime_.spend(1)) return;
        if (const TracedText* text = value.as_text()) {
            note_origin(*text);
            write_string(text->bytes());
        } else if (const List* list = value.as_list()) {
            write_list(*list);
        } else if (const Dict* dict = value.as_dict()) {
            write_dict(*dict);
        } else if (value.is<None>()) {
            out_ += "null";
        } else if (value.is<bool>()) {
            out_ += value.truthy() ? "true" : "false";
        } else if (value.is_number()) {
            out_ += to_text(value)->bytes();
        } else {
            runtime_.fail(std::string("tojson of a value that is ") + value.kind_name());
        }
    }

    TracedText take() { return TracedText(std::move(out_), origin_); }

private:
    void note_origin(const TracedText& text)
    {
        if (origin_ == kFromTemplate) origin_ = text.weakest_origin();
    }

    void write_string(const std::string& text)
    {
        constexpr std::string_view kHex = "0123456789abcdef";
        constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f";
        constexpr std::string_view kLetters = "\"\\nrtbf";
        if (!runtime_.spend_bytes(text.size())) return;
        out_ += '"';
        for (const char c : text) {
            const std::size_t index = kEscaped.find(c);
            if (index != std::string_view::npos) {
                out_ += {'\\', kLetters[index]};
            } else if (static_cast<unsigned char>(c) < 0x20) {
                out_ += {'\\', 'u', '0', '0', kHex[std::size_t(c) >> 4], kHex[std::size_t(c) & 15]};
            } else {
                out_ += c;
            }
        }
        out_ += '"';
    }

    void write_list(const List& list)
    {
        open('[');
        for (const Value& item : list.items) {
            separate();
            write(item);
        }
        close(']', list.items.empty());
    }

    void write_dict(const Dict& dict)
    {
        open('{');
        for (const auto& [key, value] : dict.entries) {
            separate();
            write_string(key);
            out_ += ": ";
            write(value);
        }
        close('}', dict.entries.empty());
    }

    void open(char bracket)
    {
        out_ += bracket;
        ++level_;
        first_ = true;
    }

    // Python puts ", " between items on one line, "," and a line break when it indents.
    void separate()
    {
        if (!first_) out_ += indent_ < 0 ? ", " : ",";
        first_ = false;
        break_line();
    }

    void close(char bracket, bool empty)
    {
        --level_;
        if (!empty) break_line();
        out_ += bracket;
        first_ = false;
    }

    void break_line()
    {
        if (indent_ < 0) return;
        out_ += '\n';
        out_.append(std::size_t(indent_) * std::size_t(level_), ' ');
    }

    Runtime& runtime_;
    int indent_;
    int level_ = 0;
    bool first_ = true;
    int origin_ = kFromTemplate;
    std::string out_;
};

} // namespace

Value to_json(Runtime& runtime, const Value& value, int indent)
{
    JsonWriter writer(runtime, indent);
    writer.write(value);
    return runtime.failed() ? Value() : runtime.make_text(writer.take());
}

} // namespace mixscope::jinja
