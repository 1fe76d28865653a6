#pragma once

#include "kernels/cpu_context.h"
#include "kernels/tensor_view.h"
#include "kernels/workers.h"

#include <cstdint>
#include <vector>

namespace mixscope {

/// A contiguous host view of a vector: `host(values, T, d)`.
template <class... Sizes>
TensorView host(std::vector<float>& values, Sizes... sizes)
{
    return view(values.data(), DType::f32, Place::host, sizes...);
}

template <class... Sizes>
TensorView host(std::vector<std::int32_t>& values, Sizes... sizes)
{
    return view(values.data(), DType::i32, Place::host, sizes...);
}

template <class... Sizes>
TensorView host(std::vector<BFloat16>& values, Sizes... sizes)
{
    return view(values.data(), DType::bf16, Place::host, sizes...);
}

template <class... Sizes>
TensorView host(std::vector<Half>& values, Sizes... sizes)
{
    return view(values.data(), DType::f16, Place::host, sizes...);
}

/// A team and the context that uses it; by default one thread and the best instructions here.
struct TestCpu {
    explicit TestCpu(int threads = 1, CpuIsa isa = detect_cpu_isa())
        : workers(threads)
        , context {workers, isa}
    {
    }

    Workers workers;
    CpuContext context;
};

} // namespace mixscope
