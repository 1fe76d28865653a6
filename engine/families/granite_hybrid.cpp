// IBM Granite 4.0 and 4.0-H: Mamba-2 mixed with attention, dense or mixture of experts.
// Source: config.json and tensor names as transformers writes them (model_type granitemoehybrid).

#include "engine/config_reader.h"
#include "engine/feed_forwards/gated.h"
#include "engine/mixers/attention.h"
#include "engine/mixers/mamba2.h"
#include "engine/model_spec.h"
#include "engine/rope_frequencies.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace mixscope {

namespace {

constexpr std::int64_t kMaxWidth = std::int64_t(1) << 20;

/// layer_types, or what some configs call layers_block_type. Both spellings of the two kinds.
Result<std::vector<std::string>> layer_kinds(const Params& config, std::int64_t n_layers)
{
    const char* key = config.has("layer_types") ? "layer_types" : "layers_block_type";
    Result<std::vector<std::string>> kinds = config.texts(key);
    if (!kinds) return kinds;
    if (std::int64_t(kinds->size()) != n_layers) {
        return Error {ErrorCode::bad_format,
                      config.name() + ": \"" + key + "\" has " + std::to_string(kinds->size())
                          + " entries, wanted " + std::to_string(n_layers) + " (num_hidden_layers)",
                      "Load the model with its own config.json."};
    }
    for (std::string& kind : *kinds) {
        if (kind == "linear_attention") kind = "mamba";
        if (kind == "full_attention") kind = "attention";
        if (kind != "mamba" && kind != "attention") {
            return Error {ErrorCode::unsupported,
                          config.name() + ": \"" + key + "\" holds \"" + kind
                              + "\", known are: mamba, attention",
                          "This layer kind is not understood in this family."};
        }
    }
    return kinds;
}

void read_positions(ConfigReader& in, AttentionSpec& spec)
{
    const std::string position = in.text_or("position_embedding_type", "nope");
    if (position == "nope") return;
    if (position != "rope") {
        in.unsupported("\"position_embedding_type\" is \"" + position + "\", known are: nope, rope");
        return;
    }
    Result<RopeFrequencies> rope = rope_frequencies(in.config(), spec.head_dim);
    if (!rope) {
        in.fail(rope.error());
        return;
    }
    spec.inv_freq = std::move(rope->inv_freq);
    spec.rope_factor = rope->attention_factor;
}

std::unique_ptr<MixerSpec> attention_spec(ConfigReader& in, const std::string& prefix,
                                          std::int64_t d_model)
{
    auto spec = std::make_unique<AttentionSpec>();
    spec->d_model = d_model;
    spec->n_heads = in.integer("num_attention_heads", 1, 4096);
    spec->n_kv_heads = in.integer_or("num_key_value_heads", spec->n_heads, 1, 4096);
    if (spec->n_heads % spec->n_kv_heads != 0) {
        in.bad("\"num_attention_heads\" is " + std::to_string(spec->n_heads)
               + ", wanted a multiple of \"num_key_value_heads\" "
               + std::to_string(spec->n_kv_heads));
    }
    spec->head_dim = in.integer_or("head_dim", d_model / spec->n_heads, 1, 4096);
    spec->prefix = prefix + "self_attn.";
    spec->has_bias = in.flag_or("attention_bias", false);
    spec->scale = in.number_or("attention_multiplier", 1.0);
    read_positions(in, *spec);
    return spec;
}

std::unique_ptr<MixerSpec> mamba_spec(ConfigReader& in, const std::string& prefix,
                                      std::int64_t d_model, float eps)
{
    const Params& config = in.config();
    auto spec = std::make_unique<Mamba2Spec>();
    spec->d_model = d_model;
    spec->n_heads = in.integer_or("mamba_n_heads", 128, 1, 65536);
    const std::int64_t d_inner = in.integer_or("mamba_expand", 2, 1, 64) * d_model;
    const bool automatic = !config.has("mamba_d_head") || config.json()["mamba_d_head"] == "auto";
    spec->head_dim
        = automatic ? d_inner / spec->n_heads : in.integer("mamba_d_head", 1, 65536);
    if (spec->head_dim * spec->n_heads != d_inner) {
        in.bad("\"mamba_n_heads\" times \"mamba_d_head\" is "
               + std::to_string(spec->head_dim * spec->n_heads)
               + ", wanted \"mamba_expand\" times \"hidden_size\" = " + std::to_string(d_inner));
    }
    spec->d_state = in.integer_or("mamba_d_state", 256, 1, 4096);
    spec->n_groups = in.integer_or("mamba_n_groups", 1, 1, 4096);
    if (spec->n_heads % spec->n_groups != 0) {
        in.bad("\"mamba_n_heads\" is " + std::to_string(spec->n_heads)
               + ", wanted a multiple of \"mamba_n_groups\" " + std::to_string(spec->n_groups));
    }
    spec->d_conv = in.integer_or("mamba_d_conv", 4, 2, 16);
    spec->conv_bias = in.flag_or("mamba_conv_bias", true);
    spec->proj_bias = in.flag_or("mamba_proj_bias", false);
    spec->eps = eps;
    spec->prefix = prefix + "mamba.";
    return spec;
}

std::unique_ptr<FeedForwardSpec> feed_forward_spec(ConfigReader& in, const std::string& prefix,
                                                   std::int64_t d_model)
{
    auto spec = std::make_unique<GatedFeedForwardSpec>();
    spec->d_model = d_model;
    spec->d_shared = in.integer_or("shared_intermediate_size", 1024, 1, kMaxWidth);
    spec->shared_prefix = prefix + "shared_mlp.";
    spec->n_experts = in.integer_or("num_local_experts", 8, 0, 65536);
    if (spec->n_experts > 0) {
        spec->n_experts_used = in.integer_or("num_experts_per_tok", 2, 1, spec->n_experts);
        spec->d_expert = in.integer_or("intermediate_size", 11008, 1, kMaxWidth);
        spec->expert_prefix = prefix + "block_sparse_moe.";
    }
    return spec;
}

void read_model(ConfigReader& in, ModelSpec& model)
{
    model.family = "granitemoehybrid";
    model.d_model = in.integer("hidden_size", 1, kMaxWidth);
    model.vocabulary = in.integer("vocab_size", 1, std::int64_t(1) << 24);
    model.context_limit = in.integer_or("max_position_embeddings", 2048, 1, std::int64_t(1) << 30);
    model.norm_eps = in.number_or("rms_norm_eps", 1e-6);
    model.embedding_scale = in.number_or("embedding_multiplier", 1.0);
    model.residual_scale = in.number_or("residual_multiplier", 1.0);
    const float divisor = in.number_or("logits_scaling", 1.0);
    if (!(std::abs(divisor) > 0.0F)) in.bad("\"logits_scaling\" is 0, wanted another number");
    model.logit_scale = 1.0F / divisor;
    in.expect_text("hidden_act", "silu");
    in.expect_text("normalization_function", "rmsnorm");
    model.embedding = "model.embed_tokens.weight";
    model.final_norm = "model.norm.weight";
    model.head = "lm_head.weight";
}

} // namespace

Result<ModelSpec> parse_granite_hybrid(const Params& config)
{
    ConfigReader in(config);
    ModelSpec model;
    read_model(in, model);
    const std::int64_t n_layers = in.integer("num_hidden_layers", 1, 4096);
    if (in.failed()) return in.error();
    const Result<std::vector<std::string>> kinds = layer_kinds(config, n_layers);
    if (!kinds) return kinds.error();

    for (std::int64_t i = 0; i < n_layers && !in.failed(); ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + ".";
        LayerSpec layer;
        layer.mixer_norm = prefix + "input_layernorm.weight";
        layer.feed_forward_norm = prefix + "post_attention_layernorm.weight";
        layer.mixer = (*kinds)[std::size_t(i)] == "attention"
            ? attention_spec(in, prefix, model.d_model)
            : mamba_spec(in, prefix, model.d_model, model.norm_eps);
        layer.feed_forward = feed_forward_spec(in, prefix, model.d_model);
        model.layers.push_back(std::move(layer));
    }
    if (in.failed()) return in.error();
    return model;
}

} // namespace mixscope
