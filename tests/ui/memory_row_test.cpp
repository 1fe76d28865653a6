#include "kernels/scan.h"
#include "tests/support/host_view.h"
#include "tests/ui/view_data.h"
#include "ui/models/memory_row.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

using namespace view_data;

TEST(MemoryRow, SharesAreTheProductOfWhatWasKept)
{
    Source source = plausible();
    source.keep = [](int, int token, int) { return token == 3 ? 0.5F : token == 5 ? 0.25F : 1.0F; };
    source.write = [](int, int token, int) { return 2.0F * float(token); };
    FakeRun run(source);
    run.prompt(8);
    MemoryRow row;
    row.setHead(2, 4);
    row.update(run.store, 0);
    EXPECT_DOUBLE_EQ(row.share(2, 2), 1.0) << "its own keep acts on what was there before";
    EXPECT_DOUBLE_EQ(row.share(2, 3), 0.5);
    EXPECT_DOUBLE_EQ(row.share(3, 3), 1.0);
    EXPECT_NEAR(row.share(2, 5), 0.125, 1e-12);
    EXPECT_NEAR(row.left(2, 5), 4.0 * 0.125, 1e-12);
    EXPECT_EQ(row.share(5, 2), 0.0) << "not yet written";
    EXPECT_TRUE(std::isnan(row.share(2, 8))) << "no such token yet";
    EXPECT_FLOAT_EQ(row.largest(), 14.0F);
}

TEST(MemoryRow, FindsWhenHalfWasGone)
{
    Source source = plausible();
    source.keep = [](int, int, int head) { return head == 0 ? 0.8F : 0.999F; };
    FakeRun run(source);
    run.prompt(20);
    MemoryRow row;
    row.setHead(2, 0);
    row.update(run.store, 0);
    EXPECT_EQ(row.halfGoneAfter(4), 4) << "0.8⁴ = 0.41, 0.8³ = 0.51";
    EXPECT_EQ(row.halfGoneAfter(18), -1) << "the run is too short to tell";
    row.setHead(2, 1);
    row.update(run.store, 20);
    EXPECT_EQ(row.tokens(), 20) << "another head starts afresh";
    EXPECT_EQ(row.halfGoneAfter(4), -1);
}

TEST(MemoryRow, AppendingGivesWhatARebuildGives)
{
    FakeRun run;
    run.prompt(10);
    MemoryRow grown, fresh;
    grown.setHead(5, 3);
    grown.update(run.store, 0);
    run.decode(30);
    grown.update(run.store, 10);
    grown.update(run.store, 25); // replaced from there on
    fresh.setHead(5, 3);
    fresh.update(run.store, 0);
    for (int s = 0; s < 40; ++s) {
        EXPECT_EQ(grown.share(s, 39), fresh.share(s, 39)) << s;
        EXPECT_EQ(grown.written(s), fresh.written(s)) << s;
    }
    EXPECT_EQ(grown.strongest(39, 3), fresh.strongest(39, 3));
}

TEST(MemoryRow, IsUnknownAcrossATokenThatWasNotCaptured)
{
    Source source = plausible();
    source.keep = [](int, int token, int) { return token == 6 ? kUnknown : 0.9F; };
    FakeRun run(source);
    run.prompt(12);
    MemoryRow row;
    row.setHead(2, 0);
    row.update(run.store, 0);
    EXPECT_TRUE(std::isnan(row.share(3, 8)));
    EXPECT_NEAR(row.share(6, 7), 0.9, 1e-6) << "its own factor is not needed";
    EXPECT_NEAR(row.share(7, 9), 0.81, 1e-6);
}

TEST(MemoryRow, RanksTheWritesByWhatRemains)
{
    Source source = plausible();
    source.keep = [](int, int, int) { return 0.5F; };
    source.write = [](int, int token, int) { return token == 3 ? 100.0F : 1.0F; };
    FakeRun run(source);
    run.prompt(9);
    MemoryRow row;
    row.setHead(2, 0);
    row.update(run.store, 0);
    EXPECT_EQ(row.strongest(8, 3), (std::vector<int> {3, 8, 7})) << "100/32, 1, 1/2";
}

/// The engine's own scan with one token's write and none after it: the state that is left is that
/// write and nothing else, so its norm must be what the row says.
TEST(MemoryRow, IsTheNormOfWhatTheScanLeavesOfAWrite)
{
    constexpr int kTokens = 24, kRows = 5, kColumns = 7, kWritten = 4;
    std::vector<float> x(kTokens * kRows), b(kTokens * kColumns), c(kTokens * kColumns, 0.0F);
    std::vector<float> dt(kTokens), keep(kTokens), d {0.0F}, state(kRows * kColumns, 0.0F);
    std::vector<float> out(kTokens * kRows), norm(kTokens), change(kTokens);
    for (int t = 0; t < kTokens; ++t) {
        dt[std::size_t(t)] = t == kWritten ? 0.7F : 0.0F; // the others write nothing
        keep[std::size_t(t)] = 0.8F + 0.19F * noise(t, 1, 1);
        for (int i = 0; i < kRows; ++i)
            x[std::size_t(t * kRows + i)] = noise(t, i, 2) - 0.5F;
        for (int i = 0; i < kColumns; ++i)
            b[std::size_t(t * kColumns + i)] = noise(t, i, 3) - 0.5F;
    }
    const auto f32 = [](std::vector<float>& v, auto... shape) {
        return view(v.data(), DType::f32, Place::host, std::int64_t(shape)...);
    };
    TestCpu host;
    cpu::run(SsdScan {.x = f32(x, kTokens, 1, kRows),
                      .b = f32(b, kTokens, 1, kColumns),
                      .c = f32(c, kTokens, 1, kColumns),
                      .dt = f32(dt, kTokens, 1),
                      .keep = f32(keep, kTokens, 1),
                      .d = f32(d, 1),
                      .state = f32(state, 1, kRows, kColumns),
                      .out = f32(out, kTokens, 1, kRows),
                      .state_norm = f32(norm, kTokens, 1),
                      .state_change = f32(change, kTokens, 1)},
             host.context);
    const auto length = [](const float* v, int n) {
        double sum = 0.0;
        for (int i = 0; i < n; ++i)
            sum += double(v[i]) * double(v[i]);
        return std::sqrt(sum);
    };
    Source source = plausible();
    source.keep = [&](int, int token, int) { return keep[std::size_t(token)]; };
    source.write = [&](int, int token, int) {
        return dt[std::size_t(token)]
            * float(length(&b[std::size_t(token * kColumns)], kColumns)
                    * length(&x[std::size_t(token * kRows)], kRows));
    };
    FakeRun run(source);
    run.prompt(kTokens);
    MemoryRow row;
    row.setHead(2, 0);
    row.update(run.store, 0);
    for (int t = kWritten; t < kTokens; ++t)
        EXPECT_NEAR(row.left(kWritten, t), double(norm[std::size_t(t)]),
                    1e-5 * double(norm[kWritten]))
            << t;
}

} // namespace
} // namespace mixscope
