#include "kernels/cpu/kernel_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace mixscope {
namespace {

std::vector<float> exp_of(CpuIsa isa, const std::vector<float>& x)
{
    std::vector<float> out(x.size());
    cpu::kernel_table(isa).exp(x.data(), out.data(), std::int64_t(x.size()));
    return out;
}

/// Calls f for every instruction set that this machine can run.
template <class F>
void for_each_isa(F&& f)
{
    for (int isa = 0; isa <= int(detect_cpu_isa()); ++isa) {
        SCOPED_TRACE(name_of(CpuIsa(isa)));
        f(CpuIsa(isa));
    }
}

TEST(VectorExp, IsWithinTwoUnitsInTheLastPlace)
{
    std::vector<float> x;
    for (int i = -87300; i <= 88700; i += 7) x.push_back(float(i) * 1e-3F);
    for (int i = -1000; i <= 1000; ++i) x.push_back(float(i) * 1e-6F);
    for_each_isa([&](CpuIsa isa) {
        const std::vector<float> out = exp_of(isa, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double expected = std::exp(double(x[i]));
            const double unit
                = double(std::nextafter(float(expected), std::numeric_limits<float>::infinity())) - float(expected);
            ASSERT_LE(std::fabs(out[i] - expected), 2 * unit) << "at " << x[i];
        }
    });
}

TEST(VectorExp, KeepsTheEdges)
{
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    for_each_isa([&](CpuIsa isa) {
        const std::vector<float> out = exp_of(isa, {0, -kInfinity, kInfinity, 89, -104, kNan, -0.0F});
        EXPECT_EQ(out[0], 1.0F);
        EXPECT_EQ(out[1], 0.0F);
        EXPECT_EQ(out[2], kInfinity);
        EXPECT_EQ(out[3], kInfinity);
        EXPECT_EQ(out[4], 0.0F);
        EXPECT_TRUE(std::isnan(out[5]));
        EXPECT_EQ(out[6], 1.0F);
    });
}

} // namespace
} // namespace mixscope
