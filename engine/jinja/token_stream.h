#pragma once

#include "engine/jinja/lexer.h"
#include "engine/jinja/value.h"

#include <optional>

namespace mixscope::jinja {

/// The tokens of a template, and the first complaint about them. After a failure only the end
/// is seen, so that parsers unwind without asking after each step.
class TokenStream {
public:
    explicit TokenStream(std::vector<Token> tokens)
        : tokens_(std::move(tokens))
    {
    }

    const Token& peek(std::size_t ahead = 0) const
    {
        const std::size_t last = tokens_.size() - 1;
        return tokens_[error_ ? last : std::min(at_ + ahead, last)];
    }
    int line() const { return peek().line; }

    Token take()
    {
        Token token = peek();
        if (at_ + 1 < tokens_.size()) ++at_;
        return token;
    }

    bool at(Token::Kind kind) const { return peek().kind == kind; }
    bool at_symbol(std::string_view symbol) const
    {
        return at(Token::Kind::symbol) && peek().value == symbol;
    }
    bool at_name(std::string_view name) const
    {
        return at(Token::Kind::name) && peek().value == name;
    }
    bool take_symbol(std::string_view symbol) { return at_symbol(symbol) && (take(), true); }
    bool take_name(std::string_view name) { return at_name(name) && (take(), true); }

    void expect_symbol(std::string_view symbol);
    void expect(Token::Kind kind, const char* what);
    std::string expect_name();

    /// The template is not well-formed.
    void fail(const std::string& why);
    /// The template uses something that is not understood: `the filter "sort"`.
    void refuse(const std::string& construct, int line);
    bool failed() const { return error_.has_value(); }
    const Error& error() const { return *error_; }

    /// Counts open levels while it lives; fails beyond kMaxNesting.
    class Level {
    public:
        explicit Level(TokenStream& stream)
            : stream_(stream)
        {
            if (++stream_.levels_ > kMaxNesting) stream_.fail("nested deeper than 64 levels");
        }
        ~Level() { --stream_.levels_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        TokenStream& stream_;
    };

private:
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int levels_ = 0;
    std::optional<Error> error_;
};

} // namespace mixscope::jinja
