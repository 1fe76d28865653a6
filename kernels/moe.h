#pragma once

#include "cost.h"
#include "cpu_context.h"
#include "tensor_view.h"

namespace mixscope {

/// How router scores become expert weights.
enum class RouterKind : std::uint8_t {
    softmax_of_chosen, ///< top-k of the logits, softmax over the k chosen (Granite)
};

/// Chooses k experts for each token, best first; ties go to the lower index.
///
/// logits: [T, E] f32. ids: [T, k] i32. weights: [T, k] f32.
/// probs, optional [T, E] f32: softmax over all experts, for looking at.
struct Route {
    static constexpr const char* name = "route";
    TensorView logits, ids, weights, probs {};
    RouterKind kind = RouterKind::softmax_of_chosen;
};

/// out[t] += sum_j weights[t, j] * w_out[e] · SwiGlu(w_in[e] · x[t]),  e = ids[t, j]
///
/// x: [T, d] f32. ids, weights: [T, k]. w_in: [E, 2 I, d], gate rows first, w_out: [E, d, I],
/// f32/f16/bf16. hidden: [T * k, 3 I] f32 scratch. out: [T, d] f32, read and replaced.
struct ExpertMlp {
    static constexpr const char* name = "experts";
    TensorView x, ids, weights, w_in, w_out, hidden, out;
};

Cost cost(const Route& op);
Cost cost(const ExpertMlp& op);
const char* problem(const Route& op);
const char* problem(const ExpertMlp& op);

namespace cpu {
void run(const Route& op, CpuContext& context);
void run(const ExpertMlp& op, CpuContext& context);
} // namespace cpu

} // namespace mixscope
