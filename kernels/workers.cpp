#include "workers.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mixscope {

namespace {

void pause_core()
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// About 50 to 200 microseconds: longer than the gap between two loops of one token, short enough
// that an idle program does not burn a core.
constexpr int kSpins = 4000;
// Where the machine is busy, whoever is waited for may be queued behind the one that waits on the
// same core; every few microseconds it is let through.
constexpr int kSpinsPerYield = 100;

/// Waits until `value` differs from `old`: spins, then sleeps. `sleepers` tells the other side
/// that somebody has to be woken; both orders of "I sleep" and "it changed" end well because
/// both sides write before they read (sequentially consistent).
std::uint32_t await_change(std::atomic<std::uint32_t>& value, std::uint32_t old,
                           std::atomic<int>& sleepers)
{
    for (int i = 1; i <= kSpins; ++i) {
        const std::uint32_t now = value.load(std::memory_order_acquire);
        if (now != old) return now;
        if (i % kSpinsPerYield == 0) {
            std::this_thread::yield();
        } else {
            pause_core();
        }
    }
    sleepers.fetch_add(1);
    std::uint32_t now = value.load();
    while (now == old) {
        value.wait(old);
        now = value.load();
    }
    sleepers.fetch_sub(1);
    return now;
}

} // namespace

struct Workers::Team {
    /// What belongs to one worker, on cache lines of its own.
    struct alignas(64) Own {
        std::atomic<std::uint32_t> progress {0};
        void* memory = nullptr;
        std::size_t bytes = 0;

        void* at_least(std::size_t wanted)
        {
            if (bytes >= wanted) return memory;
            const std::size_t rounded = (wanted + 4095) / 4096 * 4096;
            std::free(memory);
            bytes = 0;
            memory = std::aligned_alloc(64, rounded);
            if (memory == nullptr) throw std::bad_alloc();
            bytes = rounded;
            return memory;
        }
    };

    struct Job {
        std::int64_t units = 0; ///< parts of `grain` items that the loop has
        std::int64_t n = 0;
        std::int64_t grain = 1;
        void* context = nullptr;
        Body body = nullptr;
    };

    explicit Team(int count)
        : own(std::size_t(count))
    {
        threads.reserve(std::size_t(count - 1));
        for (int worker = 1; worker < count; ++worker) {
            threads.emplace_back([this, worker] { serve(worker); });
        }
    }

    ~Team()
    {
        stopping.store(true);
        start_round();
        for (std::thread& thread : threads) thread.join();
        for (const Own& worker : own) std::free(worker.memory);
        std::free(shared.memory);
    }

    int count() const { return int(own.size()); }

    std::uint32_t start_round()
    {
        const std::uint32_t now = round.fetch_add(1) + 1;
        if (sleeping_helpers.load() > 0) round.notify_all();
        return now;
    }

    /// Takes the worker's part of a round if nobody has: true for exactly one caller.
    bool take_part(int worker, std::uint32_t in_round)
    {
        std::uint32_t untouched = done(in_round - 1);
        return progress(worker).compare_exchange_strong(untouched, taken(in_round));
    }

    void do_part(int worker, std::uint32_t in_round) noexcept
    {
        const std::int64_t begin = job.units * worker / count() * job.grain;
        const std::int64_t end = job.units * (worker + 1) / count() * job.grain;
        if (begin < end) job.body(job.context, worker, begin, end < job.n ? end : job.n);
        progress(worker).store(done(in_round));
    }

    void serve(int worker)
    {
        std::uint32_t seen = 0;
        for (;;) {
            seen = await_change(round, seen, sleeping_helpers);
            if (stopping.load()) return;
            if (!take_part(worker, seen)) continue; // late: the caller has done it
            do_part(worker, seen);
            if (sleeping_caller.load() > 0) progress(worker).notify_one();
        }
    }

    /// Part 0, then whatever no helper has begun (on a busy machine a helper may not be running),
    /// then waits for the rest.
    void lead(std::uint32_t in_round)
    {
        do_part(0, in_round);
        for (int worker = 1; worker < count(); ++worker) {
            if (take_part(worker, in_round)) do_part(worker, in_round);
        }
        for (int worker = 1; worker < count(); ++worker) {
            await_change(progress(worker), taken(in_round), sleeping_caller);
        }
    }

    // A worker's progress: done with a round, or at work on its part of it.
    static std::uint32_t done(std::uint32_t in_round) { return 2 * in_round; }
    static std::uint32_t taken(std::uint32_t in_round) { return 2 * in_round - 1; }
    std::atomic<std::uint32_t>& progress(int worker) { return own[std::size_t(worker)].progress; }

    // Written by the caller between rounds, read by whoever has taken a part of one.
    Job job;
    std::atomic<bool> stopping {false};

    // What helpers spin on; what the caller spins on lies with each worker.
    alignas(64) std::atomic<std::uint32_t> round {0};
    std::atomic<int> sleeping_helpers {0};
    alignas(64) std::atomic<int> sleeping_caller {0};

    std::vector<Own> own;
    Own shared; ///< of the caller
    std::vector<std::thread> threads; // last: they use everything above
};

Workers::Workers(int threads)
    : team_(std::make_unique<Team>(threads < 1 ? 1 : threads))
{
}

Workers::~Workers() = default;

int Workers::count() const { return team_->count(); }

void Workers::run(std::int64_t n, std::int64_t grain, void* context, Body body)
{
    if (n <= 0) return;
    Team& team = *team_;
    if (team.count() == 1 || n <= grain) {
        body(context, 0, 0, n);
        return;
    }
    team.job = {(n + grain - 1) / grain, n, grain, context, body};
    team.lead(team.start_round());
}

void* Workers::scratch(int worker, std::size_t bytes)
{
    return team_->own[std::size_t(worker)].at_least(bytes);
}

void* Workers::shared_scratch(std::size_t bytes) { return team_->shared.at_least(bytes); }

} // namespace mixscope
