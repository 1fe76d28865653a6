#include "engine/strict_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mixscope {
namespace {

using nlohmann::json;

constexpr std::string_view kFloatKey = "__float__";
constexpr std::size_t kShownBytes = 48;

std::optional<double> named_float(std::string_view text)
{
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    return std::nullopt;
}

std::string_view bare_float(std::string_view text)
{
    for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
        if (text.substr(0, word.size()) == word) return word;
    }
    return {};
}

// Python's writers put bare Infinity and NaN into JSON. Outside strings, letters can only start
// true, false, null and these, so a plain scan finds them.
std::string quote_bare_floats(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_string && text[i] == '\\' && i + 1 < text.size()) {
            out += text[i++];
        } else if (text[i] == '"') {
            in_string = !in_string;
        } else if (const std::string_view word = in_string ? "" : bare_float(text.substr(i));
                   !word.empty()) {
            out.append("{\"").append(kFloatKey).append("\":\"").append(word).append("\"}");
            i += word.size() - 1;
            continue;
        }
        out += text[i];
    }
    return out;
}

// Receives the library's events and builds the value, refusing what the library would accept.
class Builder {
public:
    Builder(std::string_view text, std::string_view name, int depth)
        : text_(text)
        , name_(name)
        , max_depth_(std::size_t(depth))
    {
    }

    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(json::number_integer_t value) { return add(value); }
    bool number_unsigned(json::number_unsigned_t value) { return add(value); }
    bool number_float(json::number_float_t value, const std::string& /*source*/)
    {
        return add(value);
    }
    bool string(std::string& value) { return add(std::move(value)); }
    static bool binary(json::binary_t& /*value*/) { return false; } // not in JSON
    bool start_object(std::size_t /*count*/) { return open(json::object()); }
    bool start_array(std::size_t /*count*/) { return open(json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& name)
    {
        Level& level = stack_.back();
        if (level.value.contains(name)) return refuse("the key \"" + name + "\" occurs twice");
        level.key = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string& /*token*/, const json::exception&)
    {
        return refuse_position(position > 0 ? position - 1 : 0);
    }

    bool refuse_position(std::size_t offset)
    {
        return refuse("not valid JSON at " + describe_position(text_, offset));
    }

    const std::optional<Error>& error() const { return error_; }
    json take() { return std::move(result_); }

private:
    struct Level {
        json value;
        std::string key;
    };

    bool refuse(const std::string& why)
    {
        error_ = Error {ErrorCode::bad_format, std::string(name_) + ": " + why,
                        "Download the file again, or correct it by hand."};
        return false;
    }

    bool open(json empty)
    {
        if (stack_.size() == max_depth_) {
            return refuse("nested deeper than " + std::to_string(max_depth_) + " levels");
        }
        stack_.push_back({std::move(empty), {}});
        return true;
    }

    bool close()
    {
        json value = std::move(stack_.back().value);
        stack_.pop_back();
        if (value.is_object() && value.size() == 1 && value.contains(kFloatKey)) {
            const json& text = value.at(std::string(kFloatKey));
            const auto number =
                text.is_string() ? named_float(text.get_ref<const std::string&>()) : std::nullopt;
            if (number) return add(*number);
        }
        return add(std::move(value));
    }

    bool add(json value)
    {
        if (stack_.empty()) {
            result_ = std::move(value);
        } else if (stack_.back().value.is_array()) {
            stack_.back().value.push_back(std::move(value));
        } else {
            stack_.back().value[stack_.back().key] = std::move(value);
        }
        return true;
    }

    std::string_view text_;
    std::string_view name_;
    std::size_t max_depth_;
    std::vector<Level> stack_;
    json result_;
    std::optional<Error> error_;
};

} // namespace

Result<json> parse_strict_json(std::string_view text, std::string_view name, JsonLimits limits)
{
    if (text.size() > limits.bytes) {
        return Error {ErrorCode::bad_format,
                      std::string(name) + " has " + std::to_string(text.size())
                          + " bytes, wanted at most " + std::to_string(limits.bytes),
                      "Check that the file belongs to the model; download it again."};
    }
    const std::string plain = quote_bare_floats(text);
    Builder builder(plain, name, limits.depth);
    const std::size_t zero = plain.find('\0'); // which the library would take for the end
    if (zero == std::string::npos) {
        json::sax_parse(plain, &builder);
    } else {
        builder.refuse_position(zero);
    }
    if (builder.error()) return *builder.error();
    return builder.take();
}

std::string describe_position(std::string_view text, std::size_t offset)
{
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t last_break = before.rfind('\n');
    const std::size_t column =
        before.size() - (last_break == std::string_view::npos ? 0 : last_break + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string describe_json(const json& value)
{
    std::string text = value.is_object() ? "an object"
        : value.is_array()               ? "a list of " + std::to_string(value.size())
                           : value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kShownBytes) {
        std::size_t cut = kShownBytes;
        while ((static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) {
            --cut; // whole characters
        }
        text = text.substr(0, cut) + "…";
    }
    return text;
}

} // namespace mixscope
