#pragma once

#include "engine/buffer.h"

#include <cstddef>

struct CUstream_st;
struct CUevent_st;

namespace mixscope {

/// Copies ordinary memory to the device through two pieces of page-locked memory: one is filled, by
/// several threads, while the other is on its way. The stream must outlive it.
class CudaUpload {
public:
    /// piece: bytes of each of the two.
    explicit CudaUpload(CUstream_st* stream, std::size_t piece = std::size_t(32) << 20);
    ~CudaUpload();
    CudaUpload(const CudaUpload&) = delete;
    CudaUpload& operator=(const CudaUpload&) = delete;

    /// Enqueues the copy. `from` is free again when this returns.
    void copy(void* to, const void* from, std::size_t bytes);

private:
    struct Piece {
        Buffer pinned;
        CUevent_st* arrived = nullptr; ///< on the device; the memory may be filled again
    };

    void open(Piece& piece) const;

    CUstream_st* stream_;
    std::size_t bytes_; ///< of a piece
    Piece pieces_[2];
    int next_ = 0;
};

} // namespace mixscope
