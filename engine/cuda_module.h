#pragma once

#include "engine/backend.h"

#include <filesystem>
#include <memory>

namespace mixscope {

/// The CUDA backend lives in a library of its own that is loaded when it is asked for, so that
/// the program starts on machines without NVIDIA's libraries. The library exports one function
/// under this name.
constexpr const char* kCudaModuleEntry = "mixscope_create_cuda_backend";

/// Returns the backend, or null and why in `error`. The caller owns the backend. device: its
/// number, or negative for the first that can be used.
using CudaModuleEntry = Backend* (*)(int device, Error& error);

/// Where the library is looked for: beside the running program.
std::filesystem::path cuda_module_path();

/// Loads the library, for good, and creates its backend. Errors: device, with the reason: the
/// library is missing or does not load, no driver, no GPU, driver or GPU too old.
Result<std::unique_ptr<Backend>> load_cuda_backend(const std::filesystem::path& module,
                                                   int device = -1);

} // namespace mixscope
