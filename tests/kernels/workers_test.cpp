#include "kernels/workers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace mixscope {
namespace {

TEST(Workers, VisitEveryItemOnce)
{
    for (const int threads : {1, 2, 3, 5}) {
        Workers workers(threads);
        ASSERT_EQ(workers.count(), threads);
        for (const std::int64_t n : {0, 1, 2, 7, 64, 1001}) {
            for (const std::int64_t grain : {1, 3, 64}) {
                std::vector<int> visits(std::size_t(n), 0);
                workers.for_each_part(n, grain, [&](int, std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i) ++visits[std::size_t(i)];
                });
                EXPECT_EQ(visits, std::vector<int>(std::size_t(n), 1));
            }
        }
    }
}

TEST(Workers, GiveEachWorkerAtMostOnePartOfWholeGrains)
{
    constexpr std::int64_t kItems = 100;
    constexpr std::int64_t kGrain = 16;
    Workers workers(3);
    std::vector<int> parts(3, 0);
    std::vector<std::int64_t> begins(3, 0), ends(3, 0);
    workers.for_each_part(kItems, kGrain, [&](int worker, std::int64_t begin, std::int64_t end) {
        const auto w = std::size_t(worker);
        ++parts[w];
        begins[w] = begin;
        ends[w] = end;
    });
    for (std::size_t w = 0; w < 3; ++w) {
        EXPECT_LE(parts[w], 1);
        EXPECT_EQ(begins[w] % kGrain, 0);
        EXPECT_TRUE(ends[w] % kGrain == 0 || ends[w] == kItems);
    }
}

TEST(Workers, RunShortLoopsOnTheCaller)
{
    Workers workers(4);
    const std::thread::id caller = std::this_thread::get_id();
    workers.for_each_part(8, 8, [&](int worker, std::int64_t begin, std::int64_t end) {
        EXPECT_EQ(worker, 0);
        EXPECT_EQ(begin, 0);
        EXPECT_EQ(end, 8);
        EXPECT_EQ(std::this_thread::get_id(), caller);
    });
}

TEST(Workers, MakeEachLoopSeeTheOneBefore)
{
    constexpr int kLoops = 2000;
    constexpr std::int64_t kItems = 37;
    Workers workers(3);
    std::vector<std::int64_t> a(kItems, 1), b(kItems, 0);
    for (int loop = 0; loop < kLoops; ++loop) {
        workers.for_each_part(kItems, 1, [&](int, std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) { // reads what another worker wrote
                b[std::size_t(i)] = a[std::size_t(kItems - 1 - i)] + 1;
            }
        });
        a.swap(b);
    }
    EXPECT_EQ(a, std::vector<std::int64_t>(kItems, kLoops + 1));
}

TEST(Workers, WakeUpAfterALongRest)
{
    Workers workers(2);
    for (int round = 0; round < 3; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // helpers are asleep by now
        std::vector<int> visits(10, 0);
        workers.for_each_part(10, 1, [&](int worker, std::int64_t begin, std::int64_t end) {
            // Keeps one side busy so that the other one goes to sleep waiting for it.
            if (worker == round % 2) std::this_thread::sleep_for(std::chrono::milliseconds(10));
            for (std::int64_t i = begin; i < end; ++i) ++visits[std::size_t(i)];
        });
        EXPECT_EQ(visits, std::vector<int>(10, 1));
    }
}

TEST(Workers, KeepScratchApartAndAligned)
{
    Workers workers(3);
    std::vector<std::uintptr_t> address(3, 0);
    workers.for_each_part(3, 1, [&](int worker, std::int64_t, std::int64_t) {
        auto* bytes = static_cast<unsigned char*>(workers.scratch(worker, 1000));
        for (int i = 0; i < 1000; ++i) bytes[i] = (unsigned char)(worker);
        address[std::size_t(worker)] = reinterpret_cast<std::uintptr_t>(bytes);
    });
    for (std::size_t w = 0; w < 3; ++w) {
        EXPECT_EQ(address[w] % 64, 0U);
        const auto* bytes = reinterpret_cast<const unsigned char*>(address[w]);
        for (int i = 0; i < 1000; ++i) ASSERT_EQ(bytes[i], w);
    }
}

} // namespace
} // namespace mixscope
