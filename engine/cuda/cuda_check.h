#pragma once

#include <string>

namespace mixscope {

/// What a call of CUDA (a cudaError_t) or cuBLAS (minus a cublasStatus_t) returned, in words.
std::string cuda_text(int status);

/// Throws when `status` is a failure. `what`: "waiting for the GPU".
void check_cuda(int status, const char* what);

} // namespace mixscope
