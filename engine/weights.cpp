#include "engine/weights.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>

namespace mixscope {

namespace {

std::optional<DType> weight_dtype(std::string_view stored)
{
    if (stored == "F32") return DType::f32;
    if (stored == "F16") return DType::f16;
    if (stored == "BF16") return DType::bf16;
    return std::nullopt;
}

std::string shape_text(const std::vector<std::int64_t>& shape)
{
    std::string out = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        out += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    }
    return out + "]";
}

/// Drops axes of length 1 (a depthwise convolution is stored [C, 1, K]).
std::vector<std::int64_t> squeezed(const std::vector<std::int64_t>& shape)
{
    std::vector<std::int64_t> out;
    std::copy_if(shape.begin(), shape.end(), std::back_inserter(out),
                 [](std::int64_t n) { return n != 1; });
    return out;
}

/// Whether an exponent is all ones (NaN or infinity) anywhere. Branch-free, so it vectorises.
template <class Word>
bool all_finite(const std::byte* bytes, std::uint64_t count, Word exponent)
{
    bool bad = false;
    for (std::uint64_t i = 0; i < count; ++i) {
        Word word;
        std::memcpy(&word, bytes + i * sizeof(Word), sizeof(Word));
        bad |= Word(word & exponent) == exponent;
    }
    return !bad;
}

bool all_finite(const StoredTensor& tensor, DType dtype)
{
    switch (dtype) {
    case DType::f32: return all_finite<std::uint32_t>(tensor.data, tensor.bytes / 4, 0x7f800000U);
    case DType::f16: return all_finite<std::uint16_t>(tensor.data, tensor.bytes / 2, 0x7c00U);
    case DType::bf16: return all_finite<std::uint16_t>(tensor.data, tensor.bytes / 2, 0x7f80U);
    default: return true;
    }
}

} // namespace

void Weights::fail(Error error)
{
    if (failed_) return;
    failed_ = true;
    error_ = std::move(error);
}

TensorView Weights::get(const std::string& name, std::initializer_list<std::int64_t> shape)
{
    if (failed_) return {};
    if (checkpoint_ == nullptr) return random(name, shape);
    const StoredTensor* tensor = checkpoint_->find(name);
    if (tensor == nullptr) {
        fail({ErrorCode::bad_format, "tensor " + name + " is missing from the checkpoint",
              "The download may be incomplete, or config.json belongs to another model."});
        return {};
    }
    const std::vector<std::int64_t> wanted(shape);
    if (tensor->shape != wanted && squeezed(tensor->shape) != squeezed(wanted)) {
        fail({ErrorCode::bad_format,
              "tensor " + name + " is " + shape_text(tensor->shape) + ", wanted " + shape_text(wanted),
              "Load the model with its own config.json."});
        return {};
    }
    const std::optional<DType> dtype = weight_dtype(tensor->dtype);
    if (!dtype) {
        fail({ErrorCode::unsupported,
              "tensor " + name + " has type " + tensor->dtype + ", wanted F32, F16 or BF16",
              "Use the unquantised checkpoint of this model."});
        return {};
    }
    if (values_ == Values::leave) {
        const std::int64_t count = std::int64_t(tensor->bytes / size_of(*dtype));
        return account(view(const_cast<std::byte*>(tensor->data), *dtype, Place::host, count),
                       shape);
    }
    if (!all_finite(*tensor, *dtype)) {
        fail({ErrorCode::bad_format, "tensor " + name + " holds NaN or infinite values",
              "The file is damaged; download the model again."});
        return {};
    }
    return account(place(*tensor, *dtype), shape);
}

/// Gives a flat view its shape and books its size.
TensorView Weights::account(TensorView flat, std::initializer_list<std::int64_t> shape)
{
    if (!flat) return flat;
    TensorView out = flat;
    out.rank = std::int8_t(shape.size());
    std::copy(shape.begin(), shape.end(), out.shape);
    std::int64_t step = 1;
    for (int i = out.rank - 1; i >= 0; --i) {
        out.stride[i] = step;
        step *= out.shape[i];
    }
    parameters_ += std::uint64_t(out.count());
    bytes_ += out.bytes();
    bytes_by_dtype_[std::size_t(out.dtype)] += out.bytes();
    return out;
}

TensorView Weights::place(const StoredTensor& tensor, DType dtype)
{
    const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data) % size_of(dtype) == 0;
    const std::int64_t count = std::int64_t(tensor.bytes / size_of(dtype));
    if (backend_.place() == Place::host && aligned) {
        return view(const_cast<std::byte*>(tensor.data), dtype, Place::host, count);
    }
    return place_copy(tensor.data, dtype, count, tensor.name);
}

TensorView Weights::place_copy(const void* from, DType dtype, std::int64_t count,
                               const std::string& name)
{
    Result<Buffer> buffer = backend_.allocate(std::size_t(count) * size_of(dtype));
    if (!buffer) {
        fail({ErrorCode::out_of_memory,
              "no memory for tensor " + name + ": " + buffer.error().what, buffer.error().hint});
        return {};
    }
    buffers_.push_back(std::move(buffer).value());
    const TensorView out = view(buffers_.back().data(), dtype, backend_.place(), count);
    backend_.upload(out, from);
    return out;
}

TensorView Weights::random(const std::string& name, std::initializer_list<std::int64_t> shape)
{
    std::int64_t count = 1;
    for (const std::int64_t n : shape) count *= n;
    std::minstd_rand random(unsigned(std::hash<std::string> {}(name)));
    const auto size = std::size_t(count);
    constexpr std::size_t kFresh = std::size_t(1) << 20; // larger tensors repeat; speed is the same
    std::vector<BFloat16> values(size);
    for (std::size_t i = 0; i < std::min(size, kFresh); ++i) {
        float sum = 0.0F; // a sum of four uniforms is normal enough; sigma 0.02
        for (int k = 0; k < 4; ++k) sum += float(random() % 65536U) / 65536.0F - 0.5F;
        values[i] = to_bf16(sum * 0.0346F);
    }
    for (std::size_t i = kFresh; i < size; i += kFresh) {
        std::memcpy(&values[i], values.data(), std::min(kFresh, size - i) * sizeof(BFloat16));
    }
    return account(place_copy(values.data(), DType::bf16, count, name), shape);
}

TensorView Weights::constant(const std::vector<float>& values)
{
    if (failed_) return {};
    return place_copy(values.data(), DType::f32, std::int64_t(values.size()), "of constants");
}

std::string Weights::main_dtype() const
{
    const auto* most = std::max_element(std::begin(bytes_by_dtype_), std::end(bytes_by_dtype_));
    return name_of(DType(most - std::begin(bytes_by_dtype_)));
}

} // namespace mixscope
