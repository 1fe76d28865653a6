#pragma once

#include "engine/backend.h"
#include "engine/chat_template.h"
#include "engine/engine_options.h"
#include "engine/events.h"
#include "engine/model.h"
#include "engine/session.h"
#include "engine/tokenizer.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace mixscope {

/// Everything that was read from a model folder, ready to run. Lives on the engine thread; the
/// info, tokenizer and template are immutable and may be read from others.
struct LoadedModel {
    std::shared_ptr<const ModelInfo> info;
    std::unique_ptr<Tokenizer> tokenizer;
    std::optional<ChatTemplate> chat_template;
    std::unique_ptr<Backend> backend;
    std::unique_ptr<Model> model;
    SessionOptions session_options;
};

using ProgressSink = std::function<void(const LoadProgress&)>;

/// Opens a model folder. Errors: not_found, bad_format, unsupported, out_of_memory, cancelled.
Result<std::unique_ptr<LoadedModel>> load_model(const std::filesystem::path& folder,
                                                const EngineOptions& options,
                                                const ProgressSink& progress = {},
                                                std::stop_token stop = {});


} // namespace mixscope
