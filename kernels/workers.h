#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace mixscope {

/// A fixed team of threads that run one loop at a time; the caller is worker 0.
/// Short loops: helpers spin briefly between loops before they sleep. One caller at a time.
class Workers {
public:
    using Body = void (*)(void* context, int worker, std::int64_t begin, std::int64_t end);

    /// threads >= 1, the caller included.
    explicit Workers(int threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    int count() const;

    /// Calls body(worker, begin, end) over [0, n), split into contiguous parts, at most one a
    /// worker, each a multiple of `grain` (the last may be shorter). Returns when all are done.
    /// The caller does the parts of helpers that are late. body must not throw.
    template <class F>
    void for_each_part(std::int64_t n, std::int64_t grain, F&& body)
    {
        run(n, grain, &body, [](void* context, int worker, std::int64_t begin, std::int64_t end) {
            (*static_cast<std::remove_reference_t<F>*>(context))(worker, begin, end);
        });
    }

    /// At least `bytes` of 64-byte aligned scratch that belongs to `worker` until its next call.
    void* scratch(int worker, std::size_t bytes);

    /// The same for the caller: what it shares with the loops it runs. Not a worker's scratch.
    void* shared_scratch(std::size_t bytes);

private:
    void run(std::int64_t n, std::int64_t grain, void* context, Body body);

    struct Team;
    std::unique_ptr<Team> team_;
};

} // namespace mixscope
