#pragma once

#include "engine/buffer.h"
#include "engine/result.h"
#include "kernels/attention.h"
#include "kernels/conv1d.h"
#include "kernels/matmul.h"
#include "kernels/moe.h"
#include "kernels/norm.h"
#include "kernels/pointwise.h"
#include "kernels/reduce.h"
#include "kernels/rope.h"
#include "kernels/scan.h"

#include <cstddef>
#include <memory>
#include <string>

namespace mixscope {

/// Memory and arithmetic of one device. Ops run in program order; a CUDA backend only enqueues.
/// A backend that forgets an op does not compile; a fused op has a default here that runs the
/// simple ones. Engine thread only. Broken promises and device errors throw.
class Backend {
public:
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    virtual std::string description() const = 0; ///< "CPU, 2 threads, AVX-512"
    virtual Place place() const = 0;
    virtual DType default_kv_dtype() const = 0;
    /// Memory that could still be allocated, in bytes.
    virtual std::size_t free_bytes() const = 0;
    /// Bytes per second at which a buffer of that size is read again and again, measured now.
    virtual double read_rate(std::size_t bytes) = 0;

    /// Zeroed memory, 64-byte aligned. Errors: out_of_memory.
    virtual Result<Buffer> allocate(std::size_t bytes) = 0;
    virtual void upload(const TensorView& to, const void* from) = 0;
    virtual void download(void* to, const TensorView& from) = 0;
    /// Copies equal shapes of equal type, both contiguous.
    virtual void copy(const TensorView& from, const TensorView& to) = 0;
    /// Waits until everything that was run is done.
    virtual void synchronize() = 0;

    virtual void run(const Embed& op) = 0;
    virtual void run(const AddScaled& op) = 0;
    virtual void run(const SwiGlu& op) = 0;
    virtual void run(const RmsNorm& op) = 0;
    virtual void run(const AddRmsNorm& op) = 0;
    virtual void run(const GatedRmsNorm& op) = 0;
    virtual void run(const Matmul& op) = 0;
    virtual void run(const Rope& op) = 0;
    virtual void run(const KvAppend& op) = 0;
    virtual void run(const Attend& op) = 0;
    virtual void run(const CausalConv1d& op) = 0;
    virtual void run(const SsdGates& op) = 0;
    virtual void run(const SsdScan& op) = 0;
    virtual void run(const Route& op) = 0;
    virtual void run(const ExpertMlp& op) = 0;
    virtual void run(const L2Norm& op) = 0;
    virtual void run(const MeanAbsSilu& op) = 0;
    virtual void run(const WriteStrength& op) = 0;
};

} // namespace mixscope
