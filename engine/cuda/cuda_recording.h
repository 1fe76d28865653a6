#pragma once

#include "engine/backend.h"

struct CUstream_st;
struct CUgraphExec_st;

namespace mixscope {

/// A CUDA graph. The stream must outlive it.
class CudaRecording final : public Recording {
public:
    /// Captures what `work` enqueues on the stream. What `work` throws passes through.
    CudaRecording(CUstream_st* stream, const std::function<void()>& work);
    ~CudaRecording() override;

    void replay() override;

private:
    CUstream_st* stream_;
    CUgraphExec_st* exec_ = nullptr;
};

} // namespace mixscope
