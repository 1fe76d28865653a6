#pragma once

#include "tensor_view.h"

#include <utility>

// Shared by the op files of this folder: shape checks and typed access to views.
namespace mixscope {

constexpr bool is_weight_type(DType type)
{
    return type == DType::f32 || type == DType::f16 || type == DType::bf16;
}

/// True when `v` has the type and exactly the given sizes.
template <class... Sizes>
bool is(const TensorView& v, DType type, Sizes... sizes)
{
    if (v.dtype != type || v.rank != int(sizeof...(Sizes))) return false;
    int i = 0;
    return ((v.shape[i++] == std::int64_t(sizes)) && ...);
}

/// True when `v` is a contiguous weight of exactly the given sizes.
template <class... Sizes>
bool is_weight(const TensorView& v, Sizes... sizes)
{
    return is_weight_type(v.dtype) && is(v, v.dtype, sizes...) && v.contiguous();
}

inline bool is_rank(const TensorView& v, DType type, int rank)
{
    return v.dtype == type && v.rank == rank;
}

/// Row t of a [T, n] view of f32.
inline float* row(const TensorView& v, std::int64_t t) { return v.as<float>() + t * v.stride[0]; }

/// Row (t, r) of a [T, R, n] view of f32.
inline float* row(const TensorView& v, std::int64_t t, std::int64_t r)
{
    return v.as<float>() + t * v.stride[0] + r * v.stride[1];
}

/// Calls f with the elements of a weight as const float*, const Half* or const BFloat16*.
template <class F>
auto with_elements(const TensorView& v, F&& f)
{
    if (v.dtype == DType::f16) return std::forward<F>(f)(static_cast<const Half*>(v.data));
    if (v.dtype == DType::bf16) return std::forward<F>(f)(static_cast<const BFloat16*>(v.data));
    return std::forward<F>(f)(static_cast<const float*>(v.data));
}

} // namespace mixscope
