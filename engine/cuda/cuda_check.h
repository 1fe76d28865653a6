#pragma once

#include <string>

namespace mixscope {

/// What a call of CUDA (a cudaError_t) or cuBLAS (minus a cublasStatus_t) returned, in words.
std::string cuda_text(int status);

/// What a person does when the GPU fails: such errors stay until the process ends.
constexpr const char* kLostHint =
    "Start the program again; if the GPU fails again, use the CPU. Your text is not lost.";

/// Throws DeviceFailure when `status` is a failure. `what`: "waiting for the GPU".
void check_cuda(int status, const char* what);

} // namespace mixscope
