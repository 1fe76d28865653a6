#include "engine/jinja/parser.h"

#include "engine/jinja/expression_parser.h"

#include <algorithm>
#include <set>

namespace mixscope::jinja {
namespace {

using Kind = Token::Kind;

class StatementParser {
public:
    explicit StatementParser(std::vector<Token> tokens)
        : tokens_(std::move(tokens))
        , expressions_(tokens_)
    {
    }

    Result<Block> run()
    {
        Block block = parse_block({});
        if (!tokens_.failed() && !tokens_.at(Kind::end)) {
            tokens_.fail("found \"" + tokens_.peek(1).value + "\" without its beginning");
        }
        for (const auto& [name, line] : expressions_.called_macros()) {
            if (macros_.count(name) == 0) tokens_.refuse("the function \"" + name + "\"", line);
        }
        if (tokens_.failed()) return tokens_.error();
        return block;
    }

private:
    // Statements up to, not including, a tag that starts with one of `ends` or to the end.
    Block parse_block(std::initializer_list<std::string_view> ends)
    {
        const TokenStream::Level level(tokens_);
        Block block;
        while (!tokens_.failed() && !tokens_.at(Kind::end)) {
            if (tokens_.at(Kind::open_statement) && tokens_.peek(1).kind == Kind::name) {
                const std::string& word = tokens_.peek(1).value;
                if (std::find(ends.begin(), ends.end(), word) != ends.end()) break;
                if (word == "else" || word == "elif" || word.substr(0, 3) == "end") break;
            }
            parse_statement(block);
        }
        return block;
    }

    void parse_statement(Block& block)
    {
        const int line = tokens_.line();
        if (tokens_.at(Kind::text)) {
            block.push_back({line, WriteText {Value::text(tokens_.take().value)}});
        } else if (tokens_.at(Kind::open_output)) {
            tokens_.take();
            block.push_back({line, WriteValue {expressions_.parse()}});
            tokens_.expect(Kind::close_output, "\"}}\"");
        } else {
            tokens_.expect(Kind::open_statement, "a tag");
            parse_tag(block, line, tokens_.expect_name());
        }
    }

    void parse_tag(Block& block, int line, const std::string& word)
    {
        if (word == "if") {
            block.push_back({line, parse_if()});
        } else if (word == "for") {
            block.push_back({line, parse_for()});
        } else if (word == "set") {
            block.push_back({line, parse_set()});
        } else if (word == "macro") {
            block.push_back({line, parse_macro()});
        } else if (word == "generation") {
            close();
            block.push_back({line, Group {parse_block({"endgeneration"})}});
            close("endgeneration");
        } else if (word == "break" || word == "continue") {
            if (loops_ == 0) tokens_.fail("\"" + word + "\" outside of a loop");
            close();
            block.push_back({line, Leave {word == "break"}});
        } else {
            tokens_.refuse("the statement \"" + word + "\"", line);
        }
    }

    void close() { tokens_.expect(Kind::close_statement, "\"%}\""); }

    void close(std::string_view word)
    {
        tokens_.expect(Kind::open_statement, ("{% " + std::string(word) + " %}").c_str());
        if (!tokens_.take_name(word)) {
            tokens_.fail("found \"" + tokens_.peek().value + "\", wanted \"" + std::string(word)
                         + "\"");
        }
        close();
    }

    bool take_tag(std::string_view word)
    {
        const Token& next = tokens_.peek(1);
        const bool found =
            tokens_.at(Kind::open_statement) && next.kind == Kind::name && next.value == word;
        if (found) {
            tokens_.take();
            tokens_.take();
        }
        return found;
    }

    If parse_if()
    {
        If statement;
        do {
            ExpressionPtr condition = expressions_.parse();
            close();
            Block body = parse_block({"elif", "else", "endif"});
            statement.branches.emplace_back(std::move(condition), std::move(body));
        } while (take_tag("elif"));
        if (take_tag("else")) {
            close();
            statement.otherwise = parse_block({"endif"});
        }
        close("endif");
        return statement;
    }

    For parse_for()
    {
        For statement;
        do {
            statement.targets.push_back(tokens_.expect_name());
        } while (tokens_.take_symbol(","));
        if (!tokens_.take_name("in")) tokens_.fail("a loop without \"in\"");
        statement.items = expressions_.parse_or();
        if (tokens_.take_name("if")) statement.condition = expressions_.parse();
        if (tokens_.at_name("recursive")) tokens_.refuse("a recursive loop", tokens_.line());
        close();
        ++loops_;
        statement.body = parse_block({"else", "endfor"});
        --loops_;
        if (take_tag("else")) {
            close();
            statement.otherwise = parse_block({"endfor"});
        }
        close("endfor");
        return statement;
    }

    Set parse_set()
    {
        Set statement;
        statement.name = tokens_.expect_name();
        if (tokens_.take_symbol(".")) statement.attribute = tokens_.expect_name();
        if (tokens_.at_symbol(",")) tokens_.refuse("a set of several names", tokens_.line());
        if (tokens_.at_symbol("|")) tokens_.refuse("a filtered set block", tokens_.line());
        if (tokens_.take_symbol("=")) {
            statement.value = expressions_.parse();
            if (tokens_.at_symbol(",")) tokens_.refuse("a tuple without brackets", tokens_.line());
            close();
        } else {
            close();
            statement.body = parse_block({"endset"});
            close("endset");
        }
        return statement;
    }

    Macro parse_macro()
    {
        Macro statement;
        statement.name = tokens_.expect_name();
        if (find_function(statement.name) != nullptr || statement.name == "namespace") {
            tokens_.refuse("a macro named \"" + statement.name + "\"", tokens_.line());
        }
        macros_.insert(statement.name);
        tokens_.expect_symbol("(");
        while (!tokens_.failed() && !tokens_.at_symbol(")")) {
            Argument parameter;
            parameter.name = tokens_.expect_name();
            if (tokens_.take_symbol("=")) parameter.value = expressions_.parse();
            statement.parameters.push_back(std::move(parameter));
            if (!tokens_.take_symbol(",")) break;
        }
        tokens_.expect_symbol(")");
        close();
        const int outer_loops = std::exchange(loops_, 0);
        statement.body = parse_block({"endmacro"});
        loops_ = outer_loops;
        close("endmacro");
        return statement;
    }

    TokenStream tokens_;
    ExpressionParser expressions_;
    std::set<std::string> macros_;
    int loops_ = 0;
};

} // namespace

Result<Block> parse_template(std::string_view source)
{
    auto tokens = tokenize(source);
    if (!tokens) return tokens.error();
    return StatementParser(std::move(tokens).value()).run();
}

} // namespace mixscope::jinja
