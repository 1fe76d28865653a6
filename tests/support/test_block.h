#pragma once

#include "kernels/tensor_view.h"
#include "rng.h"

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace mixscope {

/// One piece of host memory that holds all tensors of a test case with guard bytes around each.
/// The piece can be copied as a whole (to another block or to a device); `rebased` moves a view
/// along. Tensors are added first, then the block is used: adding never moves earlier ones.
class TestBlock {
public:
    using Sizes = std::initializer_list<std::int64_t>;

    TestBlock();

    /// A contiguous tensor of uniform random values in [low, high).
    TensorView random(DType dtype, Sizes sizes, float low = -1.0F, float high = 1.0F);

    /// The same, f32, with `gap` elements of padding after each step of the first axis.
    TensorView random_rows(Sizes sizes, std::int64_t gap, float low = -1.0F, float high = 1.0F);

    /// A contiguous tensor full of NaN (f32) or of a guard pattern: for outputs.
    TensorView blank(Sizes sizes, DType dtype = DType::f32);
    TensorView blank_rows(Sizes sizes, std::int64_t gap);

    TensorView int32(std::initializer_list<std::int32_t> values);

    std::byte* data() { return memory_.data(); }
    const std::byte* data() const { return memory_.data(); }
    std::size_t bytes() const { return memory_.size(); }
    Rng& rng() { return rng_; }

    /// True when `other`, once a copy of this block, differs from it only inside `writable`
    /// (views of `other`).
    bool same_outside(const TestBlock& other, const std::vector<TensorView>& writable) const;

private:
    TensorView place(DType dtype, Sizes sizes, std::int64_t gap);

    std::vector<std::byte> memory_;
    Rng rng_ {1};
};

/// `v`, a view into memory that starts at `from`, as a view into a copy that starts at `to`.
TensorView rebased(const TensorView& v, const std::byte* from, std::byte* to);

/// Element i, counted in row-major order, of a view on the host.
double element(const TensorView& v, std::int64_t i);
void set_element(const TensorView& v, std::int64_t i, float value);

} // namespace mixscope
