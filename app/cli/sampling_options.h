#pragma once

#include "engine/generator.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace mixscope::cli {

/// --temperature, --top-k, … of generate and chat. What is not given comes from the model's
/// generation_config.json, else greedy.
struct SamplingOptions {
    std::optional<float> temperature, top_p, min_p, repeat_penalty;
    std::optional<int> top_k;
    std::optional<std::uint64_t> seed;
    std::vector<std::string> stops;
    int max_tokens = 0;

    void attach(CLI::App& app);
    ReplyOptions merged(const GenerationConfig& model) const;
};

} // namespace mixscope::cli
