#pragma once

#include "engine/backend.h"
#include "engine/engine_options.h"

#include <memory>

namespace mixscope {

/// The backend that the options ask for; "auto" takes a usable GPU and else the CPU.
/// Errors: unsupported or device (asked for CUDA and there is none), bad_argument.
Result<std::unique_ptr<Backend>> create_backend(const EngineOptions& options);

} // namespace mixscope
