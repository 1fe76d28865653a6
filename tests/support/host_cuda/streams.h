#pragma once

#include "memory.h"

#include <cstdint>
#include <cuda_runtime.h>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

/// Something that was recorded into a stream: done once its record has run.
struct CUevent_st {
    std::uint64_t recorded = 0; ///< records so far
    std::shared_ptr<std::uint64_t> done = std::make_shared<std::uint64_t>(0); ///< of those, run
};

/// Launches and copies in order, with the arguments that they had when they were recorded.
struct CUgraph_st {
    std::vector<std::function<void()>> nodes;
};

struct CUgraphExec_st {
    std::shared_ptr<const std::vector<std::function<void()>>> nodes;
};

/// Work in order. It runs late, when the host waits: a forgotten wait then shows.
struct CUstream_st {
    struct Item {
        std::function<void()> run;
        std::function<bool()> ready; ///< absent: always
    };

    bool blocked() const { return work.empty() || (work.front().ready && !work.front().ready()); }

    std::deque<Item> work;
    std::unique_ptr<CUgraph_st> recorded; ///< while it is being captured
    bool spoiled = false; ///< a call that cannot be captured was made meanwhile
};

namespace host_cuda {

struct Runtime {
    Memory memory;
    Pinned pinned;
    CUstream_st default_stream;
    std::vector<std::unique_ptr<CUstream_st>> streams;
    std::unordered_map<const void*, std::size_t> allowed_shared; ///< kernels that asked for more
    cudaError_t last_error = cudaSuccess;
};

Runtime& runtime();
CUstream_st& stream_or_default(cudaStream_t stream);

/// Remembers an error for cudaGetLastError and returns it; a lost device turns all into its error.
cudaError_t note(cudaError_t error);

/// Calls that wait or allocate end a capture in failure, as on the device. Returns the error.
cudaError_t refuse_while_capturing();

/// Runs the work of all streams, in an order that the seed decides and that keeps each stream's
/// own order and the waits for events, until `reached`.
void run_until(const std::function<bool()>& reached);

} // namespace host_cuda
