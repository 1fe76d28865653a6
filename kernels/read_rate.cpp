#include "read_rate.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace mixscope {

namespace {

/// Plain loads as wide as the processor has them.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) \
    && !defined(__SANITIZE_ADDRESS__)
__attribute__((target_clones("default", "avx2", "avx512f")))
#endif
std::uint64_t sum_of(const std::uint64_t* p, std::int64_t n)
{
    std::uint64_t sum[64] = {};
    for (std::int64_t i = 0; i + 64 <= n; i += 64) {
        for (int j = 0; j < 64; ++j) sum[j] += p[i + j];
    }
    for (int j = 1; j < 64; ++j) sum[0] += sum[j];
    return sum[0];
}

} // namespace

double measure_read_rate(Workers& workers, std::size_t bytes)
{
    using Clock = std::chrono::steady_clock;
    constexpr int kRounds = 8;
    const std::vector<std::uint64_t> buffer(std::max<std::size_t>(bytes / 8, 1024), 1);
    std::vector<std::uint64_t> sums(std::size_t(workers.count()) * 8);
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
        const Clock::time_point start = Clock::now();
        workers.for_each_part(std::int64_t(buffer.size()), 64,
                              [&](int worker, std::int64_t begin, std::int64_t end) {
                                  sums[std::size_t(worker) * 8]
                                      += sum_of(buffer.data() + begin, end - begin);
                              });
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::uint64_t total = 0;
    for (const std::uint64_t sum : sums) total += sum;
    // Using the sum keeps the reads from being optimised away.
    return total == 0 ? 0.0 : double(buffer.size() * 8) / best;
}

} // namespace mixscope
