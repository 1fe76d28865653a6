#pragma once

#include "engine/tokenizers/sentencepiece_model.h"

#include <map>
#include <string>

namespace mixscope {

/// A vocabulary small enough to reason about:
/// 0 <unk>, 1 <s>, 2 </s>, 3 <|end|> (user-defined), 4 ▁▁ (user-defined), 5 ▁, 6 a, 7 b, 8 c,
/// 9 ab, 10 ▁a, 11 abc; with bytes, 12 … 267 are <0x00> … <0xFF>. Spaces are kept as they are.
SentencePieceModel tiny_tokenizer(SentencePieceModel::Algorithm algorithm, bool bytes);

/// A compiled table of normalisation rules in the layout of the SentencePiece library, e.g.
/// {"A", "a"}; one trie block for each prefix of a key.
std::string tiny_charsmap(const std::map<std::string, std::string>& rules);

} // namespace mixscope
