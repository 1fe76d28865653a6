#include "row_math.h"

#include "cpu/kernel_table.h"

namespace mixscope {

void cpu::exp_row(const float* x, float* out, std::int64_t n)
{
    static const KernelTable& table = kernel_table(detect_cpu_isa());
    table.exp(x, out, n);
}

} // namespace mixscope
