#include "cpu_context.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace mixscope {

#if defined(__x86_64__)
namespace {

struct CpuIdLeaf {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

CpuIdLeaf cpuid(unsigned leaf, unsigned subleaf)
{
    CpuIdLeaf r;
    __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx); // leaves zeros if absent
    return r;
}

constexpr bool bit(unsigned word, int index) { return ((word >> index) & 1U) != 0; }

/// Register files the operating system saves on a context switch (XCR0); 0 without XSAVE.
std::uint64_t saved_register_files()
{
    if (!bit(cpuid(1, 0).ecx, 27)) return 0; // OSXSAVE
    unsigned low = 0;
    unsigned high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t(high) << 32) | low;
}

/// Linux grants the 8 KB of tile registers only to processes that ask.
bool ask_for_tiles()
{
#if defined(__linux__) && defined(SYS_arch_prctl)
    constexpr int kRequestPermission = 0x1023; // ARCH_REQ_XCOMP_PERM
    constexpr int kTileData = 18;
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
    return false;
#endif
}

} // namespace

CpuIsa detect_cpu_isa()
{
    constexpr std::uint64_t kYmm = 0x6; // SSE and upper halves of YMM
    constexpr std::uint64_t kZmm = 0xe6; // and mask registers, ZMM
    constexpr std::uint64_t kTile = 0x60000; // tile configuration and data
    const std::uint64_t saved = saved_register_files();
    const CpuIdLeaf one = cpuid(1, 0);
    const CpuIdLeaf seven = cpuid(7, 0);

    const bool avx2 = (saved & kYmm) == kYmm && bit(seven.ebx, 5) && bit(one.ecx, 12)
        && bit(one.ecx, 29); // AVX2, FMA, F16C
    if (!avx2) return CpuIsa::scalar;
    const bool avx512 = (saved & kZmm) == kZmm && bit(seven.ebx, 16) && bit(seven.ebx, 17)
        && bit(seven.ebx, 30) && bit(seven.ebx, 31); // F, DQ, BW, VL
    if (!avx512) return CpuIsa::avx2;
    const bool amx = (saved & kTile) == kTile && bit(seven.edx, 24) && bit(seven.edx, 22)
        && bit(cpuid(7, 1).eax, 5); // AMX-TILE, AMX-BF16, AVX512-BF16
    return amx && ask_for_tiles() ? CpuIsa::amx : CpuIsa::avx512;
}
#else
CpuIsa detect_cpu_isa() { return CpuIsa::scalar; }
#endif

const char* name_of(CpuIsa isa)
{
    switch (isa) {
    case CpuIsa::scalar: return "scalar";
    case CpuIsa::avx2: return "avx2";
    case CpuIsa::avx512: return "avx512";
    case CpuIsa::amx: return "amx";
    }
    return "?";
}

} // namespace mixscope
