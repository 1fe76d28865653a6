#pragma once

#include <cstdint>

namespace mixscope {

/// What an op has to move and compute at least, counted from its shapes: bytes of weights,
/// state and KV cache read and written (activations stay in cache and are not counted), and
/// floating-point operations (a multiply-add is two).
struct Cost {
    std::uint64_t bytes = 0;
    std::uint64_t flops = 0;
};

} // namespace mixscope
