#pragma once

#include "engine/backend.h"
#include "engine/result.h"
#include "engine/tensor_file.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mixscope {

/// Gives layers their tensors by name: checks presence, shape, type and that no value is NaN or
/// infinite, and brings them to the backend (a mapped file is used in place on the CPU). The
/// first error is kept; after it every view is empty, so that a layer asks for all it needs and
/// looks at error() once. Used while a model is built, on one thread.
class Weights {
public:
    /// Without their values tensors are only checked and counted: a model of them cannot run.
    enum class Values { read, leave };

    /// Without a checkpoint every tensor is made of random numbers (for measuring speed only).
    Weights(const Checkpoint* checkpoint, Backend& backend, Values values = Values::read)
        : checkpoint_(checkpoint)
        , backend_(backend)
        , values_(values)
    {
    }

    Backend& backend() { return backend_; }

    /// The tensor `name` with exactly this shape ([C, 1, K] counts as [C, K]).
    TensorView get(const std::string& name, std::initializer_list<std::int64_t> shape);
    bool has(std::string_view name) const
    {
        return checkpoint_ != nullptr && checkpoint_->find(name) != nullptr;
    }

    /// Uploads values computed by the program (e.g. rotary frequencies).
    TensorView constant(const std::vector<float>& values);

    bool failed() const { return failed_; }
    const Error& error() const { return error_; }
    void fail(Error error);

    /// Parameters and bytes handed out since the last call; to account them to a layer.
    std::uint64_t take_parameters() { return std::exchange(parameters_, 0); }
    std::uint64_t take_bytes() { return std::exchange(bytes_, 0); }
    /// Buffers that hold uploaded tensors; the model keeps them alive.
    std::vector<Buffer> take_buffers() { return std::move(buffers_); }
    /// The stored type most bytes have, e.g. "bf16".
    std::string main_dtype() const;

private:
    TensorView place(const StoredTensor& tensor, DType dtype);
    TensorView place_copy(const void* from, DType dtype, std::int64_t count,
                          const std::string& name);
    TensorView random(const std::string& name, std::initializer_list<std::int64_t> shape);
    TensorView account(TensorView flat, std::initializer_list<std::int64_t> shape);

    const Checkpoint* checkpoint_;
    Backend& backend_;
    Values values_;
    std::vector<Buffer> buffers_;
    bool failed_ = false;
    Error error_;
    std::uint64_t parameters_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t bytes_by_dtype_[5] = {};
};

} // namespace mixscope
