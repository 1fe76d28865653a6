#pragma once

#include "engine/jinja/ast.h"
#include "engine/jinja/token_stream.h"

#include <map>
#include <string>
#include <vector>

namespace mixscope::jinja {

/// Recursive descent over expressions; failures go to the stream and give null. Precedence as in
/// Jinja: a if b else c, or, and, not, comparisons, + -, ~, * / // %, unary -, postfix, filters.
class ExpressionParser {
public:
    explicit ExpressionParser(TokenStream& tokens)
        : tokens_(tokens)
    {
    }

    ExpressionPtr parse();
    /// Without `a if b`, for the items of a loop whose own `if` follows.
    ExpressionPtr parse_or();
    /// `(a, b=c)`, the opening bracket included.
    std::vector<Argument> parse_arguments();

    /// Names that are called like macros, and the line of the first call.
    const std::map<std::string, int>& called_macros() const { return called_macros_; }

private:
    ExpressionPtr parse_and();
    ExpressionPtr parse_not();
    ExpressionPtr parse_comparison();
    ExpressionPtr parse_sum();
    ExpressionPtr parse_concatenation();
    ExpressionPtr parse_product();
    ExpressionPtr parse_unary(bool with_filters);
    ExpressionPtr parse_primary();
    ExpressionPtr parse_name();
    ExpressionPtr parse_number();
    ExpressionPtr parse_string();
    ExpressionPtr parse_parentheses();
    ExpressionPtr parse_list();
    ExpressionPtr parse_dict();
    ExpressionPtr parse_postfix(ExpressionPtr subject);
    ExpressionPtr parse_member(ExpressionPtr object);
    ExpressionPtr parse_item(ExpressionPtr object);
    ExpressionPtr parse_call(const std::string& name, int line);
    ExpressionPtr parse_filters(ExpressionPtr subject);
    ExpressionPtr parse_test(ExpressionPtr subject);

    ExpressionPtr binary(Operator op, int line, ExpressionPtr left, ExpressionPtr right);
    ExpressionPtr apply(const Builtin* builtin, const char* what, const std::string& name, int line,
                        ExpressionPtr subject, std::vector<Argument> arguments,
                        bool negated = false);
    /// `below`: the depth of the deepest child.
    ExpressionPtr make(int line, int below, Expression::Node node);

    TokenStream& tokens_;
    std::map<std::string, int> called_macros_;
};

} // namespace mixscope::jinja
