#include "memory.h"

#include "device.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace host_cuda {

namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kReserved = std::size_t(8) << 30;
constexpr std::size_t kPage = 4096;
constexpr int kPoison = 0xff; // as undefined as it can be: NaN

void set_accessible([[maybe_unused]] void* data, [[maybe_unused]] std::size_t bytes,
                    [[maybe_unused]] bool accessible)
{
#if defined(__SANITIZE_ADDRESS__)
    if (accessible)
        __asan_unpoison_memory_region(data, bytes);
    else
        __asan_poison_memory_region(data, bytes);
#endif
}

} // namespace

Memory::Memory()
    : base_(static_cast<char*>(
        mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)))
    , top_(kPage)
{
    madvise(base_, kReserved, MADV_HUGEPAGE); // opening and closing touches every page
}

void* Memory::allocate(std::size_t bytes)
{
    const std::size_t size = std::max<std::size_t>(bytes, 1);
    if (used_ + size > device().total_bytes) return nullptr;
    std::size_t offset = kAlignment;
    for (const auto& [begin, length] : live_) { // first gap that holds it and a guard
        if (offset + size + kAlignment <= begin) break;
        offset = (begin + length + kAlignment + kAlignment - 1) / kAlignment * kAlignment;
    }
    if (offset + size + kAlignment > kReserved) return nullptr;
    live_[offset] = size;
    used_ += size;
    top_ = std::max(top_, (offset + size + kPage) / kPage * kPage);
    set_accessible(base_ + offset, size, true);
    fill(offset, size);
    return base_ + offset;
}

bool Memory::release(void* address)
{
    const auto found = live_.find(std::size_t(static_cast<char*>(address) - base_));
    if (found == live_.end()) return false;
    fill(found->first, found->second); // a recorded launch that still reads it gets NaN
    set_accessible(address, found->second, false);
    used_ -= found->second;
    live_.erase(found);
    return true;
}

bool Memory::holds(const void* address, std::size_t bytes) const
{
    const char* p = static_cast<const char*>(address);
    if (p < base_ || p >= base_ + kReserved) return false;
    const auto offset = std::size_t(p - base_);
    auto after = live_.upper_bound(offset);
    if (after == live_.begin()) return false;
    --after;
    return offset + bytes <= after->first + after->second;
}

void Memory::open()
{
    mprotect(base_, top_, PROT_READ | PROT_WRITE);
}

void Memory::close()
{
    mprotect(base_, top_, PROT_NONE);
}

void Memory::fill(std::size_t offset, std::size_t bytes)
{
    open();
    std::memset(base_ + offset, kPoison, bytes);
    close();
}

void* Pinned::allocate(std::size_t bytes)
{
    const std::size_t size = std::max<std::size_t>(bytes, 1);
    char* data = static_cast<char*>(std::malloc(size)); // exact, for the sanitizer
    if (data == nullptr) return nullptr;
    std::memset(data, kPoison, size);
    live_[data] = size;
    return data;
}

bool Pinned::release(void* address)
{
    if (live_.erase(static_cast<char*>(address)) == 0) return false;
    std::free(address);
    return true;
}

bool Pinned::holds(const void* address, std::size_t bytes) const
{
    const char* p = static_cast<const char*>(address);
    auto after = live_.upper_bound(p);
    if (after == live_.begin()) return false;
    --after;
    return p + bytes <= after->first + after->second;
}

} // namespace host_cuda
