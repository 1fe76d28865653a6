#include "engine/jinja/lexer.h"

#include "engine/utf8.h"

#include <algorithm>
#include <optional>

namespace mixscope::jinja {
namespace {

using Kind = Token::Kind;

constexpr std::string_view kSpace = " \t\n\r\f\v";

bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string normalized_breaks(std::string_view source)
{
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] != '\r') {
            out += source[i];
        } else if (i + 1 == source.size() || source[i + 1] != '\n') {
            out += '\n';
        }
    }
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

void append_code_point(std::string& out, unsigned code)
{
    if (code < 0x80) {
        out += char(code);
    } else if (code < 0x800) {
        out += {char(0xC0 | code >> 6), char(0x80 | (code & 0x3F))};
    } else if (code < 0x10000) {
        out +=
            {char(0xE0 | code >> 12), char(0x80 | (code >> 6 & 0x3F)), char(0x80 | (code & 0x3F))};
    } else {
        out += {char(0xF0 | code >> 18), char(0x80 | (code >> 12 & 0x3F)),
                char(0x80 | (code >> 6 & 0x3F)), char(0x80 | (code & 0x3F))};
    }
}

class Lexer {
public:
    explicit Lexer(std::string source)
        : source_(std::move(source))
    {
    }

    Result<std::vector<Token>> run()
    {
        while (at_ < source_.size() && !error_) {
            read_text();
            if (at_ < source_.size()) read_tag();
        }
        if (error_) return *error_;
        add(Kind::end, "");
        return std::move(tokens_);
    }

private:
    std::string_view rest() const { return std::string_view(source_).substr(at_); }
    bool starts(std::string_view text) const { return rest().substr(0, text.size()) == text; }

    void advance(std::size_t count)
    {
        const std::string_view passed = rest().substr(0, count);
        line_ += int(std::count(passed.begin(), passed.end(), '\n'));
        at_ += passed.size();
    }

    void add(Kind kind, std::string value) { tokens_.push_back({kind, std::move(value), line_}); }

    void fail(const std::string& why)
    {
        error_ = Error {ErrorCode::bad_format,
                        "chat template, line " + std::to_string(line_) + ": " + why,
                        "Use the template that belongs to the model, or a plain prompt."};
    }

    // Text up to the next tag, with the white space that this tag takes from it.
    void read_text()
    {
        std::size_t end = at_;
        while ((end = source_.find('{', end)) != std::string::npos) {
            if (end + 1 < source_.size() && std::string_view("{%#").find(source_[end + 1]) < 3) {
                break;
            }
            ++end;
        }
        end = std::min(end, source_.size());
        std::string_view text = std::string_view(source_).substr(at_, end - at_);
        if (end < source_.size()) text = strip_before_tag(text, end);
        if (!text.empty()) add(Kind::text, std::string(text));
        advance(end - at_);
    }

    std::string_view strip_before_tag(std::string_view text, std::size_t tag) const
    {
        const char sign = tag + 2 < source_.size() ? source_[tag + 2] : ' ';
        if (sign == '-') {
            const std::size_t last = text.find_last_not_of(kSpace);
            return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
        }
        if (sign == '+' || source_[tag + 1] == '{') return text;
        const std::size_t line_break = text.rfind('\n');
        const std::size_t start = line_break == std::string_view::npos ? 0 : line_break + 1;
        const bool line_start = start > 0 || at_ == 0 || source_[at_ - 1] == '\n';
        const bool blank = text.find_first_not_of(" \t", start) == std::string_view::npos;
        return line_start && blank ? text.substr(0, start) : text;
    }

    void read_tag()
    {
        const char kind = source_[at_ + 1];
        const int line = line_;
        advance(2);
        if (starts("-") || starts("+")) advance(1);
        if (kind == '#') return skip_comment(line);
        add(kind == '{' ? Kind::open_output : Kind::open_statement, "");
        const std::string_view close = kind == '{' ? "}}" : "%}";
        open_.clear();
        while (!error_) {
            advance(std::min(rest().find_first_not_of(kSpace), rest().size()));
            if (at_ == source_.size()) {
                return fail("the tag that starts on line " + std::to_string(line) + " has no end");
            }
            if (open_.empty() && close_tag(close)) return;
            read_token();
        }
    }

    bool close_tag(std::string_view close)
    {
        const bool sign = starts("-") || starts("+");
        if (rest().substr(sign ? 1 : 0, close.size()) != close) return false;
        const char mark = sign ? source_[at_] : ' ';
        add(close == "}}" ? Kind::close_output : Kind::close_statement, "");
        advance(close.size() + (sign ? 1 : 0));
        strip_after_tag(mark, close != "}}");
        return true;
    }

    void strip_after_tag(char mark, bool trims_break)
    {
        if (mark == '-') {
            advance(std::min(rest().find_first_not_of(kSpace), rest().size()));
        } else if (mark != '+' && trims_break && starts("\n")) {
            advance(1);
        }
    }

    void skip_comment(int line)
    {
        const std::size_t end = source_.find("#}", at_);
        if (end == std::string::npos) {
            return fail("the comment that starts on line " + std::to_string(line) + " has no end");
        }
        const char mark = end > at_ ? source_[end - 1] : ' ';
        advance(end + 2 - at_);
        strip_after_tag(mark, true);
    }

    void read_token()
    {
        const char c = source_[at_];
        if (is_name_start(c)) return read_name();
        if (is_digit(c)) return read_number();
        if (c == '\'' || c == '"') return read_string(c);
        read_symbol();
    }

    void read_name()
    {
        std::size_t length = 0;
        const std::string_view text = rest();
        while (length < text.size() && (is_name_start(text[length]) || is_digit(text[length]))) {
            ++length;
        }
        add(Kind::name, std::string(text.substr(0, length)));
        advance(length);
    }

    void read_number()
    {
        const std::string_view text = rest();
        std::size_t length = 0;
        while (length < text.size() && is_digit(text[length])) {
            ++length;
        }
        const bool fraction =
            length + 1 < text.size() && text[length] == '.' && is_digit(text[length + 1]);
        if (fraction) {
            ++length;
            while (length < text.size() && is_digit(text[length])) {
                ++length;
            }
        }
        add(fraction ? Kind::number : Kind::integer, std::string(text.substr(0, length)));
        advance(length);
    }

    void read_string(char quote)
    {
        const int line = line_;
        std::string value;
        std::size_t end = at_ + 1;
        while (end < source_.size() && source_[end] != quote) {
            if (source_[end] == '\\' && end + 1 < source_.size()) {
                end = read_escape(end + 1, value);
            } else {
                value += source_[end++];
            }
        }
        if (end == source_.size()) {
            return fail("the string that starts on line " + std::to_string(line) + " has no end");
        }
        if (!valid_utf8(value)) return fail("the string is not valid UTF-8");
        add(Kind::string, std::move(value));
        advance(end + 1 - at_);
    }

    // Python's escapes; an unknown one stays as it is written. Returns where the string goes on.
    std::size_t read_escape(std::size_t at, std::string& value)
    {
        constexpr std::string_view kNames = "ntr\\'\"abfv0";
        constexpr std::string_view kBytes("\n\t\r\\'\"\a\b\f\v\0", 11);
        const char c = source_[at];
        const int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0) return read_code_point(at + 1, std::size_t(digits), value);
        const std::size_t index = kNames.find(c);
        if (c == '\n') return at + 1; // a continued line
        if (index == std::string_view::npos) value += '\\';
        value += index == std::string_view::npos ? c : kBytes[index];
        return at + 1;
    }

    std::size_t read_code_point(std::size_t at, std::size_t digits, std::string& value)
    {
        unsigned code = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
            const char c = at + i < source_.size() ? source_[at + i] : ' ';
            const std::size_t digit = kDigits.find(c);
            if (digit == std::string_view::npos || code > 0x10FFFF) {
                fail("an escape in a string is damaged");
                return source_.size();
            }
            code = code * 16 + unsigned(digit < 16 ? digit : digit - 6);
        }
        if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) fail("an escape is no character");
        append_code_point(value, code & 0x1FFFFF);
        return at + digits;
    }

    void read_symbol()
    {
        constexpr std::string_view kTwo[] = {"==", "!=", "<=", ">=", "//", "**"};
        constexpr std::string_view kOne = "+-*/%~<>=.,:|()[]{}";
        std::string symbol(rest().substr(0, 2));
        if (std::find(std::begin(kTwo), std::end(kTwo), symbol) == std::end(kTwo)) {
            symbol = rest().substr(0, 1);
            if (kOne.find(symbol.front()) == std::string_view::npos) {
                return fail("\"" + sanitized_utf8(rest().substr(0, 4)) + "\" is not understood");
            }
        }
        if (symbol == "(" || symbol == "[" || symbol == "{") open_.push_back(symbol.front());
        if (symbol == ")" || symbol == "]" || symbol == "}") {
            if (open_.empty()) return fail("\"" + symbol + "\" closes nothing");
            open_.pop_back();
        }
        add(Kind::symbol, symbol);
        advance(symbol.size());
    }

    std::string source_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::string open_; // brackets: inside them }} and %} are no ends
    std::vector<Token> tokens_;
    std::optional<Error> error_;
};

} // namespace

Result<std::vector<Token>> tokenize(std::string_view source)
{
    return Lexer(normalized_breaks(source)).run();
}

} // namespace mixscope::jinja
