#pragma once

#include "workers.h"

namespace mixscope {

/// Bytes per second at which the team reads a buffer of `bytes` again and again (best of a few
/// rounds): the limit of a product with weights of that size. Takes about 20 ms per 20 MB.
double measure_read_rate(Workers& workers, std::size_t bytes);

} // namespace mixscope
