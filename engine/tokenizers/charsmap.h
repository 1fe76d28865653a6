#pragma once

#include "engine/result.h"

#include <string_view>

namespace mixscope {

/// Checks a SentencePiece `precompiled_charsmap` (u32 trie size, double-array trie, replacement
/// strings), which the SentencePiece library walks without any bounds. After success, for every
/// input text: each step of the walk stays inside the trie, no prefix has more matches than the
/// library's result buffer holds, and each replacement is short, terminated and valid UTF-8.
/// An empty blob is valid (no rules). `name` starts the error sentences.
/// Source of the layout: S. Yata, Darts-clone (double-array trie with XOR offsets).
Result<void> check_charsmap(std::string_view blob, std::string_view name);

} // namespace mixscope
