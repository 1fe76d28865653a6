#include "kernels/attention.h"
#include "tests/support/host_view.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mixscope {
namespace {

TEST(Attend, AveragesEqualKeysUpToTheQuery)
{
    TestCpu cpu;
    std::vector<float> q {1, 1, 1, 1}, k(8, 0.0F), v {1, 0, 3, 0, 5, 0, 99, 99}, out(4), probs(6, -1.0F);
    std::vector<std::int32_t> pos {1};
    cpu::run(Attend {.q = host(q, 2, 1, 2), .k_cache = host(k, 4, 1, 2), .v_cache = host(v, 4, 1, 2),
                     .pos = host(pos, 1), .out = host(out, 2, 1, 2), .probs = host(probs, 1, 2, 3),
                     .length = 3},
             cpu.context);
    EXPECT_EQ(out, (std::vector<float> {2, 0, 3, 0}));
    EXPECT_EQ(std::vector<float>(probs.begin(), probs.begin() + 3), (std::vector<float> {0.5F, 0.5F, 0}));
    EXPECT_FLOAT_EQ(probs[5], 1.0F / 3.0F);
}

TEST(Attend, SeesOnlyTheWindow)
{
    TestCpu cpu;
    std::vector<float> q {1}, k(3, 0.0F), v {100, 2, 4}, out(1);
    std::vector<std::int32_t> pos {2};
    const Attend op {.q = host(q, 1, 1, 1), .k_cache = host(k, 3, 1, 1), .v_cache = host(v, 3, 1, 1),
                     .pos = host(pos, 1), .out = host(out, 1, 1, 1), .length = 3, .window = 2};
    cpu::run(op, cpu.context);
    EXPECT_EQ(out[0], 3);
    EXPECT_EQ(cost(op).bytes, 16U); // two keys and two values
}

TEST(Attend, CountsThePairsOfACausalTriangle)
{
    std::vector<float> q(5), k(7), v(7), out(5);
    std::vector<std::int32_t> pos {2};
    Attend op {.q = host(q, 5, 1, 1), .k_cache = host(k, 7, 1, 1), .v_cache = host(v, 7, 1, 1),
               .pos = host(pos, 1), .out = host(out, 5, 1, 1), .length = 7};
    EXPECT_EQ(cost(op).flops, 8U * (3 + 4 + 5 + 6 + 7));
    op.window = 4;
    EXPECT_EQ(cost(op).flops, 8U * (3 + 4 + 4 + 4 + 4));
}

TEST(KvAppend, WritesAtThePosition)
{
    TestCpu cpu;
    std::vector<float> k {1, 2}, v {3, 4}, kc(6, 0.0F), vc(6, 0.0F);
    std::vector<std::int32_t> pos {2};
    cpu::run(KvAppend {.k = host(k, 1, 1, 2), .v = host(v, 1, 1, 2), .pos = host(pos, 1),
                       .k_cache = host(kc, 3, 1, 2), .v_cache = host(vc, 3, 1, 2)},
             cpu.context);
    EXPECT_EQ(kc, (std::vector<float> {0, 0, 0, 0, 1, 2}));
    EXPECT_EQ(vc, (std::vector<float> {0, 0, 0, 0, 3, 4}));
}

} // namespace
} // namespace mixscope
