#include "engine/jinja/runtime.h"

#include <algorithm>

// Expressions: the part of the Runtime that computes values.

namespace mixscope::jinja {

Value Runtime::evaluate(const Expression& expression)
{
    if (!spend(1)) return {};
    if (++depth_ > kMaxOpenLevels) fail("it calls itself too deeply");
    line_ = expression.line;
    Value value = failed()
        ? Value()
        : std::visit([this](const auto& node) { return this->evaluate_node(node); }, expression.node);
    --depth_;
    return failed() ? Value() : value;
}

Value Runtime::evaluate_node(const Literal& node)
{
    return node.value;
}

Value Runtime::evaluate_node(const Variable& node)
{
    if (const Value* value = find(node.name)) return *value;
    const bool macro = std::any_of(macros_.begin(), macros_.end(),
                                   [&](const auto& entry) { return entry.first == node.name; });
    return macro || find_function(node.name) != nullptr ? Value(Callable {}) : Value();
}

Value Runtime::evaluate_node(const Member& node)
{
    const Value object = evaluate(*node.object);
    const Value key = evaluate(*node.key);
    return failed() ? Value() : member(object, key);
}

Value Runtime::member(const Value& object, const Value& key)
{
    if (!object.defined() || object.is<None>()) {
        const TracedText* name = key.as_text();
        return fail("it takes " + (name != nullptr ? "\"" + name->bytes() + "\"" : "an item")
                    + " from a value that is " + object.kind_name());
    }
    if (const TracedText* name = key.as_text()) {
        const Value* found = nullptr;
        if (const Dict* dict = object.as_dict()) found = dict->find(name->bytes());
        if (const Namespace* space = object.as_namespace()) found = space->find(name->bytes());
        return found == nullptr ? Value() : *found;
    }
    auto index = key.as_integer();
    if (!index) return {};
    if (const List* list = object.as_list()) {
        const auto count = std::int64_t(list->items.size());
        if (*index < 0) *index += count;
        return *index >= 0 && *index < count ? list->items[std::size_t(*index)] : Value();
    }
    if (const TracedText* text = object.as_text()) {
        if (!spend_bytes(text->size())) return {};
        const auto offsets = character_offsets(text->bytes());
        const auto count = std::int64_t(offsets.size()) - 1;
        if (*index < 0) *index += count;
        if (*index < 0 || *index >= count) return {};
        return text->slice(offsets[std::size_t(*index)], offsets[std::size_t(*index) + 1]);
    }
    return {};
}

// The positions from `begin` in steps to, not including, `end`, as Python's slice.
Runtime::Range Runtime::slice_range(const Slice& node, std::int64_t size)
{
    std::optional<std::int64_t> bounds[3];
    for (int i = 0; i < 3; ++i) {
        if (!node.bounds[i]) continue;
        const Value bound = evaluate(*node.bounds[i]);
        if (bound.is<None>()) continue;
        bounds[i] = bound.as_integer();
        if (!bounds[i]) fail(std::string("a slice with a bound that is ") + bound.kind_name());
    }
    const std::int64_t step = std::clamp<std::int64_t>(bounds[2].value_or(1), -size - 1, size + 1);
    if (step == 0) fail("a slice with the step 0");
    if (failed()) return {};
    const auto place = [&](const std::optional<std::int64_t>& bound, std::int64_t fallback) {
        if (!bound) return fallback;
        const std::int64_t low = step > 0 ? 0 : -1;
        const std::int64_t high = step > 0 ? size : size - 1;
        const std::int64_t from_end = *bound < 0 ? std::max(*bound, -size - 1) + size : *bound;
        return std::clamp(from_end, low, high);
    };
    return {place(bounds[0], step > 0 ? 0 : size - 1), place(bounds[1], step > 0 ? size : -1),
            step};
}

Value Runtime::evaluate_node(const Slice& node)
{
    const Value object = evaluate(*node.object);
    if (failed()) return {};
    if (const List* list = object.as_list()) {
        const Range range = slice_range(node, std::int64_t(list->items.size()));
        std::vector<Value> items;
        for (auto at = range.begin; !failed() && range.contains(at); at += range.step) {
            items.push_back(list->items[std::size_t(at)]);
        }
        return failed() ? Value() : list_of(std::move(items));
    }
    if (const TracedText* text = object.as_text()) return slice_text(node, *text);
    return fail(std::string("a slice of a value that is ") + object.kind_name());
}

Value Runtime::slice_text(const Slice& node, const TracedText& text)
{
    if (!spend_bytes(text.size())) return {};
    const auto offsets = character_offsets(text.bytes());
    const Range range = slice_range(node, std::int64_t(offsets.size()) - 1);
    if (failed()) return {};
    if (range.step == 1) {
        const std::int64_t end = std::max(range.begin, range.end);
        return make_text(text.slice(offsets[std::size_t(range.begin)], offsets[std::size_t(end)]));
    }
    TracedText out;
    for (auto at = range.begin; range.contains(at); at += range.step) {
        if (!spend(text.runs().size())) return {}; // the origin of each character is searched for
        out.append(text.slice(offsets[std::size_t(at)], offsets[std::size_t(at) + 1]));
    }
    return make_text(std::move(out));
}

Value Runtime::evaluate_node(const Unary& node)
{
    const Value operand = evaluate(*node.operand);
    if (failed()) return {};
    if (node.op == Operator::logical_not) return !operand.truthy();
    if (operand.as_integer()) {
        return arithmetic(Operator::subtract, std::int64_t(0), operand);
    }
    if (const auto number = operand.as_number()) return -*number;
    return fail(std::string("a minus before ") + operand.kind_name());
}

Value Runtime::evaluate_node(const Binary& node)
{
    Value left = evaluate(*node.left);
    if (failed()) return {};
    if (node.op == Operator::logical_and && !left.truthy()) return left;
    if (node.op == Operator::logical_or && left.truthy()) return left;
    const Value right = evaluate(*node.right);
    return failed() ? Value() : binary(node.op, left, right);
}

Value Runtime::binary(Operator op, const Value& left, const Value& right)
{
    switch (op) {
    case Operator::logical_and:
    case Operator::logical_or:
        return right;
    case Operator::equal:
        return equal(left, right);
    case Operator::not_equal:
        return !equal(left, right);
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
        return compare(op, left, right);
    case Operator::in:
        return contains(right, left);
    case Operator::not_in:
        return !contains(right, left).truthy();
    case Operator::add:
        return add(left, right);
    case Operator::concatenate: {
        TracedText text = text_of(left);
        text.append(text_of(right));
        return failed() ? Value() : make_text(std::move(text));
    }
    default:
        return arithmetic(op, left, right);
    }
}

std::vector<Value> Runtime::items_of(const Value& value)
{
    std::vector<Value> items;
    if (const List* list = value.as_list()) {
        if (spend(list->items.size())) items = list->items;
    } else if (const Dict* dict = value.as_dict()) {
        for (const auto& [key, item] : dict->entries) {
            items.push_back(Value::text(key));
        }
        spend(items.size());
    } else if (const TracedText* text = value.as_text()) {
        if (!spend(text->size() * (1 + text->runs().size()))) return {};
        const auto offsets = character_offsets(text->bytes());
        for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
            items.emplace_back(text->slice(offsets[i], offsets[i + 1]));
        }
    } else if (value.defined()) {
        fail(std::string("it loops over ") + value.kind_name());
    }
    return items;
}

Value Runtime::evaluate_node(const Choice& node)
{
    const bool chosen = evaluate(*node.condition).truthy();
    if (failed()) return {};
    if (chosen) return evaluate(*node.value);
    return node.otherwise ? evaluate(*node.otherwise) : Value();
}

Value Runtime::evaluate_node(const Apply& node)
{
    const int line = line_;
    const Value subject = node.subject ? evaluate(*node.subject) : Value();
    const Arguments arguments = evaluate_arguments(node.arguments);
    if (failed()) return {};
    line_ = line;
    Value result = node.builtin->run(*this, subject, arguments);
    return node.negated ? Value(!result.truthy()) : result;
}

Value Runtime::evaluate_node(const ListLiteral& node)
{
    std::vector<Value> items;
    for (const ExpressionPtr& item : node.items) {
        items.push_back(evaluate(*item));
    }
    return failed() ? Value() : list_of(std::move(items));
}

Value Runtime::evaluate_node(const DictLiteral& node)
{
    std::vector<std::pair<std::string, Value>> entries;
    for (const auto& [key_node, value_node] : node.entries) {
        const Value key = evaluate(*key_node);
        Value value = evaluate(*value_node);
        if (failed()) return {};
        const TracedText* name = key.as_text();
        if (name == nullptr) {
            return fail("a dict with a key that is no string", ErrorCode::unsupported);
        }
        const auto twin = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
            return entry.first == name->bytes();
        });
        if (!spend(entries.size())) return {};
        if (twin != entries.end()) {
            twin->second = std::move(value);
        } else {
            entries.emplace_back(name->bytes(), std::move(value));
        }
    }
    auto dict = make_dict(std::move(entries));
    return dict ? *std::move(dict) : fail("it nests a dict too deep, or puts a namespace into one");
}

Value Runtime::evaluate_node(const NamespaceLiteral& node)
{
    auto space = std::make_shared<Namespace>();
    for (const Argument& argument : node.entries) {
        Value value = evaluate(*argument.value);
        if (failed()) return {};
        if (value.as_namespace() != nullptr) {
            return fail("it puts a namespace into a namespace", ErrorCode::unsupported);
        }
        space->set(argument.name, std::move(value));
    }
    return space;
}

Arguments Runtime::evaluate_arguments(const std::vector<Argument>& arguments)
{
    Arguments out;
    for (const Argument& argument : arguments) {
        Value value = evaluate(*argument.value);
        if (failed()) break;
        if (argument.name.empty()) {
            out.values.push_back(std::move(value));
        } else {
            out.named.emplace_back(argument.name, std::move(value));
        }
    }
    return out;
}

const Value* Arguments::at(std::size_t index) const
{
    return index < values.size() ? &values[index] : nullptr;
}

const Value* Arguments::find(std::string_view name) const
{
    for (const auto& [key, value] : named) {
        if (key == name) return &value;
    }
    return nullptr;
}

const Value* Arguments::either(std::size_t index, std::string_view name) const
{
    const Value* value = at(index);
    return value != nullptr ? value : find(name);
}

} // namespace mixscope::jinja
