#pragma once

#include "engine/buffer.h"

#include <cstddef>

struct CUevent_st;

namespace mixscope {

/// Page-locked memory of the host, which the GPU reads and writes itself. Throws DeviceFailure.
Buffer page_locked(std::size_t bytes);

/// An event that says when, not how long. Destroyed with cudaEventDestroy(). Throws DeviceFailure.
CUevent_st* new_event();

} // namespace mixscope
