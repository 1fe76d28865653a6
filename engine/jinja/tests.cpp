#include "engine/jinja/runtime.h"

// Tests: what may stand after `is`.

namespace mixscope::jinja {
namespace {

Value defined(Runtime&, const Value& value, const Arguments&)
{
    return value.defined();
}
Value undefined(Runtime&, const Value& value, const Arguments&)
{
    return !value.defined();
}
Value none(Runtime&, const Value& value, const Arguments&)
{
    return value.is<None>();
}
Value string(Runtime&, const Value& value, const Arguments&)
{
    return value.is_text();
}
Value boolean(Runtime&, const Value& value, const Arguments&)
{
    return value.is<bool>();
}
Value whole(Runtime&, const Value& value, const Arguments&)
{
    return value.is<std::int64_t>();
}
Value fraction(Runtime&, const Value& value, const Arguments&)
{
    return value.is<double>();
}

// A boolean is a number in Python.
Value number(Runtime&, const Value& value, const Arguments&)
{
    return value.as_number().has_value();
}

Value mapping(Runtime&, const Value& value, const Arguments&)
{
    return value.as_dict() != nullptr;
}

// Strings and undefined values can be looped over, so they count here, as in Jinja.
Value iterable(Runtime&, const Value& value, const Arguments&)
{
    return value.is_text() || value.as_list() != nullptr || value.as_dict() != nullptr
        || !value.defined();
}

Value is_true(Runtime&, const Value& value, const Arguments&)
{
    return value.is<bool>() && value.truthy();
}

Value is_false(Runtime&, const Value& value, const Arguments&)
{
    return value.is<bool>() && !value.truthy();
}

Value equal(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return runtime.equal(value, arguments.values.front());
}

Value unequal(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return !runtime.equal(value, arguments.values.front());
}

Value contained(Runtime& runtime, const Value& value, const Arguments& arguments)
{
    return runtime.contains(arguments.values.front(), value);
}

Value divisible(Runtime& runtime, const Value& value, std::int64_t divisor, std::int64_t rest)
{
    const auto number_value = value.as_integer();
    if (!number_value || divisor == 0) {
        return runtime.fail("a division test of what is no whole number");
    }
    return (*number_value % divisor != 0) == (rest != 0);
}

Value even(Runtime& runtime, const Value& value, const Arguments&)
{
    return divisible(runtime, value, 2, 0);
}

Value odd(Runtime& runtime, const Value& value, const Arguments&)
{
    return divisible(runtime, value, 2, 1);
}

const Builtin kTests[] = {
    {"defined", 0, 0, {}, defined},   {"undefined", 0, 0, {}, undefined},
    {"none", 0, 0, {}, none},         {"string", 0, 0, {}, string},
    {"boolean", 0, 0, {}, boolean},   {"integer", 0, 0, {}, whole},
    {"float", 0, 0, {}, fraction},    {"number", 0, 0, {}, number},
    {"mapping", 0, 0, {}, mapping},   {"iterable", 0, 0, {}, iterable},
    {"sequence", 0, 0, {}, iterable}, {"true", 0, 0, {}, is_true},
    {"false", 0, 0, {}, is_false},    {"equalto", 1, 1, {}, equal},
    {"eq", 1, 1, {}, equal},          {"ne", 1, 1, {}, unequal},
    {"in", 1, 1, {}, contained},      {"even", 0, 0, {}, even},
    {"odd", 0, 0, {}, odd},
};

} // namespace

const Builtin* find_test(std::string_view name)
{
    for (const Builtin& test : kTests) {
        if (test.name == name) return &test;
    }
    return nullptr;
}

} // namespace mixscope::jinja
