#pragma once

#include <cstdint>

namespace mixscope::cpu {

/// out[i] = e^x[i] for i < n, to about 1 ulp, with the best instructions this processor has; 0
/// below -87.3. x and out may be the same. Any thread.
void exp_row(const float* x, float* out, std::int64_t n);

} // namespace mixscope::cpu
