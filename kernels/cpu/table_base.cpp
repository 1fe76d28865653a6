#include "make_table.h"
#include "simd_base.h"

namespace mixscope::cpu {

constinit const KernelTable kBaseKernels = make_table<simd::Base>();

#if defined(__x86_64__)
namespace {

KernelTable amx_table()
{
    KernelTable table = kAvx512Kernels;
    table.gemm_scratch = amx_gemm_scratch;
    table.gemm = amx_gemm;
    return table;
}

} // namespace
#endif

const KernelTable& kernel_table(CpuIsa isa)
{
#if defined(__x86_64__)
    static const KernelTable kAmxKernels = amx_table();
    if (isa == CpuIsa::amx) return kAmxKernels;
    if (isa == CpuIsa::avx512) return kAvx512Kernels;
    if (isa == CpuIsa::avx2) return kAvx2Kernels;
#endif
    return kBaseKernels;
}

} // namespace mixscope::cpu
