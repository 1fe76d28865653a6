#pragma once

#include <mutex>
#include <optional>
#include <utility>

namespace mixscope {

/// Hand-over of a picture of now between two threads: the newest wins, older ones are dropped.
template <class T>
class Latest {
public:
    void put(T value)
    {
        const std::lock_guard lock(mutex_);
        value_ = std::move(value);
    }

    /// The newest value not yet taken.
    std::optional<T> take()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(value_, std::nullopt);
    }

private:
    std::mutex mutex_;
    std::optional<T> value_;
};

} // namespace mixscope
