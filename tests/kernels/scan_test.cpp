#include "kernels/scan.h"
#include "tests/support/host_view.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mixscope {
namespace {

TEST(SsdScan, HoldsAFixedPoint)
{
    TestCpu cpu;
    // S = 0.5 S + 1 * x b with x = 1, b = [1, 2] keeps S = [2, 4]; y = S · [1, 1] + 10 x.
    std::vector<float> x {1, 1}, b {1, 2, 1, 2}, c {1, 1, 1, 1}, dt {1, 1}, keep {0.5F, 0.5F};
    std::vector<float> d {10}, state {2, 4}, out(2), norm(2), change {9, 9};
    cpu::run(SsdScan {.x = host(x, 2, 1, 1), .b = host(b, 2, 1, 2), .c = host(c, 2, 1, 2),
                      .dt = host(dt, 2, 1), .keep = host(keep, 2, 1), .d = host(d, 1),
                      .state = host(state, 1, 1, 2), .out = host(out, 2, 1, 1),
                      .state_norm = host(norm, 2, 1), .state_change = host(change, 2, 1)},
             cpu.context);
    EXPECT_EQ(state, (std::vector<float> {2, 4}));
    EXPECT_EQ(out, (std::vector<float> {16, 16}));
    EXPECT_FLOAT_EQ(norm[1], std::sqrt(20.0F));
    EXPECT_EQ(change, (std::vector<float> {0, 0}));
}

TEST(SsdScan, ForgetsEverythingWhenKeepIsZero)
{
    TestCpu cpu;
    std::vector<float> x {3}, b {1, 0}, c {1, 1}, dt {2}, keep {0}, d {0}, state {7, 8}, out(1), change(1);
    cpu::run(SsdScan {.x = host(x, 1, 1, 1), .b = host(b, 1, 1, 2), .c = host(c, 1, 1, 2),
                      .dt = host(dt, 1, 1), .keep = host(keep, 1, 1), .d = host(d, 1),
                      .state = host(state, 1, 1, 2), .out = host(out, 1, 1, 1),
                      .state_change = host(change, 1, 1)},
             cpu.context);
    EXPECT_EQ(state, (std::vector<float> {6, 0}));
    EXPECT_EQ(out[0], 6);
    EXPECT_FLOAT_EQ(change[0], std::sqrt(1.0F + 64.0F) / 6.0F);
}

TEST(SsdGates, GiveTheTextbookValues)
{
    TestCpu cpu;
    // softplus(0) = ln 2 and A = -exp(0) = -1, so keep = exp(-ln 2) = 1/2.
    std::vector<float> raw {-1, 100}, bias {1, 0}, a_log {0, 0}, dt(2), keep(2);
    cpu::run(SsdGates {.dt_raw = host(raw, 1, 2), .dt_bias = host(bias, 2), .a_log = host(a_log, 2),
                       .dt = host(dt, 1, 2), .keep = host(keep, 1, 2), .dt_max = 50},
             cpu.context);
    EXPECT_FLOAT_EQ(dt[0], std::log(2.0F));
    EXPECT_FLOAT_EQ(keep[0], 0.5F);
    EXPECT_EQ(dt[1], 50); // clamped
}

} // namespace
} // namespace mixscope
