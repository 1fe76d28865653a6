#include "kernels/matmul.h"
#include "tests/support/host_view.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

TEST(Matmul, MultipliesAddsBiasAndScales)
{
    TestCpu cpu;
    std::vector<float> x {1, 2, 3}, w {1, 0, -1, 2, 2, 2}, bias {10, 20}, out(2);
    cpu::run(Matmul {.x = host(x, 1, 3), .w = host(w, 2, 3), .bias = host(bias, 2),
                     .out = host(out, 1, 2), .scale = 0.5F},
             cpu.context);
    EXPECT_EQ(out, (std::vector<float> {4, 16})); // (1 - 3 + 10) / 2, (2 + 4 + 6 + 20) / 2
}

TEST(Matmul, ReadsHalfPrecisionWeightsExactly)
{
    TestCpu cpu;
    std::vector<float> x {1, 2, 4, 8}, out(2), expected {-3.25F, 6};
    const std::vector<float> values {1, -0.125F, 0, -0.5F, 0, 1, 1, 0};
    std::vector<BFloat16> wide_range;
    std::vector<Half> fine;
    for (const float v : values) {
        wide_range.push_back(to_bf16(v));
        fine.push_back(to_half(v));
    }
    cpu::run(Matmul {.x = host(x, 1, 4), .w = host(wide_range, 2, 4), .out = host(out, 1, 2)},
             cpu.context);
    EXPECT_EQ(out, expected);
    cpu::run(Matmul {.x = host(x, 1, 4), .w = host(fine, 2, 4), .out = host(out, 1, 2)}, cpu.context);
    EXPECT_EQ(out, expected);
}

TEST(Matmul, NamesTheWrongShape)
{
    std::vector<float> x(6), w(6), out(4);
    const Matmul fine {.x = host(x, 2, 3), .w = host(w, 2, 3), .out = host(out, 2, 2)};
    EXPECT_EQ(problem(fine), nullptr);
    Matmul wrong = fine;
    wrong.w = host(w, 3, 2);
    EXPECT_STREQ(problem(wrong), "w must be [N, K], contiguous, f32, f16 or bf16");
    wrong = fine;
    wrong.out = host(out, 4, 1);
    EXPECT_STREQ(problem(wrong), "out must be [T, N] f32");
}

TEST(Matmul, CostsItsWeights)
{
    std::vector<float> x(30), out(20);
    std::vector<BFloat16> w(6);
    const Cost c = cost(Matmul {.x = host(x, 10, 3), .w = host(w, 2, 3), .out = host(out, 10, 2)});
    EXPECT_EQ(c.bytes, 12U);
    EXPECT_EQ(c.flops, 120U);
}

} // namespace
} // namespace mixscope
