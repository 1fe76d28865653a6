#include "tests/support/host_view.h"
#include "tests/support/near.h"
#include "tests/support/op_cases.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

/// Every instruction set this machine can run, plainest first.
std::vector<CpuIsa> available_isas()
{
    std::vector<CpuIsa> all;
    for (int isa = 0; isa <= int(detect_cpu_isa()); ++isa) all.push_back(CpuIsa(isa));
    return all;
}

template <class Op>
void expect_like(const OpCase<Op>& original, const OpCase<Op>& expected, const OpCase<Op>& actual)
{
    for (std::size_t i = 0; i < actual.outputs.size(); ++i) {
        EXPECT_TRUE(near(actual.outputs[i], expected.outputs[i], original.tolerance)) << "output " << i;
    }
    std::vector<TensorView> writable = actual.outputs;
    writable.insert(writable.end(), actual.scratch.begin(), actual.scratch.end());
    EXPECT_TRUE(original.block.same_outside(actual.block, writable)) << "wrote beyond its outputs";
}

template <class Op>
class CpuParity : public testing::Test { };

struct OpName {
    template <class Op>
    static std::string GetName(int /*index*/) { return Op::name; }
};

using Ops = testing::Types<Matmul, RmsNorm, AddRmsNorm, GatedRmsNorm, Embed, AddScaled, SwiGlu, L2Norm,
                           MeanAbsSilu, WriteStrength, Rope, CausalConv1d, SsdGates, SsdScan, KvAppend,
                           Attend, Route, ExpertMlp>;
TYPED_TEST_SUITE(CpuParity, Ops, OpName);

TYPED_TEST(CpuParity, HoldsForEveryInstructionSetAndTeam)
{
    for (const OpCase<TypeParam>& original : cases<TypeParam>()) {
        ASSERT_STREQ(problem(original.op), nullptr) << original.name;
        OpCase<TypeParam> expected = copy_of(original);
        reference::run(expected.op);
        for (const CpuIsa isa : available_isas()) {
            for (const int threads : {1, 3}) {
                SCOPED_TRACE(original.name + ", " + name_of(isa) + ", threads " + std::to_string(threads));
                TestCpu cpu(threads, isa);
                OpCase<TypeParam> actual = copy_of(original);
                cpu::run(actual.op, cpu.context);
                expect_like(original, expected, actual);
            }
        }
    }
}

} // namespace
} // namespace mixscope
