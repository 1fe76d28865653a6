#include "kernels/cpu/gemm_tiles.h"
#include "kernels/cpu/simd_base.h"
#include "tests/support/host_view.h"
#include "tests/support/near.h"
#include "tests/support/op_cases.h"

#include <gtest/gtest.h>

#include <vector>

// The tile kernel runs here on PlainTiles, which have the layouts of the hardware; what only a
// processor with AMX can show is that AmxTiles issues the same operations.
namespace mixscope::cpu {
namespace {

TEST(GemmTiles, MultiplyLikeTheReference)
{
    for (const OpCase<Matmul>& original : cases<Matmul>()) {
        const Matmul& m = original.op;
        if (m.w.dtype != DType::bf16 || m.bias || m.x.shape[0] == 0) continue;
        SCOPED_TRACE(original.name);
        OpCase<Matmul> expected = copy_of(original);
        reference::run(expected.op);
        OpCase<Matmul> actual = copy_of(original);
        const Gemm gemm {.w = actual.op.w.data, .dtype = DType::bf16, .k = m.x.shape[1],
                         .x = actual.op.x.as<float>(), .x_step = m.x.stride[0],
                         .out = actual.op.out.as<float>(), .out_step = m.out.stride[0]};
        std::vector<float> scratch(std::size_t(TileScratch::floats(m.x.shape[0])));
        gemm_tiles<simd::Base, PlainTiles>(gemm, {0, m.x.shape[0], 0, m.w.shape[0]}, scratch.data());
        EXPECT_TRUE(near(actual.op.out, expected.op.out, original.tolerance));
        EXPECT_TRUE(original.block.same_outside(actual.block, {actual.op.out}));
    }
}

TEST(GemmTiles, AddToAPartOfTheResult)
{
    // x = 1 0 0 …, w[n][0] = n: every product is its column.
    std::vector<float> x(3 * 40, 0.0F), out(3 * 50, 0.25F), expected = out;
    std::vector<BFloat16> w(50 * 40);
    for (std::size_t t = 0; t < 3; ++t) x[t * 40] = 1;
    for (std::size_t n = 0; n < 50; ++n) w[n * 40] = to_bf16(float(n));
    const Gemm gemm {.w = w.data(), .dtype = DType::bf16, .k = 40, .x = x.data(), .x_step = 40,
                     .out = out.data(), .out_step = 50, .add = true};
    std::vector<float> scratch(std::size_t(TileScratch::floats(3)));
    gemm_tiles<simd::Base, PlainTiles>(gemm, {1, 3, 32, 49}, scratch.data());
    for (std::size_t t = 1; t < 3; ++t) {
        for (std::size_t n = 32; n < 49; ++n) expected[t * 50 + n] += float(n);
    }
    EXPECT_EQ(out, expected);
}

} // namespace
} // namespace mixscope::cpu
