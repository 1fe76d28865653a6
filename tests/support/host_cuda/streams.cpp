#include "streams.h"

#include "device.h"
#include "scheduler.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace host_cuda {

namespace {

std::vector<CUstream_st*> all_streams()
{
    std::vector<CUstream_st*> all {&runtime().default_stream};
    for (const auto& stream : runtime().streams)
        all.push_back(stream.get());
    return all;
}

} // namespace

Runtime& runtime()
{
    static Runtime instance;
    return instance;
}

CUstream_st& stream_or_default(cudaStream_t stream)
{
    return stream != nullptr ? *stream : runtime().default_stream;
}

void enqueue(cudaStream_t stream, std::function<void()> work)
{
    CUstream_st& to = stream_or_default(stream);
    if (to.recorded)
        to.recorded->nodes.push_back(std::move(work));
    else
        to.work.push_back({std::move(work), nullptr});
}

std::size_t pending_work()
{
    std::size_t n = 0;
    for (const CUstream_st* stream : all_streams())
        n += stream->work.size();
    return n;
}

void drop_pending_work()
{
    for (CUstream_st* stream : all_streams())
        stream->work.clear();
}

cudaError_t refuse_while_capturing()
{
    cudaError_t result = cudaSuccess;
    for (CUstream_st* stream : all_streams()) {
        if (!stream->recorded) continue;
        stream->spoiled = true;
        result = note(cudaErrorStreamCaptureUnsupported);
    }
    return result;
}

void run_until(const std::function<bool()>& reached)
{
    if (reached()) return;
    runtime().memory.open();
    std::vector<CUstream_st*> able;
    while (!reached()) {
        able.clear();
        for (CUstream_st* stream : all_streams()) {
            if (!stream->blocked()) able.push_back(stream);
        }
        if (able.empty()) {
            std::fprintf(stderr, "host_cuda: streams wait for each other\n");
            std::abort();
        }
        CUstream_st& next = *able[random() % able.size()];
        next.work.front().run();
        next.work.pop_front();
    }
    runtime().memory.close();
}

} // namespace host_cuda

using host_cuda::note;
using host_cuda::refuse_while_capturing;
using host_cuda::run_until;
using host_cuda::runtime;
using host_cuda::stream_or_default;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/)
{
    if (const cudaError_t lost = note(cudaSuccess); lost != cudaSuccess) return lost;
    runtime().streams.push_back(std::make_unique<CUstream_st>());
    *stream = runtime().streams.back().get();
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int /*priority*/)
{
    return cudaStreamCreateWithFlags(stream, flags);
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest)
{
    *least = 0;
    *greatest = -5;
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    cudaStreamSynchronize(stream);
    auto& streams = runtime().streams;
    streams.erase(std::find_if(streams.begin(), streams.end(),
                               [=](const auto& s) { return s.get() == stream; }));
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    if (const cudaError_t refused = refuse_while_capturing(); refused != cudaSuccess)
        return refused;
    const CUstream_st& target = stream_or_default(stream);
    run_until([&target] { return target.work.empty(); });
    return note(cudaSuccess);
}

cudaError_t cudaDeviceSynchronize()
{
    if (const cudaError_t refused = refuse_while_capturing(); refused != cudaSuccess)
        return refused;
    run_until([] { return host_cuda::pending_work() == 0; });
    return note(cudaSuccess);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned /*flags*/)
{
    CUstream_st& waiting = stream_or_default(stream);
    if (waiting.recorded) { // the event lies outside the capture
        waiting.spoiled = true;
        return note(cudaErrorStreamCaptureIsolation);
    }
    waiting.work.push_back(
        {[] {}, [done = event->done, wanted = event->recorded] { return *done >= wanted; }});
    return note(cudaSuccess);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned /*flags*/)
{
    *event = new CUevent_st;
    return note(cudaSuccess);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    delete event; // records and waits that have not run keep what they share
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    CUstream_st& to = stream_or_default(stream);
    if (to.recorded) { // would make the event a part of the graph, of which the project has no need
        to.spoiled = true;
        return note(cudaErrorNotSupported);
    }
    host_cuda::enqueue(stream, [done = event->done, now = ++event->recorded] { *done = now; });
    return note(cudaSuccess);
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    if (const cudaError_t refused = refuse_while_capturing(); refused != cudaSuccess)
        return refused;
    run_until([done = event->done, wanted = event->recorded] { return *done >= wanted; });
    return note(cudaSuccess);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode /*mode*/)
{
    if (stream == nullptr || stream->recorded) return note(cudaErrorStreamCaptureUnsupported);
    stream->recorded = std::make_unique<CUgraph_st>();
    stream->spoiled = false;
    return note(cudaSuccess);
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph)
{
    *graph = nullptr;
    if (!stream->recorded) return note(cudaErrorInvalidValue);
    std::unique_ptr<CUgraph_st> recorded = std::move(stream->recorded);
    if (stream->spoiled) return note(cudaErrorStreamCaptureInvalidated);
    *graph = recorded.release();
    return note(cudaSuccess);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                 unsigned long long /*flags*/)
{
    *exec = new CUgraphExec_st {
        std::make_shared<const std::vector<std::function<void()>>>(graph->nodes)};
    return note(cudaSuccess);
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    delete exec; // launches that have not run keep the nodes
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream)
{
    if (stream_or_default(stream).recorded) {
        stream->spoiled = true;
        return note(cudaErrorNotSupported); // child graphs
    }
    for (std::size_t i = 0; i < exec->nodes->size(); ++i)
        host_cuda::enqueue(stream, [nodes = exec->nodes, i] { (*nodes)[i](); });
    return note(cudaSuccess);
}
