#pragma once

#include "engine/result.h"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace mixscope {

/// Bounds on a JSON text from outside.
struct JsonLimits {
    std::size_t bytes = std::size_t(16) << 20;
    int depth = 64;
};

/// Parses JSON more strictly than the library: duplicate keys, deep nesting and large texts are
/// refused. `Infinity`, `-Infinity` and `NaN`, written bare or as {"__float__": "Infinity"},
/// become numbers. `name` starts the error sentences.
Result<nlohmann::json> parse_strict_json(std::string_view text, std::string_view name,
                                         JsonLimits limits = {});

/// "line 3, column 7" of a byte offset, for error sentences.
std::string describe_position(std::string_view text, std::size_t offset);

/// A value as it can stand in an error sentence: dumped, and shortened when long.
std::string describe_json(const nlohmann::json& value);

} // namespace mixscope
