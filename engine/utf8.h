#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mixscope {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD"; // U+FFFD

/// Length in bytes (1 … 4) of the well-formed UTF-8 character at the start of `text`; 0 when the
/// bytes there are malformed or cut off, and for empty text. Overlong forms and surrogates are
/// malformed. Source: The Unicode Standard, table 3-7.
std::size_t utf8_length(std::string_view text);

/// True when `text` ends inside a character whose bytes so far are well-formed: more bytes could
/// complete it. False for empty text.
bool utf8_incomplete(std::string_view text);

bool valid_utf8(std::string_view text);

/// `text` with every byte that belongs to no character replaced by U+FFFD.
std::string sanitized_utf8(std::string_view text);

} // namespace mixscope
