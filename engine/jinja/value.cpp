#include "engine/jinja/value.h"

#include "engine/utf8.h"

#include <algorithm>
#include <charconv>

namespace mixscope::jinja {
namespace {

template <class Entries> const Value* find_entry(const Entries& entries, std::string_view key)
{
    for (const auto& [name, value] : entries) {
        if (name == key) return &value;
    }
    return nullptr;
}

std::string number_text(double value)
{
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    std::string text(buffer, end);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

std::size_t step(std::string_view text)
{
    return std::max<std::size_t>(utf8_length(text), 1);
}

} // namespace

const TracedText* Value::as_text() const
{
    const auto* text = std::get_if<Shared>(&data_);
    return text == nullptr ? nullptr : text->get();
}

const List* Value::as_list() const
{
    const auto* list = std::get_if<std::shared_ptr<const List>>(&data_);
    return list == nullptr ? nullptr : list->get();
}

const Dict* Value::as_dict() const
{
    const auto* dict = std::get_if<std::shared_ptr<const Dict>>(&data_);
    return dict == nullptr ? nullptr : dict->get();
}

Namespace* Value::as_namespace() const
{
    const auto* space = std::get_if<std::shared_ptr<Namespace>>(&data_);
    return space == nullptr ? nullptr : space->get();
}

std::optional<std::int64_t> Value::as_integer() const
{
    if (const auto* integer = std::get_if<std::int64_t>(&data_)) return *integer;
    if (const auto* boolean = std::get_if<bool>(&data_)) return *boolean ? 1 : 0;
    return std::nullopt;
}

std::optional<double> Value::as_number() const
{
    if (const auto* number = std::get_if<double>(&data_)) return *number;
    if (const auto integer = as_integer()) return double(*integer);
    return std::nullopt;
}

bool Value::truthy() const
{
    if (const auto number = as_number()) return *number != 0.0;
    if (const auto* text = as_text()) return text->size() > 0;
    if (const auto* list = as_list()) return !list->items.empty();
    if (const auto* dict = as_dict()) return !dict->entries.empty();
    return is<std::shared_ptr<Namespace>>() || is<Callable>();
}

const char* Value::kind_name() const
{
    constexpr const char* kNames[] = {"undefined",   "none",      "a boolean", "a number",
                                      "a number",    "a string",  "a list",    "a dict",
                                      "a namespace", "a function"};
    return kNames[data_.index()];
}

int Value::depth() const
{
    if (const auto* list = as_list()) return list->depth;
    if (const auto* dict = as_dict()) return dict->depth;
    return 0;
}

const Value* Dict::find(std::string_view key) const
{
    return find_entry(entries, key);
}

const Value* Namespace::find(std::string_view key) const
{
    return find_entry(entries, key);
}

void Namespace::set(const std::string& key, Value value)
{
    for (auto& [name, present] : entries) {
        if (name != key) continue;
        present = std::move(value);
        return;
    }
    entries.emplace_back(key, std::move(value));
}

std::optional<Value> make_list(std::vector<Value> items)
{
    int depth = 1;
    for (const Value& item : items) {
        if (item.as_namespace() != nullptr) return std::nullopt;
        depth = std::max(depth, item.depth() + 1);
    }
    if (depth > kMaxNesting) return std::nullopt;
    return Value(std::make_shared<const List>(List {std::move(items), depth}));
}

std::optional<Value> make_dict(std::vector<std::pair<std::string, Value>> entries)
{
    Dict dict;
    for (auto& [key, value] : entries) {
        if (value.as_namespace() != nullptr) return std::nullopt;
        dict.depth = std::max(dict.depth, value.depth() + 1);
    }
    if (dict.depth > kMaxNesting) return std::nullopt;
    dict.entries = std::move(entries);
    return Value(std::make_shared<const Dict>(std::move(dict)));
}

std::optional<TracedText> to_text(const Value& value)
{
    if (const auto* text = value.as_text()) return *text;
    if (!value.defined()) return TracedText();
    if (value.is<None>()) return TracedText("None");
    if (value.is<bool>()) return TracedText(value.truthy() ? "True" : "False");
    if (value.is<double>()) return TracedText(number_text(*value.as_number()));
    if (const auto integer = value.as_integer()) return TracedText(std::to_string(*integer));
    return std::nullopt;
}

std::size_t character_count(std::string_view text)
{
    std::size_t count = 0;
    for (; !text.empty(); ++count) {
        text.remove_prefix(step(text));
    }
    return count;
}

std::vector<std::size_t> character_offsets(std::string_view text)
{
    std::vector<std::size_t> offsets {0};
    while (offsets.back() < text.size()) {
        offsets.push_back(offsets.back() + step(text.substr(offsets.back())));
    }
    return offsets;
}

} // namespace mixscope::jinja
