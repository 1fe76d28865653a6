#pragma once

#include "engine/loaded_model.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mixscope {

/// What to measure.
struct BenchPlan {
    std::vector<int> prefill;        ///< prompt lengths in tokens
    int decode = 128;                ///< tokens decoded in a run
    std::vector<int> context;        ///< tokens before the decoded ones
    std::vector<ProbeLevel> levels;  ///< each case once per level
    int rounds = 5;                  ///< over all cases, alternating
};

/// One measured case.
struct BenchRow {
    std::string what;     ///< "prefill 512", "decode 128"
    int context = 0;      ///< tokens before
    std::string probes;   ///< level
    double median = 0.0;  ///< tokens/s
    double spread = 0.0;  ///< (best - worst) / median
    std::string unit = "t/s";
    double bytes_per_token = 0.0; ///< weights, state and KV cache moved
    double flops_per_token = 0.0; ///< a multiply-add is two
    double limit = 0.0;           ///< tokens/s if only these bytes were read, at the measured rate
    double share_of_limit = 0.0;
};

/// Measures in a fresh session each run. Errors: context_full, out_of_memory.
Result<std::vector<BenchRow>> run_bench(const LoadedModel& model, const BenchPlan& plan);

/// A model of the shapes of a config.json with random weights N(0, 0.02), bf16; for speed only.
Result<std::unique_ptr<LoadedModel>> random_model(const std::filesystem::path& config,
                                                  const EngineOptions& options);

} // namespace mixscope
