#pragma once

#ifdef HOST_CUDA
#include "tests/support/host_cuda/scheduler.h"
#endif

namespace mixscope {

/// Seeds the order in which threads run where the CPU runs device code; a GPU has its own.
inline void seed_schedule([[maybe_unused]] unsigned seed)
{
#ifdef HOST_CUDA
    host_cuda::seed(seed);
#endif
}

} // namespace mixscope
