#pragma once

#include <cstddef>
#include <cstdint>

namespace mixscope {

class Workers;

/// Instruction sets the CPU kernels are written for, each a superset of the one before.
/// Chosen at run time from the processor (or --cpu-isa), never by the building machine.
enum class CpuIsa : std::uint8_t { scalar, avx2, avx512, amx };

/// What a CPU kernel needs besides its op: who computes and with which instructions.
/// Owned by the CPU backend; used by one thread at a time.
struct CpuContext {
    Workers& workers;
    CpuIsa isa = CpuIsa::scalar;
};

/// The best instruction set this processor and operating system offer.
CpuIsa detect_cpu_isa();

const char* name_of(CpuIsa isa);

} // namespace mixscope
