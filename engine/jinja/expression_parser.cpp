#include "engine/jinja/expression_parser.h"

#include <algorithm>
#include <optional>

namespace mixscope::jinja {
namespace {

using Kind = Token::Kind;

int depth_of(const std::vector<Argument>& arguments)
{
    int depth = 0;
    for (const Argument& argument : arguments) {
        depth = std::max(depth, depth_of(argument.value));
    }
    return depth;
}

struct OperatorSymbol {
    std::string_view symbol;
    Operator op;
};
constexpr OperatorSymbol kSums[] = {{"+", Operator::add}, {"-", Operator::subtract}};
constexpr OperatorSymbol kProducts[] = {{"*", Operator::multiply},
                                        {"/", Operator::divide},
                                        {"//", Operator::floor_divide},
                                        {"%", Operator::modulo}};
constexpr OperatorSymbol kComparisons[] = {
    {"==", Operator::equal},      {"!=", Operator::not_equal}, {"<", Operator::less},
    {"<=", Operator::less_equal}, {">", Operator::greater},    {">=", Operator::greater_equal}};

template <std::size_t N>
std::optional<Operator> find_operator(const TokenStream& tokens, const OperatorSymbol (&symbols)[N])
{
    for (const OperatorSymbol& candidate : symbols) {
        if (tokens.at_symbol(candidate.symbol)) return candidate.op;
    }
    return std::nullopt;
}

std::optional<Operator> find_comparison(const TokenStream& tokens)
{
    const Token& next = tokens.peek(1);
    if (tokens.at_name("in")) return Operator::in;
    if (tokens.at_name("not") && next.kind == Kind::name && next.value == "in") {
        return Operator::not_in;
    }
    return find_operator(tokens, kComparisons);
}

} // namespace

ExpressionPtr ExpressionParser::make(int line, int below, Expression::Node node)
{
    if (below >= kMaxNesting) tokens_.fail("nested deeper than 64 levels");
    if (tokens_.failed()) return nullptr;
    return std::make_unique<Expression>(Expression {line, below + 1, std::move(node)});
}

ExpressionPtr ExpressionParser::binary(Operator op, int line, ExpressionPtr left,
                                       ExpressionPtr right)
{
    const int below = std::max(depth_of(left), depth_of(right));
    return make(line, below, Binary {op, std::move(left), std::move(right)});
}

ExpressionPtr ExpressionParser::parse()
{
    const TokenStream::Level level(tokens_);
    ExpressionPtr value = parse_or();
    while (tokens_.at_name("if")) {
        const int line = tokens_.take().line;
        ExpressionPtr condition = parse_or();
        ExpressionPtr otherwise = tokens_.take_name("else") ? parse() : nullptr;
        const int below = std::max({depth_of(value), depth_of(condition), depth_of(otherwise)});
        value = make(line, below,
                     Choice {std::move(value), std::move(condition), std::move(otherwise)});
    }
    return value;
}

ExpressionPtr ExpressionParser::parse_or()
{
    ExpressionPtr left = parse_and();
    while (tokens_.at_name("or")) {
        const int line = tokens_.take().line;
        left = binary(Operator::logical_or, line, std::move(left), parse_and());
    }
    return left;
}

ExpressionPtr ExpressionParser::parse_and()
{
    ExpressionPtr left = parse_not();
    while (tokens_.at_name("and")) {
        const int line = tokens_.take().line;
        left = binary(Operator::logical_and, line, std::move(left), parse_not());
    }
    return left;
}

ExpressionPtr ExpressionParser::parse_not()
{
    if (!tokens_.at_name("not")) return parse_comparison();
    const TokenStream::Level level(tokens_);
    const int line = tokens_.take().line;
    ExpressionPtr operand = parse_not();
    const int below = depth_of(operand);
    return make(line, below, Unary {Operator::logical_not, std::move(operand)});
}

ExpressionPtr ExpressionParser::parse_comparison()
{
    ExpressionPtr left = parse_sum();
    const auto op = find_comparison(tokens_);
    if (!op) return left;
    const int line = tokens_.take().line;
    if (op == Operator::not_in) tokens_.take();
    left = binary(*op, line, std::move(left), parse_sum());
    if (find_comparison(tokens_)) tokens_.refuse("a chain of comparisons", tokens_.line());
    return left;
}

ExpressionPtr ExpressionParser::parse_sum()
{
    ExpressionPtr left = parse_concatenation();
    while (const auto op = find_operator(tokens_, kSums)) {
        const int line = tokens_.take().line;
        left = binary(*op, line, std::move(left), parse_concatenation());
    }
    return left;
}

ExpressionPtr ExpressionParser::parse_concatenation()
{
    ExpressionPtr left = parse_product();
    while (tokens_.at_symbol("~")) {
        const int line = tokens_.take().line;
        left = binary(Operator::concatenate, line, std::move(left), parse_product());
    }
    return left;
}

ExpressionPtr ExpressionParser::parse_product()
{
    ExpressionPtr left = parse_unary(true);
    while (const auto op = find_operator(tokens_, kProducts)) {
        const int line = tokens_.take().line;
        left = binary(*op, line, std::move(left), parse_unary(true));
    }
    if (tokens_.at_symbol("**")) tokens_.refuse("the operator **", tokens_.line());
    return left;
}

ExpressionPtr ExpressionParser::parse_unary(bool with_filters)
{
    ExpressionPtr value;
    if (tokens_.at_symbol("-") || tokens_.at_symbol("+")) {
        const TokenStream::Level level(tokens_);
        const Token sign = tokens_.take();
        value = parse_unary(false);
        const int below = depth_of(value);
        if (sign.value == "-") {
            value = make(sign.line, below, Unary {Operator::negate, std::move(value)});
        }
    } else {
        value = parse_postfix(parse_primary());
    }
    return with_filters ? parse_filters(std::move(value)) : std::move(value);
}

ExpressionPtr ExpressionParser::parse_primary()
{
    switch (tokens_.peek().kind) {
    case Kind::name:
        return parse_name();
    case Kind::string:
        return parse_string();
    case Kind::integer:
    case Kind::number:
        return parse_number();
    default:
        break;
    }
    if (tokens_.at_symbol("(")) return parse_parentheses();
    if (tokens_.at_symbol("[")) return parse_list();
    if (tokens_.at_symbol("{")) return parse_dict();
    tokens_.expect(Kind::name, "a value");
    return nullptr;
}

ExpressionPtr ExpressionParser::parse_name()
{
    const Token token = tokens_.take();
    const std::string& name = token.value;
    if (name == "true" || name == "True") return make(token.line, 0, Literal {true});
    if (name == "false" || name == "False") return make(token.line, 0, Literal {false});
    if (name == "none" || name == "None") return make(token.line, 0, Literal {None {}});
    for (const char* word : {"in", "is", "and", "or", "not", "if", "else", "elif", "for"}) {
        if (name == word) tokens_.fail("found \"" + name + "\", wanted a value");
    }
    if (tokens_.at_symbol("(")) return parse_call(name, token.line);
    return make(token.line, 0, Variable {name});
}

ExpressionPtr ExpressionParser::parse_postfix(ExpressionPtr subject)
{
    while (!tokens_.failed()) {
        if (tokens_.at_symbol(".")) {
            subject = parse_member(std::move(subject));
        } else if (tokens_.at_symbol("[")) {
            subject = parse_item(std::move(subject));
        } else if (tokens_.at_symbol("(")) {
            tokens_.refuse("a call of a value", tokens_.line());
        } else {
            break;
        }
    }
    return subject;
}

ExpressionPtr ExpressionParser::parse_member(ExpressionPtr object)
{
    const int line = tokens_.take().line;
    const std::string name = tokens_.expect_name();
    if (tokens_.at_symbol("(")) {
        std::vector<Argument> arguments = parse_arguments();
        return apply(find_method(name), "the method ", name, line, std::move(object),
                     std::move(arguments));
    }
    const int below = std::max(depth_of(object), 1);
    return make(line, below,
                Member {std::move(object), make(line, 0, Literal {Value::text(name)})});
}

ExpressionPtr ExpressionParser::parse_item(ExpressionPtr object)
{
    const int line = tokens_.take().line;
    ExpressionPtr bounds[3];
    bool slice = false;
    for (ExpressionPtr& bound : bounds) {
        if (!tokens_.at_symbol(":") && !tokens_.at_symbol("]")) bound = parse();
        if (!tokens_.take_symbol(":")) break;
        slice = true;
    }
    tokens_.expect_symbol("]");
    const int below =
        std::max({depth_of(object), depth_of(bounds[0]), depth_of(bounds[1]), depth_of(bounds[2])});
    if (slice) {
        return make(line, below,
                    Slice {std::move(object),
                           {std::move(bounds[0]), std::move(bounds[1]), std::move(bounds[2])}});
    }
    if (!bounds[0]) tokens_.fail("found \"]\", wanted a value");
    return make(line, below, Member {std::move(object), std::move(bounds[0])});
}

std::vector<Argument> ExpressionParser::parse_arguments()
{
    std::vector<Argument> arguments;
    tokens_.expect_symbol("(");
    while (!tokens_.failed() && !tokens_.at_symbol(")")) {
        if (tokens_.at_symbol("*") || tokens_.at_symbol("**")) {
            tokens_.refuse("an unpacked argument", tokens_.line());
        }
        Argument argument;
        const Token& next = tokens_.peek(1);
        if (tokens_.at(Kind::name) && next.kind == Kind::symbol && next.value == "=") {
            argument.name = tokens_.take().value;
            tokens_.take();
        } else if (!arguments.empty() && !arguments.back().name.empty()) {
            tokens_.fail("an argument by place follows one by name");
        }
        argument.value = parse();
        arguments.push_back(std::move(argument));
        if (!tokens_.take_symbol(",")) break;
    }
    tokens_.expect_symbol(")");
    return arguments;
}

ExpressionPtr ExpressionParser::parse_call(const std::string& name, int line)
{
    std::vector<Argument> arguments = parse_arguments();
    const int below = depth_of(arguments);
    if (name == "namespace") {
        for (const Argument& argument : arguments) {
            if (argument.name.empty()) tokens_.refuse("namespace() of a value", line);
        }
        return make(line, below, NamespaceLiteral {std::move(arguments)});
    }
    if (const Builtin* function = find_function(name)) {
        return apply(function, "the function ", name, line, nullptr, std::move(arguments));
    }
    called_macros_.emplace(name, line);
    return make(line, below, MacroCall {name, std::move(arguments)});
}

ExpressionPtr ExpressionParser::parse_filters(ExpressionPtr subject)
{
    while (!tokens_.failed()) {
        if (tokens_.take_symbol("|")) {
            const int line = tokens_.line();
            const std::string name = tokens_.expect_name();
            std::vector<Argument> arguments;
            if (tokens_.at_symbol("(")) arguments = parse_arguments();
            subject = apply(find_filter(name), "the filter ", name, line, std::move(subject),
                            std::move(arguments));
        } else if (tokens_.take_name("is")) {
            subject = parse_test(std::move(subject));
        } else {
            break;
        }
    }
    return subject;
}

ExpressionPtr ExpressionParser::parse_test(ExpressionPtr subject)
{
    const int line = tokens_.line();
    const bool negated = tokens_.take_name("not");
    const std::string name = tokens_.expect_name();
    const Builtin* test = find_test(name);
    std::vector<Argument> arguments;
    if (tokens_.at_symbol("(")) {
        arguments = parse_arguments();
    } else if (test != nullptr && test->max_arguments > 0) {
        arguments.push_back({"", parse_postfix(parse_primary())});
    }
    return apply(test, "the test ", name, line, std::move(subject), std::move(arguments), negated);
}

ExpressionPtr ExpressionParser::apply(const Builtin* builtin, const char* what,
                                      const std::string& name, int line, ExpressionPtr subject,
                                      std::vector<Argument> arguments, bool negated)
{
    const std::string label = std::string(what) + "\"" + name + "\"";
    if (builtin == nullptr) {
        tokens_.refuse(label, line);
        return nullptr;
    }
    std::size_t places = 0;
    for (const Argument& argument : arguments) {
        const auto& names = builtin->names;
        if (argument.name.empty()) {
            ++places;
        } else if (std::find(names.begin(), names.end(), argument.name) == names.end()) {
            tokens_.refuse(label + " with the argument \"" + argument.name + "\"", line);
        }
    }
    if (places < builtin->min_arguments || places > builtin->max_arguments) {
        tokens_.refuse(label + " with " + std::to_string(places) + " arguments", line);
    }
    const int below = std::max(depth_of(subject), depth_of(arguments));
    return make(line, below, Apply {builtin, std::move(subject), std::move(arguments), negated});
}

} // namespace mixscope::jinja
