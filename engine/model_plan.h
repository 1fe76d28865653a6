#pragma once

#include "engine/engine_options.h"
#include "engine/model_info.h"
#include "engine/result.h"

#include <filesystem>

namespace mixscope {

/// What a model would be and take if it were opened.
struct ModelPlan {
    /// As load_model() fills it, but for what the tokenizer and the chat template say.
    ModelInfo info;
    std::uint64_t free_bytes = 0; ///< that could be allocated now where it would run
};

/// Plans a model from its config.json and the headers of its weights: no weight is read, so that
/// it costs milliseconds for any size. Waits for files; any thread. Errors: as load_model().
Result<ModelPlan> plan_model(const std::filesystem::path& folder, const EngineOptions& options);

} // namespace mixscope
