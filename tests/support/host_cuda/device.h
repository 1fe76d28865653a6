#pragma once

#include <cuda_runtime.h>
#include <string>

namespace host_cuda {

/// The device that the runtime's calls find. Tests may change it before they create a backend.
struct Device {
    int count = 1;
    int driver_version = 13000; ///< 0: no driver
    int major = 9;
    int minor = 0;
    std::string name = "host_cuda";
    int multiprocessors = 4;
    std::size_t total_bytes = std::size_t(4) << 30;
    cudaError_t fault = cudaSuccess; ///< what every call returns once the device is lost
};

Device& device();

/// Puts other work (a copy, a matrix product) at the end of the stream, or of what it captures.
void enqueue(cudaStream_t stream, std::function<void()> work);

/// Kernels and copies that have not run yet, over all streams.
std::size_t pending_work();

/// Forgets it, after a test that it would stop.
void drop_pending_work();

} // namespace host_cuda
