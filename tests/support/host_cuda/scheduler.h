#pragma once

#include <cuda_runtime.h>

namespace host_cuda {

/// Seeds the order in which streams, warps and lanes advance.
void seed(unsigned value);

/// The next number of that order.
unsigned random();

/// Runs a kernel, block after block, on the calling thread. Inside a block the CUDA threads are
/// fibers that switch at barriers. Shared memory is poisoned before each block.
void run_grid(dim3 grid, dim3 block, std::size_t shared_bytes, const Thread& thread);

} // namespace host_cuda
