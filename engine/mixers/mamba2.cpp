#include "engine/mixers/mamba2.h"

namespace mixscope {

namespace {

/// A state-space layer whose heads each keep a [P, N] matrix and decide from the token how much
/// of it to keep (exp(Δ·A)), what to write (Δ·x ⊗ B) and what to read (C).
/// Source: Dao and Gu, "Transformers are SSMs", arXiv:2405.21060.
class Mamba2 final : public Mixer {
public:
    Mamba2(const Mamba2Spec& spec, Weights& weights)
        : spec_(spec)
        , d_inner_(spec.n_heads * spec.head_dim)
        , bc_width_(spec.n_groups * spec.d_state)
        , conv_width_(d_inner_ + 2 * bc_width_)
    {
        const std::int64_t in_width = d_inner_ + conv_width_ + spec.n_heads;
        const std::string& p = spec.prefix;
        w_in_ = weights.get(p + "in_proj.weight", {in_width, spec.d_model});
        w_out_ = weights.get(p + "out_proj.weight", {spec.d_model, d_inner_});
        if (spec.proj_bias) {
            b_in_ = weights.get(p + "in_proj.bias", {in_width});
            b_out_ = weights.get(p + "out_proj.bias", {spec.d_model});
        }
        conv_weight_ = weights.get(p + "conv1d.weight", {conv_width_, spec.d_conv});
        if (spec.conv_bias) conv_bias_ = weights.get(p + "conv1d.bias", {conv_width_});
        dt_bias_ = weights.get(p + "dt_bias", {spec.n_heads});
        a_log_ = weights.get(p + "A_log", {spec.n_heads});
        d_ = weights.get(p + "D", {spec.n_heads});
        norm_ = weights.get(p + "norm.weight", {d_inner_});
    }

    const char* kind() const override { return "mamba2"; }

    void describe(LayerInfo& info) const override
    {
        info.mixer = kind();
        info.n_heads = int(spec_.n_heads);
        info.head_dim = int(spec_.head_dim);
        info.d_state = int(spec_.d_state);
        info.n_groups = int(spec_.n_groups);
    }

    std::vector<StateField> state_fields() const override
    {
        return {{"ssm", {spec_.n_heads, spec_.head_dim, spec_.d_state}},
                {"conv", {conv_width_, spec_.d_conv - 1}}};
    }

    const char* state_matrix() const override { return "ssm"; }

    std::vector<ProbeField> probe_fields() const override
    {
        const int heads = int(spec_.n_heads);
        const int groups = int(spec_.n_groups);
        return {{Probe::state_norm, {heads}}, {Probe::state_change, {heads}},
                {Probe::state, {heads, int(spec_.head_dim), int(spec_.d_state)}},
                {Probe::dt, {heads}},         {Probe::keep, {heads}},
                {Probe::write, {heads}},      {Probe::out_gate, {heads}},
                {Probe::b_norm, {groups}},    {Probe::c_norm, {groups}},
                {Probe::conv, {int(conv_width_)}}};
    }

    void forward(Pass& pass, const TensorView& x, const TensorView& out,
                 const LayerState& state) const override
    {
        const std::int64_t tokens = x.shape[0];
        const TensorView in = pass.scratch(tokens, d_inner_ + conv_width_ + spec_.n_heads);
        const TensorView conv = pass.output(Probe::conv, tokens, conv_width_);
        const TensorView dt = pass.output(Probe::dt, tokens, spec_.n_heads);
        const TensorView keep = pass.output(Probe::keep, tokens, spec_.n_heads);
        const TensorView y = pass.scratch(tokens, d_inner_);

        // Rows of in_proj: z | x B C | dt. The convolution covers x, B and C.
        const TensorView z = in.slice(1, 0, d_inner_);
        const TensorView xbc = in.slice(1, d_inner_, conv_width_);
        const TensorView dt_raw = in.slice(1, d_inner_ + conv_width_, spec_.n_heads);
        const Streams s {
            .x = conv.slice(1, 0, d_inner_).split_last(spec_.n_heads, spec_.head_dim),
            .b = conv.slice(1, d_inner_, bc_width_).split_last(spec_.n_groups, spec_.d_state),
            .c = conv.slice(1, d_inner_ + bc_width_, bc_width_)
                     .split_last(spec_.n_groups, spec_.d_state),
            .z = z.split_last(spec_.n_heads, spec_.head_dim),
            .dt = dt,
            .keep = keep,
            .state_norm = output_if_wanted(pass, Probe::state_norm, tokens),
            .state_change = output_if_wanted(pass, Probe::state_change, tokens),
        };

        pass.run(Matmul {.x = x, .w = w_in_, .bias = b_in_, .out = in});
        pass.run(CausalConv1d {.x = xbc, .weight = conv_weight_, .bias = conv_bias_,
                               .state = state["conv"], .out = conv});
        pass.run(SsdGates {.dt_raw = dt_raw, .dt_bias = dt_bias_, .a_log = a_log_, .dt = dt,
                           .keep = keep, .dt_min = spec_.dt_min, .dt_max = spec_.dt_max});
        pass.run(SsdScan {.x = s.x, .b = s.b, .c = s.c, .dt = dt, .keep = keep, .d = d_,
                          .state = state["ssm"],
                          .out = y.split_last(spec_.n_heads, spec_.head_dim),
                          .state_norm = s.state_norm, .state_change = s.state_change});
        if (pass.wanted() != 0) [[unlikely]] {
            pass.probe(Probe::conv, conv);
            pass.probe_state(state["ssm"]);
            look(pass, s);
        }
        pass.run(GatedRmsNorm {.x = y, .gate = z, .weight = norm_, .out = y, .eps = spec_.eps,
                               .groups = int(spec_.n_groups)});
        pass.run(Matmul {.x = y, .w = w_out_, .bias = b_out_, .out = out});
    }

private:
    /// What flows through the scan, by head or group.
    struct Streams {
        TensorView x, b, c, z, dt, keep, state_norm, state_change;
    };

    TensorView output_if_wanted(Pass& pass, Probe probe, std::int64_t tokens) const
    {
        return pass.wants(probe) ? pass.output(probe, tokens, spec_.n_heads) : TensorView {};
    }

    void look(Pass& pass, const Streams& s) const
    {
        const std::int64_t tokens = s.dt.shape[0];
        pass.probe(Probe::dt, s.dt);
        pass.probe(Probe::keep, s.keep);
        pass.probe(Probe::state_norm, s.state_norm);
        pass.probe(Probe::state_change, s.state_change);
        if (pass.wants(Probe::out_gate)) {
            const TensorView open = pass.output(Probe::out_gate, tokens, spec_.n_heads);
            pass.observe(MeanAbsSilu {.x = s.z, .out = open});
            pass.probe(Probe::out_gate, open);
        }
        const ProbeBits norms = bit_of(Probe::b_norm) | bit_of(Probe::c_norm) | bit_of(Probe::write);
        if ((pass.wanted() & norms) == 0) return;
        const TensorView b_norm = pass.output(Probe::b_norm, tokens, spec_.n_groups);
        const TensorView c_norm = pass.output(Probe::c_norm, tokens, spec_.n_groups);
        const TensorView x_norm = pass.scratch(tokens, spec_.n_heads);
        const TensorView write = pass.output(Probe::write, tokens, spec_.n_heads);
        pass.observe(L2Norm {.x = s.b, .out = b_norm});
        pass.observe(L2Norm {.x = s.c, .out = c_norm});
        pass.observe(L2Norm {.x = s.x, .out = x_norm});
        pass.observe(WriteStrength {.dt = s.dt, .b_norm = b_norm, .x_norm = x_norm, .out = write});
        pass.probe(Probe::b_norm, b_norm);
        pass.probe(Probe::c_norm, c_norm);
        pass.probe(Probe::write, write);
    }

    Mamba2Spec spec_;
    std::int64_t d_inner_, bc_width_, conv_width_;
    TensorView w_in_, b_in_, w_out_, b_out_, conv_weight_, conv_bias_, dt_bias_, a_log_, d_, norm_;
};

} // namespace

std::unique_ptr<Mixer> Mamba2Spec::build(Weights& weights) const
{
    return std::make_unique<Mamba2>(*this, weights);
}

} // namespace mixscope
