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
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mixscope {

/// Thrown where a device fails, or has no memory left, in the middle of computing.
class DeviceFailure : public std::runtime_error {
public:
    explicit DeviceFailure(Error error)
        : std::runtime_error(error.what)
        , error_(std::move(error))
    {
    }
    const Error& error() const { return error_; }

private:
    Error error_;
};

/// Ops that were recorded once, with their operands, and run again at the cost of one call. What
/// they read and write must still be there. Engine thread only.
class Recording {
public:
    Recording() = default;
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    virtual ~Recording() = default;

    virtual void replay() = 0;
};

/// Page-locked memory of the host for values on their way from a device. The copy goes on beside
/// what is run after it. Engine thread only.
class Transfer {
public:
    Transfer() = default;
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    virtual ~Transfer() = default;

    /// Starts to copy the parts, each contiguous, one after another, as they are when all that
    /// was run so far is done. The transfer before must have been waited for.
    virtual void begin(const std::vector<TensorView>& parts) = 0;
    /// Waits for the copy. The bytes stay until the next begin().
    virtual const std::byte* wait() = 0;
    /// Lets what is run from here on begin only when the copy has read its sources.
    virtual void keep_sources() = 0;
};

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

    /// Whether ops gain by being recorded, as on a device that runs behind the host.
    virtual bool records() const { return false; }
    /// Records what `work` runs instead of running it. `work` may neither allocate nor wait. Null
    /// without records().
    virtual std::unique_ptr<Recording> record(const std::function<void()>& /*work*/)
    {
        return nullptr;
    }
    /// Where a device that runs behind the host notes when the parts of a call begin: [n, 2] i32,
    /// each row 64 bits of nanoseconds. The last row is the end of the call.
    virtual void note_times(const TensorView& /*times*/) {}
    /// What runs next belongs to that part of the call.
    virtual void begin_part(int /*part*/) {}
    /// Null where values are on the host anyway.
    virtual std::unique_ptr<Transfer> create_transfer() { return nullptr; }

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
