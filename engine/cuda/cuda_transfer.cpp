#include "engine/cuda/cuda_transfer.h"

#include "engine/cuda/cuda_check.h"
#include "engine/cuda/cuda_objects.h"

#include <algorithm>
#include <cuda_runtime.h>
#include <stdexcept>

namespace mixscope {

CudaTransfer::CudaTransfer(CUstream_st* compute, CUstream_st* copies)
    : compute_(compute)
    , copies_(copies)
    , written_(new_event())
    , arrived_(new_event())
{
}

CudaTransfer::~CudaTransfer()
{
    cudaStreamSynchronize(copies_); // copies on their way write to the pinned memory
    cudaEventDestroy(written_);
    cudaEventDestroy(arrived_);
}

void CudaTransfer::grow(std::size_t bytes)
{
    if (bytes <= pinned_.bytes()) return;
    pinned_ = {};
    pinned_ = page_locked(std::max(bytes, std::size_t(64) << 10));
}

void CudaTransfer::begin(const std::vector<TensorView>& parts)
{
    std::size_t bytes = 0;
    for (const TensorView& part : parts) {
        if (!part.contiguous()) throw std::logic_error("CUDA: transfer of a strided view");
        bytes += part.bytes();
    }
    grow(bytes);
    check_cuda(cudaEventRecord(written_, compute_), "marking the end of a step");
    check_cuda(cudaStreamWaitEvent(copies_, written_, 0), "waiting for the end of a step");
    auto* to = static_cast<std::byte*>(pinned_.data());
    for (const TensorView& part : parts) {
        check_cuda(cudaMemcpyAsync(to, part.data, part.bytes(), cudaMemcpyDeviceToHost, copies_),
                   "copying values to the host");
        to += part.bytes();
    }
    check_cuda(cudaEventRecord(arrived_, copies_), "marking the end of a copy");
}

const std::byte* CudaTransfer::wait()
{
    check_cuda(cudaEventSynchronize(arrived_), "computing");
    return static_cast<const std::byte*>(pinned_.data());
}

void CudaTransfer::keep_sources()
{
    check_cuda(cudaStreamWaitEvent(compute_, arrived_, 0), "waiting for a copy");
}

} // namespace mixscope
