#pragma once

#include "engine/backend.h"
#include "engine/cuda/cuda_upload.h"
#include "kernels/cuda_context.h"

#include <memory>

namespace mixscope {

/// Runs every op on one NVIDIA GPU: enqueues on a stream of its own and waits only for downloads
/// and when told to. Engine thread only. A failed call of CUDA throws DeviceFailure; such errors
/// are sticky, so the backend is then good for nothing but its end.
class CudaBackend final : public Backend {
public:
    /// On the GPU of that number, or on the first of compute capability 8.0 or newer when it is
    /// negative. Errors: device (no driver, no such GPU, one of them too old), out_of_memory.
    static Result<std::unique_ptr<CudaBackend>> create(int device = -1);

    ~CudaBackend() override;

    std::string description() const override { return description_; }
    Place place() const override { return Place::device; }
    DType default_kv_dtype() const override { return DType::bf16; }
    std::size_t free_bytes() const override;
    double read_rate(std::size_t bytes) override;

    Result<Buffer> allocate(std::size_t bytes) override;
    void upload(const TensorView& to, const void* from) override;
    void download(void* to, const TensorView& from) override;
    void copy(const TensorView& from, const TensorView& to) override;
    void synchronize() override;
    bool records() const override { return true; }
    std::unique_ptr<Recording> record(const std::function<void()>& work) override;
    void note_times(const TensorView& times) override { times_ = times; }
    void begin_part(int part) override;
    std::unique_ptr<Transfer> create_transfer() override;

    void run(const Embed& op) override { enqueue(op); }
    void run(const AddScaled& op) override { enqueue(op); }
    void run(const SwiGlu& op) override { enqueue(op); }
    void run(const RmsNorm& op) override { enqueue(op); }
    void run(const AddRmsNorm& op) override { enqueue(op); }
    void run(const GatedRmsNorm& op) override { enqueue(op); }
    void run(const Matmul& op) override { enqueue(op); }
    void run(const Rope& op) override { enqueue(op); }
    void run(const KvAppend& op) override { enqueue(op); }
    void run(const Attend& op) override { enqueue(op); }
    void run(const CausalConv1d& op) override { enqueue(op); }
    void run(const SsdGates& op) override { enqueue(op); }
    void run(const SsdScan& op) override { enqueue(op); }
    void run(const Route& op) override { enqueue(op); }
    void run(const ExpertMlp& op) override { enqueue(op); }
    void run(const L2Norm& op) override { enqueue(op); }
    void run(const MeanAbsSilu& op) override { enqueue(op); }
    void run(const WriteStrength& op) override { enqueue(op); }

private:
    CudaBackend() = default;
    Result<void> open(int device);
    template <class Op> void enqueue(const Op& op);

    struct Close {
        void operator()(CUstream_st* stream) const;
        void operator()(cublasContext* blas) const;
    };

    std::string description_;
    std::unique_ptr<CUstream_st, Close> stream_;
    std::unique_ptr<CUstream_st, Close> copies_; ///< of values to the host
    std::unique_ptr<CudaUpload> upload_; ///< of the weights
    Buffer blas_workspace_; ///< cuBLAS would allocate one on its own, at any time
    Buffer scratch_;
    std::unique_ptr<cublasContext, Close> blas_;
    TensorView times_;
    CudaContext context_;
};

} // namespace mixscope
