#pragma once

#include <cstdint>

namespace mixscope {

/// Reproducible random numbers, the same on every platform.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (SplitMix64).
class Rng {
public:
    explicit Rng(std::uint64_t seed)
        : state_(seed)
    {
    }

    std::uint64_t next()
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    /// Uniform in [low, high).
    float uniform(float low, float high)
    {
        return low + (high - low) * float(next() >> 40) * 0x1p-24F;
    }

    /// Uniform in [0, n).
    std::int64_t below(std::int64_t n) { return std::int64_t(next() % std::uint64_t(n)); }

private:
    std::uint64_t state_;
};

} // namespace mixscope
