#pragma once

#include "engine/jinja/runtime.h"

// What filters and methods of the same name share.

namespace mixscope::jinja {

/// Cuts characters of `set` (null: white space) off the ends.
TracedText stripped(const TracedText& text, const TracedText* set, bool left, bool right);
/// Letter case of ASCII letters; others stay as they are.
TracedText upper_case(const TracedText& text);
TracedText lower_case(const TracedText& text);
/// First letter upper case, the rest lower case; of each word, or of the text.
TracedText capitalized(const TracedText& text, bool each_word);
/// `limit` < 0: all. The new text counts as content where it replaces content.
Value replaced(Runtime& runtime, const TracedText& text, const TracedText& from,
               const TracedText& to, std::int64_t limit);
/// Cut at `separator` (null: at runs of white space, none at the ends), at most `limit` times.
Value split(Runtime& runtime, const TracedText& text, const TracedText* separator,
            std::int64_t limit);

} // namespace mixscope::jinja
