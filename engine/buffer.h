#pragma once

#include <cstddef>
#include <utility>

namespace mixscope {

/// Owns bytes of one backend (host or device memory). Move-only; frees at the end of its life.
/// The backend must outlive its buffers.
class Buffer {
public:
    using Free = void (*)(void* data, std::size_t bytes);

    Buffer() = default;
    Buffer(void* data, std::size_t bytes, Free free)
        : data_(data)
        , bytes_(bytes)
        , free_(free)
    {
    }
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr))
        , bytes_(std::exchange(other.bytes_, 0))
        , free_(other.free_)
    {
    }
    Buffer& operator=(Buffer&& other) noexcept
    {
        if (this != &other) {
            reset();
            data_ = std::exchange(other.data_, nullptr);
            bytes_ = std::exchange(other.bytes_, 0);
            free_ = other.free_;
        }
        return *this;
    }
    ~Buffer() { reset(); }

    void* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    explicit operator bool() const { return data_ != nullptr; }

private:
    void reset()
    {
        if (data_ != nullptr) free_(data_, bytes_);
        data_ = nullptr;
        bytes_ = 0;
    }

    void* data_ = nullptr;
    std::size_t bytes_ = 0;
    Free free_ = nullptr;
};

} // namespace mixscope
