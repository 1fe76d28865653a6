#include "tests/support/host_view.h"
#include "tests/support/near.h"
#include "tests/support/op_cases.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

constexpr double kTolerance = 1e-5;

/// Calls f(begin, length) over [0, tokens) in pieces of the given lengths, repeated.
template <class F>
void for_each_chunk(std::int64_t tokens, std::vector<std::int64_t> lengths, F&& f)
{
    std::int64_t begin = 0;
    for (std::size_t i = 0; begin < tokens; ++i) {
        const std::int64_t length = std::min(lengths[i % lengths.size()], tokens - begin);
        f(begin, length);
        begin += length;
    }
}

const std::vector<std::vector<std::int64_t>> kChunkings {{1}, {2, 1, 3}, {64}, {7, 65}};

CausalConv1d chunk(const CausalConv1d& op, std::int64_t begin, std::int64_t length)
{
    CausalConv1d part = op;
    part.x = op.x.slice(0, begin, length);
    part.out = op.out.slice(0, begin, length);
    return part;
}

SsdScan chunk(const SsdScan& op, std::int64_t begin, std::int64_t length)
{
    SsdScan part = op;
    for (TensorView* v : {&part.x, &part.b, &part.c, &part.dt, &part.keep, &part.out, &part.state_norm,
                          &part.state_change}) {
        if (*v) *v = v->slice(0, begin, length);
    }
    return part;
}

template <class Op>
void expect_chunking_does_not_matter()
{
    TestCpu cpu(2);
    for (const OpCase<Op>& original : cases<Op>()) {
        OpCase<Op> whole = copy_of(original);
        cpu::run(whole.op, cpu.context);
        for (const std::vector<std::int64_t>& lengths : kChunkings) {
            SCOPED_TRACE(original.name + ", chunks of " + std::to_string(lengths[0]));
            OpCase<Op> pieces = copy_of(original);
            for_each_chunk(original.op.x.shape[0], lengths, [&](std::int64_t begin, std::int64_t length) {
                cpu::run(chunk(pieces.op, begin, length), cpu.context);
            });
            for (std::size_t i = 0; i < whole.outputs.size(); ++i) {
                EXPECT_TRUE(near(pieces.outputs[i], whole.outputs[i], kTolerance)) << "output " << i;
            }
        }
    }
}

TEST(CausalConv1d, GivesTheSameInAnyChunking) { expect_chunking_does_not_matter<CausalConv1d>(); }

TEST(SsdScan, GivesTheSameInAnyChunking) { expect_chunking_does_not_matter<SsdScan>(); }

TEST(Attend, GivesTheSameInAnyChunking)
{
    TestCpu cpu(2);
    for (const OpCase<Attend>& original : cases<Attend>()) {
        if (original.op.probs) continue; // its shape depends on the chunk
        OpCase<Attend> whole = copy_of(original);
        cpu::run(whole.op, cpu.context);
        for (const std::vector<std::int64_t>& lengths : kChunkings) {
            SCOPED_TRACE(original.name + ", chunks of " + std::to_string(lengths[0]));
            OpCase<Attend> pieces = copy_of(original);
            for_each_chunk(original.op.q.shape[0], lengths, [&](std::int64_t begin, std::int64_t length) {
                std::vector<std::int32_t> pos {original.op.pos.as<std::int32_t>()[0] + std::int32_t(begin)};
                Attend part = pieces.op;
                part.q = part.q.slice(0, begin, length);
                part.out = part.out.slice(0, begin, length);
                part.pos = host(pos, 1);
                part.length = pos[0] + length;
                cpu::run(part, cpu.context);
            });
            EXPECT_TRUE(near(pieces.op.out, whole.op.out, kTolerance));
        }
    }
}

} // namespace
} // namespace mixscope
