#pragma once

#include "engine/jinja/value.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mixscope::jinja {

class Runtime;
struct Expression;
struct Statement;
using ExpressionPtr = std::unique_ptr<Expression>;
using Block = std::vector<Statement>;

/// Evaluated arguments of a filter, test, method or function.
struct Arguments {
    std::vector<Value> values;
    std::vector<std::pair<std::string, Value>> named;

    const Value* at(std::size_t index) const;
    const Value* find(std::string_view name) const;
    /// The argument that may be given by place or by name; null when it is not given.
    const Value* either(std::size_t index, std::string_view name) const;
};

/// A filter, test, method or function that templates may use.
struct Builtin {
    const char* name;
    std::size_t min_arguments; ///< by place
    std::size_t max_arguments;
    std::vector<std::string_view> names; ///< of arguments that may be given by name
    Value (*run)(Runtime& runtime, const Value& subject, const Arguments& arguments);
};

const Builtin* find_filter(std::string_view name);
const Builtin* find_test(std::string_view name);
const Builtin* find_method(std::string_view name);
const Builtin* find_function(std::string_view name);

struct Argument {
    std::string name; ///< empty: by place
    ExpressionPtr value;
};

enum class Operator {
    add,
    subtract,
    multiply,
    divide,
    floor_divide,
    modulo,
    concatenate,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    not_in,
    logical_and,
    logical_or,
    negate,
    logical_not,
};

struct Literal {
    Value value;
};
struct Variable {
    std::string name;
};
struct Member { // object.name and object['name']
    ExpressionPtr object;
    ExpressionPtr key;
};
struct Slice {
    ExpressionPtr object;
    ExpressionPtr bounds[3]; // begin, end, step; null: left out
};
struct Unary {
    Operator op;
    ExpressionPtr operand;
};
struct Binary {
    Operator op;
    ExpressionPtr left, right;
};
struct Choice { // value if condition else otherwise
    ExpressionPtr value, condition, otherwise; // otherwise may be null
};
struct Apply { // filters, tests and methods differ only in where they are looked up
    const Builtin* builtin;
    ExpressionPtr subject; // null: a function
    std::vector<Argument> arguments;
    bool negated = false; // is not
};
struct MacroCall {
    std::string name;
    std::vector<Argument> arguments;
};
struct ListLiteral {
    std::vector<ExpressionPtr> items;
};
struct DictLiteral {
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};
struct NamespaceLiteral {
    std::vector<Argument> entries;
};

struct Expression {
    using Node = std::variant<Literal, Variable, Member, Slice, Unary, Binary, Choice, Apply,
                              MacroCall, ListLiteral, DictLiteral, NamespaceLiteral>;
    int line = 1;
    int depth = 1; ///< at most kMaxNesting
    Node node;
};

inline int depth_of(const ExpressionPtr& expression)
{
    return expression ? expression->depth : 0;
}

struct WriteText {
    Value text;
};
struct WriteValue {
    ExpressionPtr value;
};
struct If {
    std::vector<std::pair<ExpressionPtr, Block>> branches;
    Block otherwise;
};
struct For {
    std::vector<std::string> targets; // more than one: items are lists to unpack
    ExpressionPtr items;
    ExpressionPtr condition; // null: all items
    Block body;
    Block otherwise;
};
struct Set {
    std::string name;
    std::string attribute; // not empty: of the namespace `name`
    ExpressionPtr value; // null: what `body` writes
    Block body;
};
struct Macro {
    std::string name;
    std::vector<Argument> parameters; // value: the default, may be null
    Block body;
};
struct Group { // a block without effect of its own
    Block body;
};
struct Leave {
    bool whole_loop; // break, else continue
};

struct Statement {
    using Node = std::variant<WriteText, WriteValue, If, For, Set, Macro, Group, Leave>;
    int line = 1;
    Node node;
};

} // namespace mixscope::jinja
