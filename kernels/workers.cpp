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
    struct alignas(64) Scratch {
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
        : scratch(std::size_t(count))
    {
        threads.reserve(std::size_t(count - 1));
        for (int worker = 1; worker < count; ++worker) {
            threads.emplace_back([this, worker] { serve(worker); });
        }
    }

    ~Team()
    {
        stopping = true; // published by the round below
        start_round();
        for (std::thread& thread : threads) thread.join();
        for (Scratch& s : scratch) std::free(s.memory);
        std::free(shared.memory);
    }

    int count() const { return int(scratch.size()); }

    void start_round()
    {
        round.fetch_add(1);
        if (sleeping_helpers.load() > 0) round.notify_all();
    }

    void do_part(int worker) const
    {
        const std::int64_t begin = job.units * worker / count() * job.grain;
        const std::int64_t end = job.units * (worker + 1) / count() * job.grain;
        if (begin < end) job.body(job.context, worker, begin, end < job.n ? end : job.n);
    }

    void serve(int worker)
    {
        std::uint32_t seen = 0;
        for (;;) {
            seen = await_change(round, seen, sleeping_helpers);
            if (stopping) return;
            do_part(worker);
            // The last helper to finish tells the caller which round is complete.
            if (unfinished.fetch_sub(1) == 1) {
                finished_round.store(seen);
                if (sleeping_caller.load() > 0) finished_round.notify_one();
            }
        }
    }

    // Written by the caller between rounds, read by helpers inside one.
    Job job;
    bool stopping = false;

    // What helpers spin on, what they count down and what the caller spins on, each on a cache
    // line of its own.
    alignas(64) std::atomic<std::uint32_t> round {0};
    std::atomic<int> sleeping_helpers {0};
    alignas(64) std::atomic<int> unfinished {0};
    alignas(64) std::atomic<std::uint32_t> finished_round {0};
    std::atomic<int> sleeping_caller {0};

    std::vector<Scratch> scratch;
    Scratch shared;
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
    team.unfinished.store(team.count() - 1, std::memory_order_relaxed);
    const std::uint32_t before = team.finished_round.load(std::memory_order_relaxed);
    team.start_round();
    team.do_part(0);
    await_change(team.finished_round, before, team.sleeping_caller);
}

void* Workers::scratch(int worker, std::size_t bytes)
{
    return team_->scratch[std::size_t(worker)].at_least(bytes);
}

void* Workers::shared_scratch(std::size_t bytes) { return team_->shared.at_least(bytes); }

} // namespace mixscope
