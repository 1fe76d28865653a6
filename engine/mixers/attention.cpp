#include "engine/mixers/attention.h"

namespace mixscope {

namespace {

/// out = W_o · softmax(scale · q kᵀ + causal mask) v, with a KV cache as state.
/// Source: Vaswani et al., arXiv:1706.03762; grouped queries: arXiv:2305.13245.
class Attention final : public Mixer {
public:
    Attention(const AttentionSpec& spec, Weights& weights)
        : spec_(spec)
    {
        const std::int64_t q_width = spec.n_heads * spec.head_dim;
        const std::int64_t kv_width = spec.n_kv_heads * spec.head_dim;
        w_q_ = weights.get(spec.prefix + "q_proj.weight", {q_width, spec.d_model});
        w_k_ = weights.get(spec.prefix + "k_proj.weight", {kv_width, spec.d_model});
        w_v_ = weights.get(spec.prefix + "v_proj.weight", {kv_width, spec.d_model});
        w_o_ = weights.get(spec.prefix + "o_proj.weight", {spec.d_model, q_width});
        if (spec.has_bias) {
            b_q_ = weights.get(spec.prefix + "q_proj.bias", {q_width});
            b_k_ = weights.get(spec.prefix + "k_proj.bias", {kv_width});
            b_v_ = weights.get(spec.prefix + "v_proj.bias", {kv_width});
            b_o_ = weights.get(spec.prefix + "o_proj.bias", {spec.d_model});
        }
        if (!spec.inv_freq.empty()) inv_freq_ = weights.constant(spec.inv_freq);
    }

    const char* kind() const override { return "attention"; }

    void describe(LayerInfo& info) const override
    {
        info.mixer = kind();
        info.n_heads = int(spec_.n_heads);
        info.n_kv_heads = int(spec_.n_kv_heads);
        info.head_dim = int(spec_.head_dim);
    }

    std::vector<StateField> state_fields() const override
    {
        return {{"k", {spec_.n_kv_heads, spec_.head_dim}, true},
                {"v", {spec_.n_kv_heads, spec_.head_dim}, true}};
    }

    std::vector<ProbeField> probe_fields() const override
    {
        return {{Probe::attention, {int(spec_.n_heads)}}};
    }

    void forward(Pass& pass, const TensorView& x, const TensorView& out,
                 const LayerState& state) const override
    {
        const std::int64_t tokens = x.shape[0];
        const std::int64_t head_dim = spec_.head_dim;
        const std::int64_t length = pass.position() + tokens;
        const TensorView q = pass.scratch(tokens, spec_.n_heads * head_dim);
        const TensorView k = pass.scratch(tokens, spec_.n_kv_heads * head_dim);
        const TensorView v = pass.scratch(tokens, spec_.n_kv_heads * head_dim);
        const TensorView mixed = pass.scratch(tokens, spec_.n_heads * head_dim);
        const TensorView q_heads = q.split_last(spec_.n_heads, head_dim);
        const TensorView k_heads = k.split_last(spec_.n_kv_heads, head_dim);
        const TensorView v_heads = v.split_last(spec_.n_kv_heads, head_dim);
        const bool looked_at = pass.wants(Probe::attention);
        const TensorView probs
            = looked_at ? pass.attention_output(spec_.n_heads, tokens) : TensorView {};

        pass.run(Matmul {.x = x, .w = w_q_, .bias = b_q_, .out = q});
        pass.run(Matmul {.x = x, .w = w_k_, .bias = b_k_, .out = k});
        pass.run(Matmul {.x = x, .w = w_v_, .bias = b_v_, .out = v});
        if (inv_freq_) {
            const float factor = spec_.rope_factor;
            pass.run(Rope {.x = q_heads, .pos = pass.pos(), .inv_freq = inv_freq_,
                           .attention_factor = factor});
            pass.run(Rope {.x = k_heads, .pos = pass.pos(), .inv_freq = inv_freq_,
                           .attention_factor = factor});
        }
        pass.run(KvAppend {.k = k_heads, .v = v_heads, .pos = pass.pos(), .k_cache = state["k"],
                           .v_cache = state["v"]});
        pass.run(Attend {.q = q_heads, .k_cache = state["k"], .v_cache = state["v"],
                         .pos = pass.pos(), .out = mixed.split_last(spec_.n_heads, head_dim),
                         .probs = probs, .length = length, .window = 0, .scale = spec_.scale,
                         .bound = pass.bound()});
        pass.run(Matmul {.x = mixed, .w = w_o_, .bias = b_o_, .out = out});
        if (looked_at) pass.probe_attention(probs);
    }

private:
    AttentionSpec spec_;
    TensorView w_q_, w_k_, w_v_, w_o_, b_q_, b_k_, b_v_, b_o_, inv_freq_;
};

} // namespace

std::unique_ptr<Mixer> AttentionSpec::build(Weights& weights) const
{
    return std::make_unique<Attention>(*this, weights);
}

} // namespace mixscope
