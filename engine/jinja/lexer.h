#pragma once

#include "engine/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace mixscope::jinja {

struct Token {
    enum class Kind {
        text, ///< outside of tags, white space already removed as the tags ask
        open_output, ///< {{
        close_output, ///< }}
        open_statement, ///< {%
        close_statement, ///< %}
        name,
        string, ///< value without quotes and escapes
        integer,
        number,
        symbol, ///< operators and brackets
        end,
    };
    Kind kind = Kind::end;
    std::string value;
    int line = 1;
};

/// Cuts a template into tokens; the last one is `end`. White space as Jinja with trim_blocks and
/// lstrip_blocks: a line break after a statement or comment goes, as do blanks before one at the
/// start of a line; `-` removes all white space on its side, `+` none. The last line break of the
/// template goes, too. Errors: bad_format, naming the line. Source: Jinja documentation,
/// "Template Designer: Whitespace Control".
Result<std::vector<Token>> tokenize(std::string_view source);

} // namespace mixscope::jinja
