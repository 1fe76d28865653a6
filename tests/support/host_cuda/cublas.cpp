#include "device.h"
#include "kernels/dtype.h"

#include <cublas_v2.h>

struct cublasContext {
    cudaStream_t stream = nullptr;
};

namespace {

/// A matrix stored by columns, read as if transposed when asked.
struct Matrix {
    float operator()(int row, int column) const
    {
        const int r = transposed ? column : row;
        const int c = transposed ? row : column;
        const std::size_t at = std::size_t(c) * std::size_t(step) + std::size_t(r);
        if (type == CUDA_R_16BF)
            return mixscope::to_float(static_cast<const mixscope::BFloat16*>(data)[at]);
        if (type == CUDA_R_16F)
            return mixscope::to_float(static_cast<const mixscope::Half*>(data)[at]);
        return static_cast<const float*>(data)[at];
    }

    const void* data;
    cudaDataType type;
    int step;
    bool transposed;
};

struct Product {
    int m, n, k;
    float alpha, beta;
    Matrix a, b;
    float* c;
    int c_step;

    void operator()() const
    {
        for (int j = 0; j < n; ++j) {
            for (int i = 0; i < m; ++i) {
                float sum = 0.0F;
                for (int l = 0; l < k; ++l)
                    sum += a(i, l) * b(l, j);
                float& to = c[std::size_t(j) * std::size_t(c_step) + std::size_t(i)];
                // With beta 0, C is written without being read.
                to = beta == 0.0F ? alpha * sum : alpha * sum + beta * to;
            }
        }
    }
};

} // namespace

cublasStatus_t cublasCreate(cublasHandle_t* handle)
{
    *handle = new cublasContext;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy(cublasHandle_t handle)
{
    delete handle;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream)
{
    handle->stream = stream;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t /*handle*/, void* workspace, std::size_t /*bytes*/)
{
    return reinterpret_cast<std::uintptr_t>(workspace) % 256 == 0 ? CUBLAS_STATUS_SUCCESS
                                                                  : CUBLAS_STATUS_INVALID_VALUE;
}

const char* cublasGetStatusString(cublasStatus_t status)
{
    switch (status) {
    case CUBLAS_STATUS_SUCCESS:
        return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
        return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_INVALID_VALUE:
        return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_NOT_SUPPORTED:
        return "CUBLAS_STATUS_NOT_SUPPORTED";
    }
    return "?";
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b,
                            int m, int n, int k, const void* alpha, const void* a,
                            cudaDataType type_a, int lda, const void* b, cudaDataType type_b,
                            int ldb, const void* beta, void* c, cudaDataType type_c, int ldc,
                            cublasComputeType_t /*compute*/, cublasGemmAlgo_t /*algorithm*/)
{
    if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (type_a != type_b || type_c != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
    const bool fits = m >= 0 && n >= 0 && k >= 0 && lda >= (op_a == CUBLAS_OP_N ? m : k)
        && ldb >= (op_b == CUBLAS_OP_N ? k : n) && ldc >= m;
    if (!fits) return CUBLAS_STATUS_INVALID_VALUE;
    host_cuda::enqueue(
        handle->stream,
        Product {m, n, k, *static_cast<const float*>(alpha), *static_cast<const float*>(beta),
                 Matrix {a, type_a, lda, op_a == CUBLAS_OP_T},
                 Matrix {b, type_b, ldb, op_b == CUBLAS_OP_T}, static_cast<float*>(c), ldc});
    return CUBLAS_STATUS_SUCCESS;
}
