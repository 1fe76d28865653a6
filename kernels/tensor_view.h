#pragma once

#include "dtype.h"

#include <cassert>

namespace mixscope {

/// Where the bytes of a tensor live.
enum class Place : std::uint8_t { host, device };

/// A window on a tensor: pointer, shape, strides, type, place. Copy freely; owns nothing
/// (the owner is a Buffer or a mapped file). Strides are in elements; the last one is 1.
/// An absent optional tensor is a default-constructed view (`!view`).
struct TensorView {
    static constexpr int kMaxRank = 4;

    void* data = nullptr;
    std::int64_t shape[kMaxRank] = {0, 0, 0, 0};
    std::int64_t stride[kMaxRank] = {0, 0, 0, 0};
    std::int8_t rank = 0;
    DType dtype = DType::f32;
    Place place = Place::host;

    explicit operator bool() const { return data != nullptr; }

    template <class T>
    T* as() const
    {
        return static_cast<T*>(data);
    }

    std::int64_t count() const
    {
        std::int64_t n = 1;
        for (int i = 0; i < rank; ++i) n *= shape[i];
        return n;
    }

    std::size_t bytes() const { return std::size_t(count()) * size_of(dtype); }

    bool contiguous() const
    {
        std::int64_t expected = 1;
        for (int i = rank - 1; i >= 0; --i) {
            if (shape[i] != 1 && stride[i] != expected) return false;
            expected *= shape[i];
        }
        return true;
    }

    /// Elements [begin, begin + length) along `axis`; same strides.
    TensorView slice(int axis, std::int64_t begin, std::int64_t length) const
    {
        assert(axis < rank && begin >= 0 && length >= 0 && begin + length <= shape[axis]);
        TensorView out = *this;
        out.data = static_cast<char*>(data) + std::size_t(begin * stride[axis]) * size_of(dtype);
        out.shape[axis] = length;
        return out;
    }

    /// The last axis [a * b] seen as two axes [a, b]; rows keep their stride.
    TensorView split_last(std::int64_t a, std::int64_t b) const
    {
        assert(rank >= 1 && rank < kMaxRank && shape[rank - 1] == a * b);
        TensorView out = *this;
        out.shape[rank - 1] = a;
        out.stride[rank - 1] = b;
        out.shape[rank] = b;
        out.stride[rank] = 1;
        out.rank = std::int8_t(rank + 1);
        return out;
    }
};

static_assert(sizeof(TensorView) <= 96, "views are passed by value");

/// A contiguous view of the given shape, e.g. `view(p, DType::f32, Place::host, T, d_model)`.
template <class... Sizes>
TensorView view(void* data, DType dtype, Place place, Sizes... sizes)
{
    static_assert(sizeof...(Sizes) >= 1 && sizeof...(Sizes) <= TensorView::kMaxRank, "rank 1 to 4");
    TensorView out;
    out.data = data;
    out.dtype = dtype;
    out.place = place;
    out.rank = std::int8_t(sizeof...(Sizes));
    int i = 0;
    ((out.shape[i++] = std::int64_t(sizes)), ...);
    std::int64_t step = 1;
    for (i = out.rank - 1; i >= 0; --i) {
        out.stride[i] = step;
        step *= out.shape[i];
    }
    return out;
}

} // namespace mixscope
