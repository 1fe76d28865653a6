#pragma once

#include <QString>

namespace mixscope {

/// How well a text answers what was typed: every letter of the query must come in the text, in
/// order; letters at the start of words and next to each other count more. -1: it does not.
/// Upper and lower case are the same; spaces in the query mean nothing.
int fuzzyScore(const QString& query, const QString& text);

} // namespace mixscope
