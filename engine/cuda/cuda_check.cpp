#include "engine/cuda/cuda_check.h"

#include "engine/backend.h"

#include <cublas_v2.h>
#include <cuda_runtime.h>

namespace mixscope {

std::string cuda_text(int status)
{
    if (status < 0) return cublasGetStatusString(cublasStatus_t(-status));
    const auto error = cudaError_t(status);
    return std::string(cudaGetErrorName(error)) + ", " + cudaGetErrorString(error);
}

void check_cuda(int status, const char* what)
{
    if (status != 0) [[unlikely]] {
        throw DeviceFailure({ErrorCode::device,
                             std::string("the GPU failed while ") + what + ": " + cuda_text(status),
                             kLostHint});
    }
}

} // namespace mixscope
