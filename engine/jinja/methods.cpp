#include "engine/jinja/text_operations.h"

#include <array>
#include <ctime>

// Methods of strings and dicts, and functions.

namespace mixscope::jinja {
namespace {

constexpr std::int64_t kMaxRange = 100'000; // as in the sandbox of Jinja

// The strings that a method works on; null after a failure.
const TracedText* string_of(Runtime& runtime, const Value& value, const char* method)
{
    const TracedText* text = value.as_text();
    if (text == nullptr) {
        runtime.fail(std::string("the method ") + method + "() of a value that is "
                     + value.kind_name());
    } else {
        runtime.spend_bytes(text->size());
    }
    return text;
}

const Dict* dict_of(Runtime& runtime, const Value& value, const char* method)
{
    const Dict* dict = value.as_dict();
    if (dict == nullptr) {
        runtime.fail(std::string("the method ") + method + "() of a value that is "
                     + value.kind_name());
    }
    return dict;
}

Value strip_ends(Runtime& runtime, const Value& value, const Arguments& arguments, bool left,
                 bool right)
{
    const TracedText* text = string_of(runtime, value, "strip");
    const Value* given = arguments.at(0);
    const bool all_space = given == nullptr || given->is<None>();
    const TracedText* set = all_space ? nullptr : string_of(runtime, *given, "strip");
    if (runtime.failed()) return {};
    return runtime.make_text(stripped(*text, set, left, right));
}

Value strip(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return strip_ends(runtime, value, arguments, true, true);
}

Value lstrip(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return strip_ends(runtime, value, arguments, true, false);
}

Value rstrip(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return strip_ends(runtime, value, arguments, false, true);
}

// A string, or any of a tuple of strings, at one end of the text.
Value has_end(Runtime& runtime, const Value& value, const Arguments& arguments, bool at_start)
{
    const TracedText* text = string_of(runtime, value, at_start ? "startswith" : "endswith");
    const Value& given = arguments.values.front();
    const std::vector<Value> parts =
        given.as_list() != nullptr ? runtime.items_of(given) : std::vector<Value> {given};
    for (const Value& item : parts) {
        const TracedText* part = string_of(runtime, item, at_start ? "startswith" : "endswith");
        if (runtime.failed()) return {};
        if (part->size() > text->size()) continue;
        const std::size_t from = at_start ? 0 : text->size() - part->size();
        if (text->bytes().compare(from, part->size(), part->bytes()) == 0) return true;
    }
    return false;
}

Value startswith(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return has_end(runtime, value, arguments, true);
}

Value endswith(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return has_end(runtime, value, arguments, false);
}

std::int64_t count_argument(Runtime& runtime, const Value* value)
{
    if (value == nullptr) return -1;
    const auto count = value->as_integer();
    if (!count) runtime.fail("a count that is no whole number");
    return count.value_or(-1);
}

Value split_method(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const TracedText* text = string_of(runtime, value, "split");
    const Value* given = arguments.either(0, "sep");
    const bool at_space = given == nullptr || given->is<None>();
    const TracedText* separator = at_space ? nullptr : string_of(runtime, *given, "split");
    const std::int64_t limit = count_argument(runtime, arguments.either(1, "maxsplit"));
    return runtime.failed() ? Value() : split(runtime, *text, separator, limit);
}

Value replace_method(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const TracedText* text = string_of(runtime, value, "replace");
    const TracedText* from = string_of(runtime, arguments.values[0], "replace");
    const TracedText* to = string_of(runtime, arguments.values[1], "replace");
    const std::int64_t limit = count_argument(runtime, arguments.either(2, "count"));
    return runtime.failed() ? Value() : replaced(runtime, *text, *from, *to, limit);
}

Value upper(Runtime& runtime, const Value& value, const Arguments&)
{
    const TracedText* text = string_of(runtime, value, "upper");
    return runtime.failed() ? Value() : runtime.make_text(upper_case(*text));
}

Value lower(Runtime& runtime, const Value& value, const Arguments&)
{
    const TracedText* text = string_of(runtime, value, "lower");
    return runtime.failed() ? Value() : runtime.make_text(lower_case(*text));
}

Value capitalize(Runtime& runtime, const Value& value, const Arguments&)
{
    const TracedText* text = string_of(runtime, value, "capitalize");
    return runtime.failed() ? Value() : runtime.make_text(capitalized(*text, false));
}

Value title(Runtime& runtime, const Value& value, const Arguments&)
{
    const TracedText* text = string_of(runtime, value, "title");
    return runtime.failed() ? Value() : runtime.make_text(capitalized(*text, true));
}

Value get(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const Dict* dict = dict_of(runtime, value, "get");
    const TracedText* key = string_of(runtime, arguments.values[0], "get");
    if (runtime.failed()) return {};
    if (const Value* found = dict->find(key->bytes())) return *found;
    const Value* other = arguments.at(1);
    return other == nullptr ? Value(None {}) : *other;
}

Value items(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    if (dict_of(runtime, value, "items") == nullptr) return {};
    return find_filter("items")->run(runtime, value, arguments);
}

Value keys(Runtime& runtime, const Value& value, const Arguments&)
{
    if (dict_of(runtime, value, "keys") == nullptr) return {};
    return runtime.list_of(runtime.items_of(value));
}

Value values(Runtime& runtime, const Value& value, const Arguments&)
{
    const Dict* dict = dict_of(runtime, value, "values");
    if (dict == nullptr) return {};
    std::vector<Value> out;
    for (const auto& [key, item] : dict->entries) {
        out.push_back(item);
    }
    return runtime.list_of(std::move(out));
}

Value raise_exception(Runtime& runtime, const Value&, const Arguments& arguments)
{
    return runtime.refuse_conversation(runtime.text_of(arguments.values[0]).bytes());
}

// The date of today, for templates that tell it to the model.
Value strftime_now(Runtime& runtime, const Value&, const Arguments& arguments)
{
    const std::string format = runtime.text_of(arguments.values[0]).bytes();
    const std::time_t now = std::time(nullptr);
    std::tm local = {};
    ::localtime_r(&now, &local);
    std::array<char, 256> buffer = {};
    const std::size_t length = std::strftime(buffer.data(), buffer.size(), format.c_str(), &local);
    if (length == 0) return runtime.fail("strftime_now() of an unusual format");
    return runtime.make_text(TracedText(std::string(buffer.data(), length)));
}

Value range(Runtime& runtime, const Value&, const Arguments& arguments)
{
    std::int64_t bounds[3] = {0, 0, 1};
    const std::size_t count = arguments.values.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto bound = arguments.values[i].as_integer();
        if (!bound || *bound > kMaxRange || *bound < -kMaxRange) {
            return runtime.fail("range() with a bound that is no whole number below "
                                + std::to_string(kMaxRange));
        }
        bounds[count == 1 ? 1 : i] = *bound;
    }
    if (bounds[2] == 0) return runtime.fail("range() with the step 0");
    std::vector<Value> out;
    for (std::int64_t i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1];
         i += bounds[2]) {
        out.emplace_back(i);
    }
    return runtime.list_of(std::move(out));
}

const Builtin kMethods[] = {
    {"strip", 0, 1, {}, strip},
    {"lstrip", 0, 1, {}, lstrip},
    {"rstrip", 0, 1, {}, rstrip},
    {"startswith", 1, 1, {}, startswith},
    {"endswith", 1, 1, {}, endswith},
    {"split", 0, 2, {"sep", "maxsplit"}, split_method},
    {"replace", 2, 3, {"count"}, replace_method},
    {"upper", 0, 0, {}, upper},
    {"lower", 0, 0, {}, lower},
    {"capitalize", 0, 0, {}, capitalize},
    {"title", 0, 0, {}, title},
    {"get", 1, 2, {}, get},
    {"items", 0, 0, {}, items},
    {"keys", 0, 0, {}, keys},
    {"values", 0, 0, {}, values},
};

const Builtin kFunctions[] = {
    {"raise_exception", 1, 1, {}, raise_exception},
    {"strftime_now", 1, 1, {}, strftime_now},
    {"range", 1, 3, {}, range},
};

template <std::size_t N> const Builtin* find(const Builtin (&table)[N], std::string_view name)
{
    for (const Builtin& entry : table) {
        if (entry.name == name) return &entry;
    }
    return nullptr;
}

} // namespace

const Builtin* find_method(std::string_view name)
{
    return find(kMethods, name);
}

const Builtin* find_function(std::string_view name)
{
    return find(kFunctions, name);
}

} // namespace mixscope::jinja
