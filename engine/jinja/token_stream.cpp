#include "engine/jinja/token_stream.h"

namespace mixscope::jinja {
namespace {

std::string describe(const Token& token)
{
    switch (token.kind) {
    case Token::Kind::text:
        return "text";
    case Token::Kind::open_output:
        return "\"{{\"";
    case Token::Kind::close_output:
        return "\"}}\"";
    case Token::Kind::open_statement:
        return "\"{%\"";
    case Token::Kind::close_statement:
        return "\"%}\"";
    case Token::Kind::end:
        return "the end of the template";
    default:
        return "\"" + token.value + "\"";
    }
}

} // namespace

void TokenStream::expect_symbol(std::string_view symbol)
{
    if (!take_symbol(symbol)) {
        fail("found " + describe(peek()) + ", wanted \"" + std::string(symbol) + "\"");
    }
}

void TokenStream::expect(Token::Kind kind, const char* what)
{
    if (at(kind)) {
        take();
    } else {
        fail("found " + describe(peek()) + ", wanted " + what);
    }
}

std::string TokenStream::expect_name()
{
    const Token token = peek();
    expect(Token::Kind::name, "a name");
    return token.kind == Token::Kind::name ? token.value : std::string();
}

void TokenStream::fail(const std::string& why)
{
    if (error_) return;
    error_ =
        Error {ErrorCode::bad_format, "chat template, line " + std::to_string(line()) + ": " + why,
               "Use the template that belongs to the model, or a plain prompt."};
}

void TokenStream::refuse(const std::string& construct, int line)
{
    if (error_) return;
    error_ = Error {ErrorCode::unsupported,
                    "chat template, line " + std::to_string(line) + ": " + construct
                        + " is not supported",
                    "Use a plain prompt with this model, or a simpler template."};
}

} // namespace mixscope::jinja
