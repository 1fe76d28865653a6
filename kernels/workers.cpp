#include "workers.h"

#include <algorithm>
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
// One or two microseconds that the caller gives a helper before it does the helper's part.
constexpr int kPatience = 40;

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
    /// What belongs to one worker. Its two counters are on cache lines of their own: in the usual
    /// case the caller touches only `done`, and taking a part costs the helper no transfer.
    struct Own {
        alignas(64) std::atomic<std::uint32_t> taken {0}; ///< round whose part somebody took
        void* memory = nullptr;
        std::size_t bytes = 0;
        alignas(64) std::atomic<std::uint32_t> done {0}; ///< round whose part the helper finished

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
    Own& of(int worker) { return own[std::size_t(worker)]; }

    std::uint32_t start_round()
    {
        const std::uint32_t now = round.fetch_add(1) + 1;
        if (sleeping_helpers.load() > 0) round.notify_all();
        return now;
    }

    /// Takes the worker's part of a round: true for the first who asks. Somebody takes every part
    /// of every round, so a helper that comes late for one finds a later number.
    bool take_part(int worker, std::uint32_t in_round)
    {
        std::uint32_t before = in_round - 1;
        return of(worker).taken.compare_exchange_strong(before, in_round);
    }

    void do_part(int worker) noexcept
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
            if (stopping.load()) return;
            if (!take_part(worker, seen)) continue; // late: the caller has done it
            do_part(worker);
            of(worker).done.store(seen);
            if (sleeping_caller.load() > 0) of(worker).done.notify_one();
        }
    }

    /// One round: part 0, then the parts of helpers that do not come (on a busy machine they may
    /// not be running), then waits for the others. Returns how many parts it did for helpers.
    int lead()
    {
        const std::uint32_t now = start_round();
        do_part(0);
        int patience = kPatience;
        int late = 0;
        for (int worker = 1; worker < count(); ++worker) {
            std::atomic<std::uint32_t>& done = of(worker).done;
            while (done.load(std::memory_order_acquire) != now && --patience > 0) pause_core();
            std::uint32_t last = done.load();
            if (last == now) continue;
            if (take_part(worker, now)) {
                do_part(worker);
                ++late;
                continue;
            }
            while (last != now) last = await_change(done, last, sleeping_caller);
        }
        return late;
    }

    void run(const Job& what)
    {
        if (count() == 1 || what.units <= 1 || rest > 0) {
            if (what.units > 1 && rest > 0) --rest;
            what.body(what.context, 0, 0, what.n);
            return;
        }
        job = what;
        const bool nobody_came = lead() == count() - 1;
        penalty = nobody_came ? std::min(2 * penalty + 1, kLongestRest) : 0;
        rest = penalty;
    }

    // A round that no helper came to was for nothing. Where that happens again and again, other
    // programs need the cores, and the caller works alone for more and more loops in between.
    static constexpr int kLongestRest = 127;
    int penalty = 0;
    int rest = 0;

    std::atomic<bool> stopping {false};

    // What the caller writes and helpers spin on, one cache line. The job is read only by those
    // who have taken a part of the round.
    alignas(64) Job job;
    std::atomic<std::uint32_t> round {0};
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
    if (n > 0) team_->run({(n + grain - 1) / grain, n, grain, context, body});
}

void* Workers::scratch(int worker, std::size_t bytes)
{
    return team_->own[std::size_t(worker)].at_least(bytes);
}

void* Workers::shared_scratch(std::size_t bytes) { return team_->shared.at_least(bytes); }

} // namespace mixscope
