#include "engine/jinja/text_operations.h"

#include <algorithm>
#include <charconv>

namespace mixscope::jinja {
namespace {

// Each filter: Value f(Runtime&, const Value& subject, const Arguments&).

Value keep(Runtime&, const Value& value, const Arguments&)
{
    return value;
}

Value trim(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const Value* set = arguments.either(0, "chars");
    if (set != nullptr && !set->is_text()) {
        return runtime.fail("trim with characters that are no string");
    }
    return runtime.make_text(
        stripped(runtime.text_of(value), set == nullptr ? nullptr : set->as_text(), true, true));
}

Value tojson(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const Value* indent = arguments.either(0, "indent");
    if (indent == nullptr || indent->is<None>()) return to_json(runtime, value, -1);
    const auto width = indent->as_integer();
    if (!width || *width < 0 || *width > 16) return runtime.fail("tojson with an unusual indent");
    return to_json(runtime, value, int(*width));
}

Value length(Runtime& runtime, const Value& value, const Arguments&)
{
    if (const TracedText* text = value.as_text()) {
        return runtime.spend_bytes(text->size())
            ? Value(std::int64_t(character_count(text->bytes())))
            : Value();
    }
    if (const List* list = value.as_list()) return std::int64_t(list->items.size());
    if (const Dict* dict = value.as_dict()) return std::int64_t(dict->entries.size());
    if (!value.defined()) return std::int64_t(0);
    return runtime.fail(std::string("the length of ") + value.kind_name());
}

Value fallback(Runtime&, const Value& value, const Arguments& arguments)
{
    const Value* other = arguments.either(0, "default_value");
    const Value* falsy_too = arguments.either(1, "boolean");
    const bool present =
        falsy_too != nullptr && falsy_too->truthy() ? value.truthy() : value.defined();
    if (present) return value;
    return other == nullptr ? Value::text("") : *other;
}

Value join(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const Value* given = arguments.either(0, "d");
    const TracedText separator = given == nullptr ? TracedText() : runtime.text_of(*given);
    TracedText out;
    bool first = true;
    for (const Value& item : runtime.items_of(value)) {
        if (!first) out.append(separator);
        first = false;
        const TracedText text = runtime.text_of(item);
        out.append(text);
        if (!runtime.spend_bytes(separator.size() + text.size())) return {};
    }
    return runtime.make_text(std::move(out));
}

Value upper(Runtime& runtime, const Value& value, const Arguments&)
{
    return runtime.make_text(upper_case(runtime.text_of(value)));
}

Value lower(Runtime& runtime, const Value& value, const Arguments&)
{
    return runtime.make_text(lower_case(runtime.text_of(value)));
}

Value capitalize(Runtime& runtime, const Value& value, const Arguments&)
{
    return runtime.make_text(capitalized(runtime.text_of(value), false));
}

Value title(Runtime& runtime, const Value& value, const Arguments&)
{
    return runtime.make_text(capitalized(runtime.text_of(value), true));
}

Value string(Runtime& runtime, const Value& value, const Arguments&)
{
    return value.is_text() ? value : runtime.make_text(runtime.text_of(value));
}

Value replace(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return replaced(runtime, runtime.text_of(value), runtime.text_of(arguments.values[0]),
                    runtime.text_of(arguments.values[1]), -1);
}

Value items(Runtime& runtime, const Value& value, const Arguments&)
{
    std::vector<Value> pairs;
    if (const Dict* dict = value.as_dict()) {
        for (const auto& [key, item] : dict->entries) {
            pairs.push_back(runtime.list_of({Value::text(key), item}));
        }
    } else if (value.defined()) {
        return runtime.fail(std::string("the items of ") + value.kind_name());
    }
    return runtime.list_of(std::move(pairs));
}

Value list(Runtime& runtime, const Value& value, const Arguments&)
{
    return runtime.list_of(runtime.items_of(value));
}

Value first(Runtime& runtime, const Value& value, const Arguments&)
{
    const std::vector<Value> items = runtime.items_of(value);
    return items.empty() ? Value() : items.front();
}

Value last(Runtime& runtime, const Value& value, const Arguments&)
{
    const std::vector<Value> items = runtime.items_of(value);
    return items.empty() ? Value() : items.back();
}

Value reverse(Runtime& runtime, const Value& value, const Arguments&)
{
    std::vector<Value> items = runtime.items_of(value);
    std::reverse(items.begin(), items.end());
    if (!value.is_text()) return runtime.list_of(std::move(items));
    TracedText text;
    for (const Value& item : items) {
        text.append(*item.as_text());
    }
    return runtime.make_text(std::move(text));
}

Value whole_number(Runtime& runtime, const Value& value, const Arguments&)
{
    if (const auto integer = value.as_integer()) return *integer;
    if (const auto number = value.as_number()) {
        if (*number > -9e18 && *number < 9e18) return std::int64_t(*number);
    }
    if (const TracedText* text = value.as_text()) {
        std::int64_t integer = 0; // as in Jinja, what is no number gives 0
        const std::string bytes = stripped(*text, nullptr, true, true).bytes();
        const auto result = std::from_chars(bytes.data(), bytes.data() + bytes.size(), integer);
        const bool whole = result.ec == std::errc() && result.ptr == bytes.data() + bytes.size();
        return whole ? integer : std::int64_t(0);
    }
    return runtime.fail(std::string("a whole number from ") + value.kind_name());
}

// Keeps the items that pass (or fail) a test, or are true (or false).
Value choose(Runtime& runtime, const Value& value, const Arguments& arguments, bool by_attribute,
             bool wanted)
{
    const std::size_t place = by_attribute ? 1 : 0;
    const Builtin* test = nullptr;
    Arguments test_arguments;
    if (arguments.values.size() > place) {
        const std::string name = runtime.text_of(arguments.values[place]).bytes();
        test = find_test(name);
        if (test == nullptr) {
            return runtime.fail("the test \"" + name + "\" is not supported",
                                ErrorCode::unsupported);
        }
        test_arguments.values.assign(arguments.values.begin() + std::ptrdiff_t(place) + 1,
                                     arguments.values.end());
        if (test_arguments.values.size() != test->max_arguments) {
            return runtime.fail("the test \"" + name + "\" has a wrong number of arguments");
        }
    }
    std::vector<Value> chosen;
    for (const Value& item : runtime.items_of(value)) {
        const Value part = by_attribute ? runtime.member(item, arguments.values[0]) : item;
        if (!runtime.spend(1)) return {};
        const bool passes =
            test == nullptr ? part.truthy() : test->run(runtime, part, test_arguments).truthy();
        if (passes == wanted) chosen.push_back(item);
    }
    return runtime.list_of(std::move(chosen));
}

Value select(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return choose(runtime, value, arguments, false, true);
}

Value reject(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return choose(runtime, value, arguments, false, false);
}

Value selectattr(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return choose(runtime, value, arguments, true, true);
}

Value rejectattr(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return choose(runtime, value, arguments, true, false);
}

Value map(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    const Value* attribute = arguments.find("attribute");
    const Builtin* filter = nullptr;
    if (attribute == nullptr) {
        if (arguments.values.empty()) return runtime.fail("map without a filter");
        const std::string name = runtime.text_of(arguments.values.front()).bytes();
        filter = find_filter(name);
        if (filter == nullptr || filter->min_arguments > 0) {
            return runtime.fail("map with the filter \"" + name + "\" is not supported",
                                ErrorCode::unsupported);
        }
    }
    std::vector<Value> out;
    for (const Value& item : runtime.items_of(value)) {
        if (!runtime.spend(1)) return {};
        out.push_back(filter == nullptr ? runtime.member(item, *attribute)
                                        : filter->run(runtime, item, {}));
    }
    return runtime.list_of(std::move(out));
}

const Builtin kFilters[] = {
    {"trim", 0, 1, {"chars"}, trim},
    {"tojson", 0, 1, {"indent"}, tojson},
    {"length", 0, 0, {}, length},
    {"count", 0, 0, {}, length},
    {"default", 0, 2, {"default_value", "boolean"}, fallback},
    {"d", 0, 2, {"default_value", "boolean"}, fallback},
    {"join", 0, 1, {"d"}, join},
    {"upper", 0, 0, {}, upper},
    {"lower", 0, 0, {}, lower},
    {"capitalize", 0, 0, {}, capitalize},
    {"title", 0, 0, {}, title},
    {"string", 0, 0, {}, string},
    {"safe", 0, 0, {}, keep},
    {"replace", 2, 2, {}, replace},
    {"items", 0, 0, {}, items},
    {"list", 0, 0, {}, list},
    {"first", 0, 0, {}, first},
    {"last", 0, 0, {}, last},
    {"reverse", 0, 0, {}, reverse},
    {"int", 0, 0, {}, whole_number},
    {"select", 0, 2, {}, select},
    {"reject", 0, 2, {}, reject},
    {"selectattr", 1, 3, {}, selectattr},
    {"rejectattr", 1, 3, {}, rejectattr},
    {"map", 0, 1, {"attribute"}, map},
};

} // namespace

const Builtin* find_filter(std::string_view name)
{
    for (const Builtin& filter : kFilters) {
        if (filter.name == name) return &filter;
    }
    return nullptr;
}

} // namespace mixscope::jinja
