#include "test_block.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace mixscope {

namespace {

constexpr std::size_t kCapacity = std::size_t(24) << 20;
constexpr std::size_t kGuard = 64;
constexpr std::byte kPattern {0xa5};

std::int64_t offset_of(const TensorView& v, std::int64_t i)
{
    std::int64_t offset = 0;
    for (int axis = v.rank - 1; axis >= 0; --axis) {
        offset += i % v.shape[axis] * v.stride[axis];
        i /= v.shape[axis];
    }
    return offset;
}

} // namespace

TestBlock::TestBlock()
{
    memory_.reserve(kCapacity); // views stay valid while tensors are added
    memory_.resize(kGuard, kPattern);
}

TensorView TestBlock::place(DType dtype, Sizes sizes, std::int64_t gap)
{
    TensorView v;
    v.dtype = dtype;
    v.rank = std::int8_t(sizes.size());
    std::copy(sizes.begin(), sizes.end(), v.shape);
    std::int64_t step = 1;
    for (int axis = v.rank - 1; axis >= 0; --axis) {
        v.stride[axis] = step;
        step *= v.shape[axis];
        if (axis == 1) step += gap;
    }
    const std::size_t used = std::size_t(step) * size_of(dtype);
    const std::size_t start = memory_.size();
    const std::size_t end = (start + used + 2 * kGuard - 1) / kGuard * kGuard;
    if (end > kCapacity) throw std::length_error("test block is full");
    memory_.resize(end, kPattern);
    v.data = memory_.data() + start;
    return v;
}

TensorView TestBlock::random(DType dtype, Sizes sizes, float low, float high)
{
    const TensorView v = place(dtype, sizes, 0);
    for (std::int64_t i = 0; i < v.count(); ++i) set_element(v, i, rng_.uniform(low, high));
    return v;
}

TensorView TestBlock::random_rows(Sizes sizes, std::int64_t gap, float low, float high)
{
    const TensorView v = place(DType::f32, sizes, gap);
    for (std::int64_t i = 0; i < v.count(); ++i) set_element(v, i, rng_.uniform(low, high));
    return v;
}

TensorView TestBlock::blank(Sizes sizes, DType dtype)
{
    const TensorView v = place(dtype, sizes, 0);
    if (dtype == DType::f32) {
        for (std::int64_t i = 0; i < v.count(); ++i) {
            set_element(v, i, std::numeric_limits<float>::quiet_NaN());
        }
    }
    return v;
}

TensorView TestBlock::blank_rows(Sizes sizes, std::int64_t gap)
{
    const TensorView v = place(DType::f32, sizes, gap);
    for (std::int64_t i = 0; i < v.count(); ++i) {
        set_element(v, i, std::numeric_limits<float>::quiet_NaN());
    }
    return v;
}

TensorView TestBlock::int32(std::initializer_list<std::int32_t> values)
{
    const TensorView v = place(DType::i32, {std::int64_t(values.size())}, 0);
    std::copy(values.begin(), values.end(), v.as<std::int32_t>());
    return v;
}

bool TestBlock::same_outside(const TestBlock& other, const std::vector<TensorView>& writable) const
{
    if (other.bytes() != bytes()) return false;
    std::vector<std::byte> mine = memory_;
    for (const TensorView& v : writable) {
        const std::byte* start = static_cast<const std::byte*>(v.data);
        for (std::int64_t i = 0; i < v.count(); ++i) {
            const std::byte* from = start + std::size_t(offset_of(v, i)) * size_of(v.dtype);
            std::memcpy(mine.data() + (from - other.data()), from, size_of(v.dtype));
        }
    }
    return mine == other.memory_;
}

TensorView rebased(const TensorView& v, const std::byte* from, std::byte* to)
{
    TensorView out = v;
    if (v) out.data = to + (static_cast<const std::byte*>(v.data) - from);
    return out;
}

double element(const TensorView& v, std::int64_t i)
{
    const std::int64_t offset = offset_of(v, i);
    switch (v.dtype) {
    case DType::f32: return v.as<float>()[offset];
    case DType::f16: return to_float(v.as<Half>()[offset]);
    case DType::bf16: return to_float(v.as<BFloat16>()[offset]);
    case DType::i32: return v.as<std::int32_t>()[offset];
    case DType::u8: return v.as<std::uint8_t>()[offset];
    }
    return 0;
}

void set_element(const TensorView& v, std::int64_t i, float value)
{
    const std::int64_t offset = offset_of(v, i);
    switch (v.dtype) {
    case DType::f32: v.as<float>()[offset] = value; break;
    case DType::f16: v.as<Half>()[offset] = to_half(value); break;
    case DType::bf16: v.as<BFloat16>()[offset] = to_bf16(value); break;
    case DType::i32: v.as<std::int32_t>()[offset] = std::int32_t(value); break;
    case DType::u8: v.as<std::uint8_t>()[offset] = std::uint8_t(value); break;
    }
}

} // namespace mixscope
