#include "engine/cuda/cuda_objects.h"

#include "engine/cuda/cuda_check.h"

#include <cuda_runtime.h>

namespace mixscope {

Buffer page_locked(std::size_t bytes)
{
    void* data = nullptr;
    check_cuda(cudaHostAlloc(&data, bytes, cudaHostAllocDefault), "allocating page-locked memory");
    return {data, bytes, [](void* memory, std::size_t) { cudaFreeHost(memory); }};
}

CUevent_st* new_event()
{
    CUevent_st* event = nullptr;
    check_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "creating an event");
    return event;
}

} // namespace mixscope
