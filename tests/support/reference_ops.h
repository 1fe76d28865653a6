#pragma once

#include "kernels/attention.h"
#include "kernels/conv1d.h"
#include "kernels/matmul.h"
#include "kernels/moe.h"
#include "kernels/norm.h"
#include "kernels/pointwise.h"
#include "kernels/reduce.h"
#include "kernels/rope.h"
#include "kernels/scan.h"

/// Every op written as its definition reads, in f64, results rounded once to the type of the
/// output. Slow and obvious; the other versions are measured against it.
namespace mixscope::reference {

void run(const Matmul& op);
void run(const RmsNorm& op);
void run(const AddRmsNorm& op);
void run(const GatedRmsNorm& op);
void run(const Embed& op);
void run(const AddScaled& op);
void run(const SwiGlu& op);
void run(const L2Norm& op);
void run(const MeanAbsSilu& op);
void run(const WriteStrength& op);
void run(const Rope& op);
void run(const CausalConv1d& op);
void run(const SsdGates& op);
void run(const SsdScan& op);
void run(const KvAppend& op);
void run(const Attend& op);
void run(const Route& op);
void run(const ExpertMlp& op);

} // namespace mixscope::reference
