#pragma once

#include <cstddef>

struct CUstream_st; // cudaStream_t points to it
struct cublasContext; // cublasHandle_t points to it

namespace mixscope {

/// What a CUDA kernel needs besides its op. Owned by the CUDA backend; used by one thread at a
/// time.
struct CudaContext {
    CUstream_st* stream = nullptr;
    cublasContext* blas = nullptr; ///< works on `stream`
    void* scratch = nullptr; ///< device memory for use within one op, 256-byte aligned
    std::size_t scratch_bytes = 0; ///< longer ops run in slices that fit
    int multiprocessors = 1; ///< of the device
    /// Where the next kernel that can note its start does so, in nanoseconds of the device's clock;
    /// the op that launches it clears this. Embed, RmsNorm and Matmul can.
    mutable unsigned long long* stamp = nullptr;
};

} // namespace mixscope
