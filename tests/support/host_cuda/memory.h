#pragma once

#include <cstddef>
#include <map>

namespace host_cuda {

/// Device memory: one range of addresses that faults unless device work is running. What was
/// never written, and what was freed, reads as NaN; under AddressSanitizer freed memory and the
/// gaps between allocations fault.
class Memory {
public:
    Memory();

    /// Null when the device's memory is full.
    void* allocate(std::size_t bytes);
    bool release(void* address);
    /// True when all the bytes lie in one live allocation.
    bool holds(const void* address, std::size_t bytes) const;
    std::size_t used() const { return used_; }

    void open();
    void close();

private:
    void fill(std::size_t offset, std::size_t bytes);

    char* base_;
    std::map<std::size_t, std::size_t> live_; ///< offset, size
    std::size_t used_ = 0;
    std::size_t top_; ///< end of what was ever used
};

/// Page-locked host memory: the device copies to and from it late, so neither side may touch it
/// until the copy was waited for.
class Pinned {
public:
    void* allocate(std::size_t bytes);
    bool release(void* address);
    bool holds(const void* address, std::size_t bytes) const;

private:
    std::map<const char*, std::size_t> live_; ///< address, size
};

} // namespace host_cuda
