#include "engine/jinja/runtime.h"

#include <algorithm>
#include <cmath>

// Operators of expressions on values that are already computed.

namespace mixscope::jinja {

Value Runtime::add(const Value& left, const Value& right)
{
    if (left.is_text() && right.is_text()) return binary(Operator::concatenate, left, right);
    const List* first = left.as_list();
    const List* second = right.as_list();
    if (first != nullptr && second != nullptr) {
        if (!spend(first->items.size() + second->items.size())) return {};
        std::vector<Value> items = first->items;
        items.insert(items.end(), second->items.begin(), second->items.end());
        return list_of(std::move(items));
    }
    return arithmetic(Operator::add, left, right);
}

Value Runtime::arithmetic(Operator op, const Value& left, const Value& right)
{
    const auto a = left.as_integer();
    const auto b = right.as_integer();
    if (a && b && op != Operator::divide) {
        const bool divides = op == Operator::floor_divide || op == Operator::modulo;
        if (divides && *b == 0) return fail("a division by zero");
        std::int64_t result = 0;
        bool overflow = divides && *a == INT64_MIN && *b == -1;
        if (op == Operator::add) overflow = __builtin_add_overflow(*a, *b, &result);
        if (op == Operator::subtract) overflow = __builtin_sub_overflow(*a, *b, &result);
        if (op == Operator::multiply) overflow = __builtin_mul_overflow(*a, *b, &result);
        if (overflow) return fail("a whole number grows too large");
        if (!divides) return result;
        const std::int64_t rest = *a % *b; // Python rounds down, C++ to zero
        const bool adjust = rest != 0 && (rest < 0) != (*b < 0);
        if (op == Operator::modulo) return adjust ? rest + *b : rest;
        return *a / *b - (adjust ? 1 : 0);
    }
    const auto x = left.as_number();
    const auto y = right.as_number();
    if (x && y) {
        if (op == Operator::add) return *x + *y;
        if (op == Operator::subtract) return *x - *y;
        if (op == Operator::multiply) return *x * *y;
        if (*y == 0.0) return fail("a division by zero");
        if (op == Operator::divide) return *x / *y;
        if (op == Operator::floor_divide) return std::floor(*x / *y);
        return *x - *y * std::floor(*x / *y);
    }
    return fail(std::string("a calculation with ") + left.kind_name() + " and "
                + right.kind_name());
}

Value Runtime::compare(Operator op, const Value& left, const Value& right)
{
    double order = 0.0;
    const auto x = left.as_number();
    const auto y = right.as_number();
    if (x && y) {
        order = *x - *y;
    } else if (left.is_text() && right.is_text()) {
        if (!spend_bytes(left.as_text()->size())) return {};
        order = left.as_text()->bytes().compare(right.as_text()->bytes());
    } else {
        return fail(std::string("a comparison of ") + left.kind_name() + " and "
                    + right.kind_name());
    }
    if (op == Operator::less) return order < 0;
    if (op == Operator::less_equal) return order <= 0;
    if (op == Operator::greater) return order > 0;
    return order >= 0;
}

bool Runtime::equal(const Value& left, const Value& right)
{
    if (!spend(1)) return false;
    if (left.as_number() && right.as_number()) return *left.as_number() == *right.as_number();
    if (left.is_text() && right.is_text()) {
        return spend_bytes(left.as_text()->size())
            && left.as_text()->bytes() == right.as_text()->bytes();
    }
    const List* first = left.as_list();
    const List* second = right.as_list();
    if (first != nullptr && second != nullptr) {
        return std::equal(first->items.begin(), first->items.end(), second->items.begin(),
                          second->items.end(),
                          [this](const Value& a, const Value& b) { return equal(a, b); });
    }
    const Dict* one = left.as_dict();
    const Dict* other = right.as_dict();
    if (one != nullptr && other != nullptr) {
        return one->entries.size() == other->entries.size()
            && std::all_of(one->entries.begin(), one->entries.end(), [&](const auto& entry) {
                   const Value* found = other->find(entry.first);
                   return spend(other->entries.size()) && found != nullptr
                       && equal(entry.second, *found);
               });
    }
    return (left.is<None>() && right.is<None>()) || (!left.defined() && !right.defined());
}

Value Runtime::contains(const Value& container, const Value& item)
{
    if (const TracedText* text = container.as_text()) {
        const TracedText* part = item.as_text();
        if (part == nullptr) {
            return fail(std::string("it looks for ") + item.kind_name() + " in a string");
        }
        return spend_bytes(text->size()) && text->bytes().find(part->bytes()) != std::string::npos;
    }
    if (const List* list = container.as_list()) {
        return std::any_of(list->items.begin(), list->items.end(),
                           [&](const Value& value) { return equal(value, item); });
    }
    if (const Dict* dict = container.as_dict()) {
        const TracedText* key = item.as_text();
        return spend(dict->entries.size()) && key != nullptr && dict->find(key->bytes()) != nullptr;
    }
    if (!container.defined()) return false;
    return fail(std::string("it looks into ") + container.kind_name());
}

} // namespace mixscope::jinja
