#include "engine/model.h"

namespace mixscope {

Result<std::unique_ptr<Model>> Model::build(ModelSpec spec,
                                            std::shared_ptr<const Checkpoint> checkpoint,
                                            Backend& backend, Weights::Values values)
{
    std::unique_ptr<Model> model(new Model);
    Weights weights(checkpoint.get(), backend, values);
    model->checkpoint_ = checkpoint;
    model->embedding_ = weights.get(spec.embedding, {spec.vocabulary, spec.d_model});
    model->final_norm_ = weights.get(spec.final_norm, {spec.d_model});
    // A checkpoint with tied weights stores the matrix once, under the embedding's name.
    model->head_ = weights.has(spec.head)
        ? weights.get(spec.head, {spec.vocabulary, spec.d_model})
        : model->embedding_;
    model->outer_parameters_ = weights.take_parameters();
    model->outer_bytes_ = weights.take_bytes();
    for (const LayerSpec& part : spec.layers) {
        Layer layer;
        layer.mixer_norm = weights.get(part.mixer_norm, {spec.d_model});
        layer.mixer = part.mixer->build(weights);
        layer.feed_forward_norm = weights.get(part.feed_forward_norm, {spec.d_model});
        layer.feed_forward = part.feed_forward->build(weights);
        layer.parameters = weights.take_parameters();
        layer.weight_bytes = weights.take_bytes();
        model->layers_.push_back(std::move(layer));
        if (weights.failed()) return weights.error();
    }
    model->buffers_ = weights.take_buffers();
    model->dtype_ = weights.main_dtype();
    model->spec_ = std::move(spec);
    return model;
}

TensorView Model::forward(Pass& pass, const TensorView& ids, const std::vector<LayerState>& states,
                          LogitRows rows) const
{
    const std::int64_t tokens = ids.shape[0];
    const TensorView x = pass.scratch(tokens, spec_.d_model);      // the residual stream
    const TensorView normed = pass.scratch(tokens, spec_.d_model); // what a block reads
    const TensorView mixed = pass.scratch(tokens, spec_.d_model);  // what the mixer gives
    const TensorView fed = pass.scratch(tokens, spec_.d_model);    // what the feed-forward gives
    const float scale = spec_.residual_scale;
    const float eps = spec_.norm_eps;

    pass.begin_layer(-1);
    pass.run(Embed {.ids = ids, .table = embedding_, .out = x, .scale = spec_.embedding_scale});
    pass.begin_layer(0);
    pass.probe(Probe::hidden, x);
    pass.run(RmsNorm {.x = x, .weight = layers_.front().mixer_norm, .out = normed, .eps = eps});
    for (int i = 0; i < n_layers(); ++i) {
        const Layer& layer = layers_[std::size_t(i)];
        const bool last = i + 1 == n_layers();
        const TensorView& next_norm = last ? final_norm_ : layers_[std::size_t(i) + 1].mixer_norm;
        const Arena::Mark mark = pass.arena().mark();
        pass.begin_layer(i);
        layer.mixer->forward(pass, normed, mixed, states[std::size_t(i)]);
        pass.run(AddRmsNorm {.x = x, .y = mixed, .weight = layer.feed_forward_norm, .out = normed,
                             .scale = scale, .eps = eps});
        layer.feed_forward->forward(pass, normed, fed);
        pass.run(AddRmsNorm {.x = x, .y = fed, .weight = next_norm, .out = normed, .scale = scale,
                             .eps = eps});
        if (pass.wanted() != 0) [[unlikely]] look_at_residual(pass, x, mixed, fed);
        pass.arena().release(mark);
        pass.begin_layer(i + 1);
        pass.probe(Probe::hidden, x);
    }
    pass.probe(Probe::final_norm, normed);
    const std::int64_t n = rows == LogitRows::all ? tokens : 1;
    const TensorView read = normed.slice(0, tokens - n, n);
    const TensorView logits = pass.scratch(n, spec_.vocabulary);
    pass.run(Matmul {.x = read, .w = head_, .out = logits, .scale = spec_.logit_scale});
    pass.begin_layer(n_layers() + 1);
    return logits;
}

void Model::look_at_residual(Pass& pass, const TensorView& x, const TensorView& mixed,
                             const TensorView& fed) const
{
    const std::int64_t tokens = x.shape[0];
    if (pass.wants(Probe::residual_norm)) {
        const TensorView norm = pass.output(Probe::residual_norm, tokens, 1);
        pass.observe(L2Norm {.x = x.split_last(1, spec_.d_model), .out = norm});
        pass.probe(Probe::residual_norm, norm);
    }
    if (pass.wants(Probe::block_norm)) { // both blocks of the layer together; they are done with
        const TensorView norm = pass.output(Probe::block_norm, tokens, 1);
        pass.observe(AddScaled {.x = mixed, .y = fed});
        pass.observe(L2Norm {.x = mixed.split_last(1, spec_.d_model), .out = norm});
        pass.probe(Probe::block_norm, norm, spec_.residual_scale);
    }
}

std::vector<std::vector<ProbeField>> Model::probe_fields() const
{
    const int width = int(spec_.d_model);
    std::vector<std::vector<ProbeField>> out;
    for (const Layer& layer : layers_) {
        std::vector<ProbeField> fields {
            {Probe::hidden, {width}}, {Probe::residual_norm, {}}, {Probe::block_norm, {}}};
        for (const ProbeField& field : layer.mixer->probe_fields()) fields.push_back(field);
        for (const ProbeField& field : layer.feed_forward->probe_fields()) fields.push_back(field);
        out.push_back(std::move(fields));
    }
    out.push_back({{Probe::hidden, {width}}, {Probe::final_norm, {width}}});
    return out;
}

void Model::describe(ModelInfo& info) const
{
    info.family = spec_.family;
    info.weight_dtype = dtype_;
    info.d_model = int(spec_.d_model);
    info.vocabulary = int(spec_.vocabulary);
    info.context_limit = int(spec_.context_limit);
    info.parameters = outer_parameters_;
    info.weight_bytes = outer_bytes_;
    for (const Layer& layer : layers_) {
        LayerInfo part;
        layer.mixer->describe(part);
        layer.feed_forward->describe(part);
        part.parameters = layer.parameters;
        part.weight_bytes = layer.weight_bytes;
        info.parameters += layer.parameters;
        info.weight_bytes += layer.weight_bytes;
        info.layers.push_back(std::move(part));
    }
}

} // namespace mixscope
