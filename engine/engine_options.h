#pragma once

#include <string>

namespace mixscope {

/// How the engine computes. Chosen once, at the start.
struct EngineOptions {
    std::string backend = "auto"; ///< "auto", "cpu", "cuda", "cuda:1" (by number)
    int threads = 0;              ///< 0: one for each physical core
    std::string kv_dtype;         ///< "f32", "f16", "bf16"; empty: the backend's default
    std::string cpu_isa;          ///< "avx2", "avx512", "amx"; empty: the best there is
    int context = 0;              ///< tokens; 0: what the model allows, at most 32 768
};

} // namespace mixscope
