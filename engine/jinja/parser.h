#pragma once

#include "engine/jinja/ast.h"
#include "engine/result.h"

#include <string_view>

namespace mixscope::jinja {

/// Parses a template. Everything that cannot be rendered is refused here: unsupported (names the
/// construct and its line) or bad_format (names the line). Nesting is limited to kMaxNesting.
Result<Block> parse_template(std::string_view source);

} // namespace mixscope::jinja
