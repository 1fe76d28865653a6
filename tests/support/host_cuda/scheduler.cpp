#include "scheduler.h"

#include <boost/context/detail/fcontext.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace host_cuda {

namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

constexpr int kWarp = 32;
constexpr std::size_t kStackBytes = 64 << 10;
constexpr std::size_t kSlotBytes = 16;

/// One CUDA thread.
struct Fiber {
    enum class At { running, block_barrier, warp_barrier, done };

    fcontext_t context = nullptr;
    std::unique_ptr<char[]> stack {new char[kStackBytes]};
    At at = At::running;
    dim3 index;
    int number = 0; ///< in the block
};

// Tells AddressSanitizer which stack is in use. Without it, nothing.
class StackSwitch {
public:
    /// stack: the one that is entered. leaving_for_good: the current one ends here.
    StackSwitch([[maybe_unused]] const void* stack, [[maybe_unused]] std::size_t bytes,
                [[maybe_unused]] bool leaving_for_good = false)
    {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_start_switch_fiber(leaving_for_good ? nullptr : &fake_, stack, bytes);
#endif
    }
    void back()
    {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_finish_switch_fiber(fake_, nullptr, nullptr);
#endif
    }
    static void entered([[maybe_unused]] const void** from, [[maybe_unused]] std::size_t* bytes)
    {
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_finish_switch_fiber(nullptr, from, bytes);
#endif
    }

private:
    [[maybe_unused]] void* fake_ = nullptr;
};

/// Runs one block at a time, in a random order. Warps advance in a random, sticky order: one may run far ahead of
/// the others until a block barrier stops it, which is what the device is free to do.
class Scheduler {
public:
    std::mt19937 rng {1};

    Fiber& current() { return *current_; }
    void* slot(int lane)
    {
        return slots_.data() + std::size_t(current_->number / kWarp * kWarp + lane) * kSlotBytes;
    }
    void* shared() { return shared_.get(); }

    void run_grid(dim3 grid, dim3 block, std::size_t shared_bytes, const Thread& thread)
    {
        body_ = &thread;
        blockDim = block;
        gridDim = grid;
        prepare(int(block.x * block.y * block.z));
        // Blocks may run in any order: from anywhere, forwards or backwards.
        const std::size_t count = std::size_t(grid.x) * grid.y * grid.z;
        const std::size_t step = rng() % 2 == 0 ? 1 : count - 1;
        std::size_t block_number = rng() % count;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t row = block_number / grid.x;
            blockIdx = dim3(unsigned(block_number % grid.x), unsigned(row % grid.y),
                            unsigned(row / grid.y));
            start_block(block, shared_bytes);
            run_block();
            block_number = (block_number + step) % count;
        }
    }

    /// Called on a fiber: back to the scheduler until its barrier opens.
    void wait(Fiber::At why)
    {
        current_->at = why;
        StackSwitch change(main_stack_, main_bytes_, why == Fiber::At::done);
        main_ = jump_fcontext(main_, nullptr).fctx;
        change.back();
    }

private:
    static void entry(transfer_t from);

    void prepare(int threads)
    {
        threads_ = threads;
        warps_ = (threads + kWarp - 1) / kWarp;
        slots_.assign(std::size_t(warps_) * kWarp * kSlotBytes, std::byte {0});
        while (int(fibers_.size()) < threads)
            fibers_.push_back(std::make_unique<Fiber>());
    }

    void start_block(dim3 block, std::size_t shared_bytes)
    {
        shared_.reset(
            new (std::align_val_t(16)) unsigned char[shared_bytes]); // exact, for the sanitizer
        std::memset(shared_.get(), 0xff, shared_bytes); // NaN
        for (int i = 0; i < threads_; ++i) {
            Fiber& fiber = *fibers_[std::size_t(i)];
            const auto n = unsigned(i);
            fiber.number = i;
            fiber.at = Fiber::At::running;
            fiber.index = dim3(n % block.x, n / block.x % block.y, n / (block.x * block.y));
            fiber.context = make_fcontext(fiber.stack.get() + kStackBytes, kStackBytes, entry);
        }
    }

    void run_block()
    {
        int w = -1;
        while (true) {
            constexpr unsigned kSticky = 16;
            if (w < 0 || !runnable(w) || rng() % kSticky == 0) {
                w = pick_warp();
                if (w < 0 && !open_block_barrier()) return;
                if (w < 0) continue;
            }
            run_warp(w);
        }
    }

    template <class F> void for_lanes(int w, F&& f)
    {
        const int end = std::min(threads_, (w + 1) * kWarp);
        for (int i = w * kWarp; i < end; ++i)
            f(*fibers_[std::size_t(i)]);
    }

    bool runnable(int w)
    {
        int running = 0;
        int at_warp = 0;
        int at_block = 0;
        for_lanes(w, [&](const Fiber& f) {
            running += int(f.at == Fiber::At::running);
            at_warp += int(f.at == Fiber::At::warp_barrier);
            at_block += int(f.at == Fiber::At::block_barrier);
        });
        if (running == 0 && at_warp > 0 && at_block > 0) {
            std::fprintf(stderr, "host_cuda: lanes of warp %d wait at different barriers\n", w);
            std::abort();
        }
        return running > 0 || at_warp > 0;
    }

    int pick_warp()
    {
        ready_.clear();
        for (int w = 0; w < warps_; ++w) {
            if (runnable(w)) ready_.push_back(w);
        }
        return ready_.empty() ? -1 : ready_[rng() % ready_.size()];
    }

    /// All live threads wait at the block's barrier, or none is left.
    bool open_block_barrier()
    {
        bool any = false;
        for (int i = 0; i < threads_; ++i) {
            Fiber& f = *fibers_[std::size_t(i)];
            if (f.at != Fiber::At::block_barrier) continue;
            f.at = Fiber::At::running;
            any = true;
        }
        return any;
    }

    void run_warp(int w)
    {
        Fiber* lanes[kWarp];
        int count = 0;
        const auto collect = [&](Fiber::At at) {
            for_lanes(w, [&](Fiber& f) {
                if (f.at == at) lanes[count++] = &f;
            });
        };
        collect(Fiber::At::running);
        if (count == 0) collect(Fiber::At::warp_barrier); // all are there: it opens
        std::shuffle(lanes, lanes + count, rng);
        for (int i = 0; i < count; ++i)
            lanes[i]->at = Fiber::At::running;
        for (int i = 0; i < count; ++i)
            resume(*lanes[i]);
    }

    void resume(Fiber& fiber)
    {
        current_ = &fiber;
        threadIdx = fiber.index;
        StackSwitch change(fiber.stack.get(), kStackBytes);
        fiber.context = jump_fcontext(fiber.context, nullptr).fctx; // no system call
        change.back();
    }

    struct FreeAligned {
        void operator()(unsigned char* p) const { operator delete[](p, std::align_val_t(16)); }
    };

    const Thread* body_ = nullptr;
    int threads_ = 0;
    int warps_ = 0;
    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::unique_ptr<unsigned char[], FreeAligned> shared_;
    std::vector<std::byte> slots_;
    std::vector<int> ready_;
    Fiber* current_ = nullptr;
    fcontext_t main_ = nullptr;
    const void* main_stack_ = nullptr;
    std::size_t main_bytes_ = 0;
};

Scheduler scheduler;

void Scheduler::entry(transfer_t from)
{
    scheduler.main_ = from.fctx;
    StackSwitch::entered(&scheduler.main_stack_, &scheduler.main_bytes_);
    (*scheduler.body_)();
    scheduler.wait(Fiber::At::done);
}

} // namespace

void seed(unsigned value)
{
    scheduler.rng.seed(value);
}
unsigned random()
{
    return unsigned(scheduler.rng());
}
int lane()
{
    return scheduler.current().number % kWarp;
}
void* warp_slot(int lane)
{
    return scheduler.slot(lane);
}
void* dynamic_shared()
{
    return scheduler.shared();
}
unsigned long long device_time_ns()
{
    static unsigned long long last = 0;
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    return last = std::max<unsigned long long>(last + 1, static_cast<unsigned long long>(ns));
}
void block_barrier()
{
    scheduler.wait(Fiber::At::block_barrier);
}
void warp_barrier()
{
    scheduler.wait(Fiber::At::warp_barrier);
}

void check_alignment(const void* address, std::size_t alignment)
{
    if (reinterpret_cast<std::uintptr_t>(address) % alignment == 0) return;
    std::fprintf(stderr, "host_cuda: a load of %zu bytes is not aligned\n", alignment);
    std::abort();
}

void run_grid(dim3 grid, dim3 block, std::size_t shared_bytes, const Thread& thread)
{
    scheduler.run_grid(grid, block, shared_bytes, thread);
}

} // namespace host_cuda
