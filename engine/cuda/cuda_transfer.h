#pragma once

#include "engine/backend.h"

struct CUstream_st;
struct CUevent_st;

namespace mixscope {

/// Copies from the device to page-locked memory on a stream of its own. Both streams must outlive
/// it.
class CudaTransfer final : public Transfer {
public:
    /// compute: where the values are written; copies: where they are copied.
    CudaTransfer(CUstream_st* compute, CUstream_st* copies);
    ~CudaTransfer() override;

    void begin(const std::vector<TensorView>& parts) override;
    const std::byte* wait() override;
    void keep_sources() override;

private:
    void grow(std::size_t bytes);

    CUstream_st* compute_;
    CUstream_st* copies_;
    CUevent_st* written_ = nullptr; ///< the values are there, on the device
    CUevent_st* arrived_ = nullptr; ///< and on the host
    Buffer pinned_;
};

} // namespace mixscope
