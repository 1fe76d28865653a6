#if defined(__x86_64__) // compiled with AVX2, FMA and F16C (kernels/CMakeLists.txt)
#include "make_table.h"
#include "simd_avx2.h"

namespace mixscope::cpu {

constinit const KernelTable kAvx2Kernels = make_table<simd::Avx2>();

} // namespace mixscope::cpu
#endif
