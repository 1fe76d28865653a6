#include "engine/jinja/expression_parser.h"

#include <algorithm>
#include <charconv>

// Numbers, strings, lists, tuples and dicts.

namespace mixscope::jinja {

using Kind = Token::Kind;

ExpressionPtr ExpressionParser::parse_number()
{
    const Token token = tokens_.take();
    const char* end = token.value.data() + token.value.size();
    if (token.kind == Kind::integer) {
        std::int64_t value = 0;
        const auto result = std::from_chars(token.value.data(), end, value);
        if (result.ec != std::errc()) tokens_.fail("the number " + token.value + " is too large");
        return make(token.line, 0, Literal {value});
    }
    double value = 0.0;
    std::from_chars(token.value.data(), end, value);
    return make(token.line, 0, Literal {value});
}

ExpressionPtr ExpressionParser::parse_string()
{
    const int line = tokens_.line();
    std::string text;
    while (tokens_.at(Kind::string)) {
        text += tokens_.take().value; // neighbours are one string
    }
    return make(line, 0, Literal {Value::text(std::move(text))});
}

// (a) is a; (a, b) and () are lists, which stand for tuples.
ExpressionPtr ExpressionParser::parse_parentheses()
{
    const int line = tokens_.take().line;
    ListLiteral list;
    bool comma = false;
    int below = 0;
    while (!tokens_.failed() && !tokens_.at_symbol(")")) {
        list.items.push_back(parse());
        below = std::max(below, depth_of(list.items.back()));
        if (!tokens_.take_symbol(",")) break;
        comma = true;
    }
    tokens_.expect_symbol(")");
    if (list.items.size() == 1 && !comma) return std::move(list.items.front());
    return make(line, below, std::move(list));
}

ExpressionPtr ExpressionParser::parse_list()
{
    const int line = tokens_.take().line;
    ListLiteral list;
    int below = 0;
    while (!tokens_.failed() && !tokens_.at_symbol("]")) {
        list.items.push_back(parse());
        below = std::max(below, depth_of(list.items.back()));
        if (!tokens_.take_symbol(",")) break;
    }
    tokens_.expect_symbol("]");
    return make(line, below, std::move(list));
}

ExpressionPtr ExpressionParser::parse_dict()
{
    const int line = tokens_.take().line;
    DictLiteral dict;
    int below = 0;
    while (!tokens_.failed() && !tokens_.at_symbol("}")) {
        ExpressionPtr key = parse();
        tokens_.expect_symbol(":");
        ExpressionPtr value = parse();
        below = std::max({below, depth_of(key), depth_of(value)});
        dict.entries.emplace_back(std::move(key), std::move(value));
        if (!tokens_.take_symbol(",")) break;
    }
    tokens_.expect_symbol("}");
    return make(line, below, std::move(dict));
}

} // namespace mixscope::jinja
