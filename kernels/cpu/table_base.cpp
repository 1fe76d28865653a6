#include "make_table.h"
#include "simd_base.h"

namespace mixscope::cpu {

constinit const KernelTable kBaseKernels = make_table<simd::Base>();

const KernelTable& kernel_table(CpuIsa isa)
{
#if defined(__x86_64__)
    if (isa >= CpuIsa::avx512) return kAvx512Kernels;
    if (isa == CpuIsa::avx2) return kAvx2Kernels;
#endif
    return kBaseKernels;
}

} // namespace mixscope::cpu
