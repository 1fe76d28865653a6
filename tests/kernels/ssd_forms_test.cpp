#include "kernels/cpu/kernel_table.h"
#include "tests/support/near.h"
#include "tests/support/op_cases.h"

#include <gtest/gtest.h>

#include <vector>

// The two forms of the scan, whichever of them an op of some size is run with.
namespace mixscope {
namespace {

template <class Run>
void expect_reference(Run&& run, bool probed)
{
    for (const OpCase<SsdScan>& original : cases<SsdScan>()) {
        if (bool(original.op.state_norm) != probed) continue;
        OpCase<SsdScan> expected = copy_of(original);
        reference::run(expected.op);
        for (int isa = 0; isa <= int(detect_cpu_isa()); ++isa) {
            SCOPED_TRACE(original.name + ", " + name_of(CpuIsa(isa)));
            OpCase<SsdScan> actual = copy_of(original);
            run(actual.op, cpu::kernel_table(CpuIsa(isa)));
            for (std::size_t i = 0; i < actual.outputs.size(); ++i) {
                EXPECT_TRUE(near(actual.outputs[i], expected.outputs[i], original.tolerance)) << "output " << i;
            }
            EXPECT_TRUE(original.block.same_outside(actual.block, actual.outputs));
        }
    }
}

TEST(SsdScanForms, TokenByTokenIsTheReference)
{
    const auto run = [](const SsdScan& op, const cpu::KernelTable& kernels) {
        kernels.ssd_scan(op, 0, op.x.shape[1] * op.x.shape[2]);
    };
    expect_reference(run, false);
    expect_reference(run, true);
}

TEST(SsdScanForms, BlockByBlockIsTheReference)
{
    expect_reference(
        [](const SsdScan& op, const cpu::KernelTable& kernels) {
            std::vector<float> scratch(std::size_t(kernels.scan_chunked_scratch(op.x.shape[2], op.b.shape[2])));
            std::fill(scratch.begin(), scratch.end(), NAN); // what earlier ops leave there
            kernels.scan_chunked(op, 0, op.x.shape[1], scratch.data());
        },
        false);
}

} // namespace
} // namespace mixscope
