#pragma once

#include "engine/params.h"
#include "engine/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mixscope {

/// How the next token is chosen. Greedy when temperature is 0.
struct Sampling {
    float temperature = 0.0F;
    int top_k = 0;       ///< 0: off
    float top_p = 1.0F;  ///< 1: off
    float min_p = 0.0F;  ///< 0: off
    float repetition_penalty = 1.0F;
    std::uint64_t seed = 0;
};

/// What generation_config.json says: sampling defaults, stop tokens, stop strings.
struct GenerationConfig {
    Sampling sampling;
    std::vector<TokenId> stop_ids; ///< union over generation_config, config and tokenizer
    std::vector<std::string> stop_strings;
};

/// Reads generation_config.json if there is one (else greedy) and collects the stop tokens.
Result<GenerationConfig> load_generation_config(const std::filesystem::path& folder,
                                                const Params& config, const Tokenizer& tokenizer);

} // namespace mixscope
