#pragma once

#include "engine/backend.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixscope {

/// Bump allocator for the activations of one forward call. Once it has grown to what a step
/// needs, every step gets the same addresses (which a captured CUDA graph relies on).
class Arena {
public:
    explicit Arena(Backend& backend)
        : backend_(backend)
    {
    }

    /// A fresh [sizes…] f32 (or other) tensor; contents undefined; valid until release/reset.
    template <class... Sizes>
    TensorView take(DType dtype, Sizes... sizes)
    {
        TensorView out = view(nullptr, dtype, backend_.place(), sizes...);
        out.data = take_bytes(out.bytes());
        return out;
    }

    using Mark = std::size_t;
    Mark mark() const { return used_; }
    void release(Mark mark) { used_ = mark; }

    /// Changes when memory moves: what was recorded with the old addresses is void.
    std::uint64_t version() const { return version_; }

    /// Everything taken is void; blocks that overflowed are merged into one.
    void reset()
    {
        if (blocks_.size() > 1) {
            blocks_.clear();
            grow(peak_);
        }
        used_ = 0;
    }

private:
    void* take_bytes(std::size_t bytes)
    {
        const std::size_t size = (bytes + 255) / 256 * 256;
        // Blocks lie one after another in one range of offsets; an allocation never spans two.
        std::size_t start = 0;
        for (const Buffer& block : blocks_) {
            const std::size_t begin = std::max(used_, start);
            if (begin + size <= start + block.bytes()) {
                used_ = begin + size;
                peak_ = std::max(peak_, used_);
                return static_cast<char*>(block.data()) + (begin - start);
            }
            start += block.bytes();
        }
        grow(std::max<std::size_t>({size, start, std::size_t(1) << 20}));
        return take_bytes(bytes);
    }

    void grow(std::size_t bytes)
    {
        Result<Buffer> block = backend_.allocate(bytes);
        if (!block) throw DeviceFailure(block.error());
        blocks_.push_back(std::move(block).value());
        ++version_;
    }

    Backend& backend_;
    std::vector<Buffer> blocks_;
    std::uint64_t version_ = 0;
    std::size_t used_ = 0;
    std::size_t peak_ = 0;
};

} // namespace mixscope
