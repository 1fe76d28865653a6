#pragma once

#include "engine/jinja/traced_text.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mixscope::jinja {

/// Lists and dicts may be nested this deep, so that walking and freeing them may recurse.
inline constexpr int kMaxNesting = 64;

struct Undefined { };
struct None { };
struct Callable { }; ///< a function or macro that is only asked whether it is defined
struct List;
struct Dict;
struct Namespace;

/// What a template expression evaluates to. Cheap to copy: text and containers are shared and,
/// but for namespaces, never change. A namespace cannot be put into another container, so there
/// are no cycles.
class Value {
public:
    using Shared = std::shared_ptr<const TracedText>;
    using Data = std::variant<Undefined, None, bool, std::int64_t, double, Shared,
                              std::shared_ptr<const List>, std::shared_ptr<const Dict>,
                              std::shared_ptr<Namespace>, Callable>;

    Value() = default; ///< undefined
    Value(None none)
        : data_(none)
    {
    }
    Value(Callable callable)
        : data_(callable)
    {
    }
    Value(bool value)
        : data_(value)
    {
    }
    Value(std::int64_t value)
        : data_(value)
    {
    }
    Value(double value)
        : data_(value)
    {
    }
    Value(TracedText text)
        : data_(std::make_shared<const TracedText>(std::move(text)))
    {
    }
    Value(std::shared_ptr<const List> list)
        : data_(std::move(list))
    {
    }
    Value(std::shared_ptr<const Dict> dict)
        : data_(std::move(dict))
    {
    }
    Value(std::shared_ptr<Namespace> space)
        : data_(std::move(space))
    {
    }
    static Value text(std::string bytes, int origin = kFromTemplate)
    {
        return TracedText(std::move(bytes), origin);
    }

    template <class T> bool is() const { return std::holds_alternative<T>(data_); }
    bool defined() const { return !is<Undefined>(); }
    bool is_text() const { return is<Shared>(); }
    bool is_number() const { return is<std::int64_t>() || is<double>(); }

    const TracedText* as_text() const;
    const List* as_list() const;
    const Dict* as_dict() const;
    Namespace* as_namespace() const;
    std::optional<std::int64_t> as_integer() const; ///< of an integer or a boolean
    std::optional<double> as_number() const; ///< of a number or a boolean

    bool truthy() const;
    const char* kind_name() const; ///< "a string", "undefined", … for error sentences
    int depth() const; ///< 0 but for lists and dicts

private:
    Data data_;
};

struct List {
    std::vector<Value> items;
    int depth = 1;
};

/// Keys in the order in which they were written.
struct Dict {
    std::vector<std::pair<std::string, Value>> entries;
    int depth = 1;

    const Value* find(std::string_view key) const;
};

struct Namespace {
    std::vector<std::pair<std::string, Value>> entries;

    void set(const std::string& key, Value value);
    const Value* find(std::string_view key) const;
};

/// A container of these values; empty when it would be nested too deep or hold a namespace.
std::optional<Value> make_list(std::vector<Value> items);
std::optional<Value> make_dict(std::vector<std::pair<std::string, Value>> entries);

/// As Python's str(): "True", "None", "1.5"; empty optional for containers.
std::optional<TracedText> to_text(const Value& value);

/// Number of characters, not bytes.
std::size_t character_count(std::string_view text);
/// Byte offset of each character, and of the end.
std::vector<std::size_t> character_offsets(std::string_view text);

} // namespace mixscope::jinja
