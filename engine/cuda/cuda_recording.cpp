#include "engine/cuda/cuda_recording.h"

#include "engine/cuda/cuda_check.h"

#include <cuda_runtime.h>
#include <memory>

namespace mixscope {

namespace {

struct DestroyGraph {
    void operator()(CUgraph_st* graph) const { cudaGraphDestroy(graph); }
};
using Graph = std::unique_ptr<CUgraph_st, DestroyGraph>;

/// Ends the capture in any case: a stream that goes on capturing is good for nothing.
class StreamCapture {
public:
    explicit StreamCapture(cudaStream_t stream)
        : stream_(stream)
    {
        check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
                   "beginning to record a step");
    }
    StreamCapture(const StreamCapture&) = delete;
    StreamCapture& operator=(const StreamCapture&) = delete;
    ~StreamCapture()
    {
        if (stream_ == nullptr) return;
        cudaGraph_t graph = nullptr;
        cudaStreamEndCapture(stream_, &graph);
        if (graph != nullptr) cudaGraphDestroy(graph);
        cudaGetLastError(); // the failure of the capture is known already
    }

    Graph finish()
    {
        cudaGraph_t graph = nullptr;
        const cudaError_t status = cudaStreamEndCapture(stream_, &graph);
        stream_ = nullptr;
        check_cuda(status, "recording a step");
        return Graph(graph);
    }

private:
    cudaStream_t stream_;
};

} // namespace

CudaRecording::CudaRecording(CUstream_st* stream, const std::function<void()>& work)
    : stream_(stream)
{
    StreamCapture capture(stream);
    work();
    const Graph graph = capture.finish();
    check_cuda(cudaGraphInstantiate(&exec_, graph.get(), 0), "preparing a recorded step");
}

CudaRecording::~CudaRecording()
{
    if (exec_ != nullptr) cudaGraphExecDestroy(exec_);
}

void CudaRecording::replay()
{
    check_cuda(cudaGraphLaunch(exec_, stream_), "starting a recorded step");
}

} // namespace mixscope
