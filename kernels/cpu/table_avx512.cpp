#if defined(__x86_64__) // compiled with AVX-512 F, BW, VL and DQ (kernels/CMakeLists.txt)
#include "make_table.h"
#include "simd_avx512.h"

namespace mixscope::cpu {

constinit const KernelTable kAvx512Kernels = make_table<simd::Avx512>();

} // namespace mixscope::cpu
#endif
