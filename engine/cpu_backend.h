#pragma once

#include "engine/backend.h"

#include "kernels/cpu_context.h"
#include "kernels/read_rate.h"
#include "kernels/workers.h"

#include <optional>

namespace mixscope {

/// Runs every op at once on the calling thread and a small team of helpers.
class CpuBackend final : public Backend {
public:
    /// threads 0: one for each physical core. `isa`: at most this; errors: bad_argument when the
    /// processor does not have it.
    static Result<std::unique_ptr<CpuBackend>> create(int threads, std::optional<CpuIsa> isa);

    std::string description() const override;
    Place place() const override { return Place::host; }
    DType default_kv_dtype() const override { return DType::f32; }
    std::size_t free_bytes() const override;
    double read_rate(std::size_t bytes) override { return measure_read_rate(workers_, bytes); }
    int threads() const { return workers_.count(); }
    Workers& workers() { return workers_; }

    Result<Buffer> allocate(std::size_t bytes) override;
    void upload(const TensorView& to, const void* from) override;
    void download(void* to, const TensorView& from) override;
    void copy(const TensorView& from, const TensorView& to) override;
    void synchronize() override {}

    void run(const Embed& op) override { cpu::run(op, context_); }
    void run(const AddScaled& op) override { cpu::run(op, context_); }
    void run(const SwiGlu& op) override { cpu::run(op, context_); }
    void run(const RmsNorm& op) override { cpu::run(op, context_); }
    void run(const AddRmsNorm& op) override { cpu::run(op, context_); }
    void run(const GatedRmsNorm& op) override { cpu::run(op, context_); }
    void run(const Matmul& op) override { cpu::run(op, context_); }
    void run(const Rope& op) override { cpu::run(op, context_); }
    void run(const KvAppend& op) override { cpu::run(op, context_); }
    void run(const Attend& op) override { cpu::run(op, context_); }
    void run(const CausalConv1d& op) override { cpu::run(op, context_); }
    void run(const SsdGates& op) override { cpu::run(op, context_); }
    void run(const SsdScan& op) override { cpu::run(op, context_); }
    void run(const Route& op) override { cpu::run(op, context_); }
    void run(const ExpertMlp& op) override { cpu::run(op, context_); }
    void run(const L2Norm& op) override { cpu::run(op, context_); }
    void run(const MeanAbsSilu& op) override { cpu::run(op, context_); }
    void run(const WriteStrength& op) override { cpu::run(op, context_); }

private:
    CpuBackend(int threads, CpuIsa isa);

    Workers workers_;
    CpuContext context_;
};

} // namespace mixscope
