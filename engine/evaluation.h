#pragma once

#include "engine/session.h"
#include "engine/tensor_file.h"

#include <string>
#include <utility>
#include <vector>

namespace mixscope {

/// Logits and probe values of given tokens as named arrays: `logits` [T, V], `hidden.i`,
/// `final_norm`, `attention.LAYER` [head, query, key], `NAME.LAYER` for the others. The metadata
/// names the axes.
struct Evaluation {
    std::vector<NamedArray> arrays;
    std::vector<std::pair<std::string, std::string>> metadata;
};

/// Runs `ids` in calls of the lengths in `chunks` (the remainder is one last call) in a session
/// at position 0. Errors: bad_argument (no ids), context_full.
Result<Evaluation> evaluate(Session& session, const std::vector<TokenId>& ids,
                            const std::vector<std::size_t>& chunks,
                            const std::vector<Probe>& probes);

} // namespace mixscope
