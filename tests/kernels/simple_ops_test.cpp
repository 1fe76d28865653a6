#include "kernels/conv1d.h"
#include "kernels/moe.h"
#include "kernels/norm.h"
#include "kernels/pointwise.h"
#include "kernels/reduce.h"
#include "kernels/rope.h"
#include "tests/support/host_view.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mixscope {
namespace {

const float kSilu1 = 1.0F / (1.0F + std::exp(-1.0F)); // SiLU(1)

TEST(RmsNorm, DividesByTheRootMeanSquare)
{
    TestCpu cpu;
    std::vector<float> x {3, 4, 0, 0}, weight {1, 2, 1, 1}, out(4);
    cpu::run(RmsNorm {.x = host(x, 1, 4), .weight = host(weight, 4), .out = host(out, 1, 4), .eps = 0},
             cpu.context);
    EXPECT_FLOAT_EQ(out[0], 1.2F); // rms 2.5
    EXPECT_FLOAT_EQ(out[1], 3.2F);
}

TEST(AddRmsNorm, AddsBeforeItNormalises)
{
    TestCpu cpu;
    std::vector<float> x {1, 1}, y {4, 6}, weight {1, 1}, out(2);
    cpu::run(AddRmsNorm {.x = host(x, 1, 2), .y = host(y, 1, 2), .weight = host(weight, 2),
                         .out = host(out, 1, 2), .scale = 0.5F, .eps = 0},
             cpu.context);
    EXPECT_EQ(x, (std::vector<float> {3, 4}));
    EXPECT_FLOAT_EQ(out[0], 3 / std::sqrt(12.5F));
}

TEST(GatedRmsNorm, NormalisesEachGroupAlone)
{
    TestCpu cpu;
    std::vector<float> x {1, 1, 5, 5}, gate(4, 1.0F), weight(4, 1.0F), out(4);
    cpu::run(GatedRmsNorm {.x = host(x, 1, 4), .gate = host(gate, 1, 4), .weight = host(weight, 4),
                           .out = host(out, 1, 4), .eps = 0, .groups = 2},
             cpu.context);
    for (const float v : out) EXPECT_FLOAT_EQ(v, 1.0F);
}

TEST(Embed, ScalesTheChosenRow)
{
    TestCpu cpu;
    std::vector<float> table {1, 2, 3, 4}, out(4);
    std::vector<std::int32_t> ids {1, 0};
    cpu::run(Embed {.ids = host(ids, 2), .table = host(table, 2, 2), .out = host(out, 2, 2), .scale = 10},
             cpu.context);
    EXPECT_EQ(out, (std::vector<float> {30, 40, 10, 20}));
}

TEST(SwiGlu, GatesTheSecondHalf)
{
    TestCpu cpu;
    std::vector<float> gate_up {0, 1, 5, 6}, out(2);
    cpu::run(SwiGlu {.gate_up = host(gate_up, 1, 4), .out = host(out, 1, 2)}, cpu.context);
    EXPECT_EQ(out[0], 0);
    EXPECT_FLOAT_EQ(out[1], 6 * kSilu1);
}

TEST(Rope, TurnsAPairByItsAngle)
{
    TestCpu cpu;
    std::vector<float> x {1, 7, 0, 8, 9}, inv_freq {1.5707964F, 0}; // quarter turn, no turn
    std::vector<std::int32_t> pos {1};
    cpu::run(Rope {.x = host(x, 1, 1, 5), .pos = host(pos, 1), .inv_freq = host(inv_freq, 2)}, cpu.context);
    EXPECT_NEAR(x[0], 0, 1e-6);
    EXPECT_NEAR(x[2], 1, 1e-6);
    EXPECT_EQ(x[1], 7);
    EXPECT_EQ(x[3], 8);
    EXPECT_EQ(x[4], 9); // beyond the rotated part
}

TEST(CausalConv1d, UsesTheStateAsThePast)
{
    TestCpu cpu;
    // 2 taps: y = 10 x[t-1] + 1 x[t] - 9 with x = 0.1, 0 and x[-1] = 0.9.
    std::vector<float> x {0.1F, 0}, weight {10, 1}, bias {-8.1F}, state {0.9F}, out(2);
    cpu::run(CausalConv1d {.x = host(x, 2, 1), .weight = host(weight, 1, 2), .bias = host(bias, 1),
                           .state = host(state, 1, 1), .out = host(out, 2, 1)},
             cpu.context);
    EXPECT_NEAR(out[0], kSilu1, 1e-5); // 9 + 0.1 - 8.1 = 1
    EXPECT_EQ(state[0], 0);
}

TEST(CausalConv1d, ShiftsTheStateInAShortChunk)
{
    TestCpu cpu;
    std::vector<float> x {4}, weight {0, 0, 0, 0}, state {1, 2, 3}, out(1);
    cpu::run(CausalConv1d {.x = host(x, 1, 1), .weight = host(weight, 1, 4), .state = host(state, 1, 3),
                           .out = host(out, 1, 1)},
             cpu.context);
    EXPECT_EQ(state, (std::vector<float> {2, 3, 4}));
}

TEST(Route, TakesTheBestAndBreaksTiesDownwards)
{
    TestCpu cpu;
    std::vector<float> logits {1, 3, 3, 0}, weights(3), probs(4);
    std::vector<std::int32_t> ids(3);
    cpu::run(Route {.logits = host(logits, 1, 4), .ids = host(ids, 1, 3), .weights = host(weights, 1, 3),
                    .probs = host(probs, 1, 4)},
             cpu.context);
    EXPECT_EQ(ids, (std::vector<std::int32_t> {1, 2, 0}));
    EXPECT_FLOAT_EQ(weights[0], 1 / (2 + std::exp(-2.0F)));
    EXPECT_FLOAT_EQ(probs[3], 1 / (2 * std::exp(3.0F) + std::exp(1.0F) + 1));
}

TEST(ExpertMlp, AddsTheWeightedExperts)
{
    TestCpu cpu;
    // Width 1, two experts: expert e gives w_out[e] * SiLU(1) * up[e] for x = 1.
    std::vector<float> x {1}, weights {0.25F, 0.75F}, w_in {1, 4, 1, 8}, w_out {1, 2}, hidden(6), out {100};
    std::vector<std::int32_t> ids {1, 0};
    cpu::run(ExpertMlp {.x = host(x, 1, 1), .ids = host(ids, 1, 2), .weights = host(weights, 1, 2),
                        .w_in = host(w_in, 2, 2, 1), .w_out = host(w_out, 2, 1, 1),
                        .hidden = host(hidden, 2, 3), .out = host(out, 1, 1)},
             cpu.context);
    EXPECT_FLOAT_EQ(out[0], 100 + kSilu1 * (0.25F * 8 * 2 + 0.75F * 4 * 1));
}

TEST(L2Norm, IsTheLengthOfARow)
{
    TestCpu cpu;
    std::vector<float> x {3, 4, 0, 5}, out(2);
    cpu::run(L2Norm {.x = host(x, 1, 2, 2), .out = host(out, 1, 2)}, cpu.context);
    EXPECT_EQ(out, (std::vector<float> {5, 5}));
}

TEST(MeanAbsSilu, MeasuresHowFarAGateIsOpen)
{
    TestCpu cpu;
    std::vector<float> x {1, -1}, out(1);
    cpu::run(MeanAbsSilu {.x = host(x, 1, 1, 2), .out = host(out, 1, 1)}, cpu.context);
    EXPECT_FLOAT_EQ(out[0], 0.5F); // sigmoid(1) + sigmoid(-1) = 1
}

TEST(WriteStrength, SharesTheGroupNorm)
{
    TestCpu cpu;
    std::vector<float> dt {1, 2, 3, 4}, b_norm {10, 100}, x_norm {1, 1, 1, 2}, out(4);
    cpu::run(WriteStrength {.dt = host(dt, 1, 4), .b_norm = host(b_norm, 1, 2),
                            .x_norm = host(x_norm, 1, 4), .out = host(out, 1, 4)},
             cpu.context);
    EXPECT_EQ(out, (std::vector<float> {10, 20, 300, 800}));
}

} // namespace
} // namespace mixscope
