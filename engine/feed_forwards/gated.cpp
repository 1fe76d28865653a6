#include "engine/feed_forwards/gated.h"

namespace mixscope {

namespace {

/// Source: SwiGLU: Shazeer, arXiv:2002.05202; mixture of experts: Shazeer et al.,
/// arXiv:1701.06538, with the router of Granite 4.0 (softmax over the chosen).
class GatedFeedForward final : public FeedForward {
public:
    GatedFeedForward(const GatedFeedForwardSpec& spec, Weights& weights)
        : spec_(spec)
    {
        const std::string& s = spec.shared_prefix;
        w_in_ = weights.get(s + "input_linear.weight", {2 * spec.d_shared, spec.d_model});
        w_out_ = weights.get(s + "output_linear.weight", {spec.d_model, spec.d_shared});
        if (spec.n_experts == 0) return;
        const std::string& e = spec.expert_prefix;
        w_router_ = weights.get(e + "router.layer.weight", {spec.n_experts, spec.d_model});
        w_experts_in_ = weights.get(e + "input_linear.weight",
                                    {spec.n_experts, 2 * spec.d_expert, spec.d_model});
        w_experts_out_ = weights.get(e + "output_linear.weight",
                                     {spec.n_experts, spec.d_model, spec.d_expert});
    }

    void describe(LayerInfo& info) const override
    {
        info.feed_forward = spec_.n_experts > 0 ? "moe+shared" : "mlp";
        info.n_experts = int(spec_.n_experts);
        info.n_experts_used = int(spec_.n_experts_used);
    }

    std::vector<ProbeField> probe_fields() const override
    {
        if (spec_.n_experts == 0) return {};
        return {{Probe::router, {int(spec_.n_experts)}},
                {Probe::experts, {int(spec_.n_experts_used)}}};
    }

    void forward(Pass& pass, const TensorView& x, const TensorView& out) const override
    {
        const std::int64_t tokens = x.shape[0];
        const TensorView gate_up = pass.scratch(tokens, 2 * spec_.d_shared);
        const TensorView hidden = pass.scratch(tokens, spec_.d_shared);
        pass.run(Matmul {.x = x, .w = w_in_, .out = gate_up});
        pass.run(SwiGlu {.gate_up = gate_up, .out = hidden});
        pass.run(Matmul {.x = hidden, .w = w_out_, .out = out});
        if (spec_.n_experts > 0) add_experts(pass, x, out);
    }

private:
    void add_experts(Pass& pass, const TensorView& x, const TensorView& out) const
    {
        const std::int64_t tokens = x.shape[0];
        const std::int64_t k = spec_.n_experts_used;
        const TensorView logits = pass.scratch(tokens, spec_.n_experts);
        const TensorView ids = pass.output(Probe::experts, tokens, k, DType::i32);
        const TensorView weights = pass.scratch(tokens, k);
        const TensorView hidden = pass.scratch(tokens * k, 3 * spec_.d_expert);
        const TensorView probs = pass.wants(Probe::router)
            ? pass.output(Probe::router, tokens, spec_.n_experts)
            : TensorView {};
        pass.run(Matmul {.x = x, .w = w_router_, .out = logits});
        pass.run(Route {.logits = logits, .ids = ids, .weights = weights, .probs = probs,
                        .kind = spec_.router});
        pass.run(ExpertMlp {.x = x, .ids = ids, .weights = weights, .w_in = w_experts_in_,
                            .w_out = w_experts_out_, .hidden = hidden, .out = out});
        if (probs) pass.probe(Probe::router, probs);
        pass.probe(Probe::experts, ids);
    }

    GatedFeedForwardSpec spec_;
    TensorView w_in_, w_out_, w_router_, w_experts_in_, w_experts_out_;
};

} // namespace

std::unique_ptr<FeedForward> GatedFeedForwardSpec::build(Weights& weights) const
{
    return std::make_unique<GatedFeedForward>(*this, weights);
}

} // namespace mixscope
