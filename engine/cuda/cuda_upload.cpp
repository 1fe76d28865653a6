#include "engine/cuda/cuda_upload.h"

#include "engine/cuda/cuda_check.h"
#include "engine/cuda/cuda_objects.h"

#include <algorithm>
#include <cstring>
#include <cuda_runtime.h>
#include <thread>
#include <vector>

namespace mixscope {

namespace {

/// One thread reads a mapped file at a few GB/s, which is less than the bus takes.
void fill(std::byte* to, const std::byte* from, std::size_t bytes)
{
    constexpr std::size_t kReaders = 4;
    constexpr std::size_t kWorthAThread = std::size_t(1) << 20;
    const std::size_t part = std::max(kWorthAThread, (bytes + kReaders - 1) / kReaders);
    std::vector<std::jthread> readers;
    for (std::size_t begin = part; begin < bytes; begin += part) {
        readers.emplace_back(
            [=] { std::memcpy(to + begin, from + begin, std::min(part, bytes - begin)); });
    }
    std::memcpy(to, from, std::min(part, bytes));
}

} // namespace

CudaUpload::CudaUpload(CUstream_st* stream, std::size_t piece)
    : stream_(stream)
    , bytes_(piece)
{
}

CudaUpload::~CudaUpload()
{
    for (Piece& piece : pieces_) {
        if (piece.arrived == nullptr) continue;
        cudaEventSynchronize(piece.arrived);
        cudaEventDestroy(piece.arrived);
    }
}

void CudaUpload::open(Piece& piece) const
{
    if (piece.arrived != nullptr) return;
    piece.pinned = page_locked(bytes_);
    piece.arrived = new_event();
}

void CudaUpload::copy(void* to, const void* from, std::size_t bytes)
{
    for (std::size_t at = 0; at < bytes; at += bytes_) {
        Piece& piece = pieces_[next_];
        next_ = 1 - next_;
        open(piece);
        check_cuda(cudaEventSynchronize(piece.arrived), "uploading");
        const std::size_t count = std::min(bytes_, bytes - at);
        fill(static_cast<std::byte*>(piece.pinned.data()), static_cast<const std::byte*>(from) + at,
             count);
        check_cuda(cudaMemcpyAsync(static_cast<std::byte*>(to) + at, piece.pinned.data(), count,
                                   cudaMemcpyHostToDevice, stream_),
                   "uploading");
        check_cuda(cudaEventRecord(piece.arrived, stream_), "uploading");
    }
}

} // namespace mixscope
