#pragma once

#include "attention.h"
#include "conv1d.h"
#include "cuda_context.h"
#include "matmul.h"
#include "moe.h"
#include "norm.h"
#include "pointwise.h"
#include "reduce.h"
#include "rope.h"
#include "scan.h"

/// The ops on an NVIDIA GPU, with the contracts of their structs; all views lie on the device.
/// A call enqueues its work on the context's stream and never waits.
/// Returns 0, a cudaError_t, or minus a cublasStatus_t. Limits, beyond which an op returns
/// cudaErrorNotSupported: Attend: head_dim 256; SsdScan: d_state 256.
namespace mixscope::cuda {

int run(const Embed& op, const CudaContext& context);
int run(const AddScaled& op, const CudaContext& context);
int run(const SwiGlu& op, const CudaContext& context);
int run(const RmsNorm& op, const CudaContext& context);
int run(const AddRmsNorm& op, const CudaContext& context);
int run(const GatedRmsNorm& op, const CudaContext& context);
int run(const Matmul& op, const CudaContext& context);
int run(const Rope& op, const CudaContext& context);
int run(const KvAppend& op, const CudaContext& context);
int run(const Attend& op, const CudaContext& context);
int run(const CausalConv1d& op, const CudaContext& context);
int run(const SsdGates& op, const CudaContext& context);
int run(const SsdScan& op, const CudaContext& context);
int run(const Route& op, const CudaContext& context);
int run(const ExpertMlp& op, const CudaContext& context);
int run(const L2Norm& op, const CudaContext& context);
int run(const MeanAbsSilu& op, const CudaContext& context);
int run(const WriteStrength& op, const CudaContext& context);

/// Reads the bytes (a multiple of 16, 16-byte aligned) once, for measuring the memory.
int read_all(const void* data, std::size_t bytes, const CudaContext& context);

/// Writes the time at which all that was enqueued so far is done, in nanoseconds of the device.
int note_time(unsigned long long* to, const CudaContext& context);

} // namespace mixscope::cuda
