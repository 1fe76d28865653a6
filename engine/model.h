#pragma once

#include "engine/backend.h"
#include "engine/mixer.h"
#include "engine/model_spec.h"
#include "engine/tensor_file.h"
#include "engine/weights.h"

#include <memory>
#include <vector>

namespace mixscope {

/// Which positions of a call get logits.
enum class LogitRows { last, all };

/// The weights of a model and the order of its ops: the one definition for all backends.
/// Immutable after it is built; forward() is called on the engine thread.
class Model {
public:
    /// Asks the checkpoint for every tensor; without one the weights are random. A model without
    /// its values can be described, not run. Errors: bad_format, unsupported, out_of_memory.
    static Result<std::unique_ptr<Model>> build(ModelSpec spec,
                                                std::shared_ptr<const Checkpoint> checkpoint,
                                                Backend& backend,
                                                Weights::Values values = Weights::Values::read);

    /// Runs the layers over the tokens `ids` ([T] i32 on the device), reading and writing
    /// `states` (one a layer). Returns the logits: [1, V] or [T, V], valid until the arena resets.
    TensorView forward(Pass& pass, const TensorView& ids, const std::vector<LayerState>& states,
                       LogitRows rows) const;

    int n_layers() const { return int(layers_.size()); }
    const ModelSpec& spec() const { return spec_; }
    const Mixer& mixer(int layer) const { return *layers_[std::size_t(layer)].mixer; }
    /// Points each layer offers; the last entry is the model's end.
    std::vector<std::vector<ProbeField>> probe_fields() const;
    /// Fills layers, parameters, bytes; leaves what files other than the weights say.
    void describe(ModelInfo& info) const;

private:
    struct Layer {
        TensorView mixer_norm, feed_forward_norm;
        std::unique_ptr<Mixer> mixer;
        std::unique_ptr<FeedForward> feed_forward;
        std::uint64_t parameters = 0;
        std::uint64_t weight_bytes = 0;
    };

    Model() = default;
    void look_at_residual(Pass& pass, const TensorView& x, const TensorView& mixed,
                          const TensorView& fed) const;

    ModelSpec spec_;
    std::shared_ptr<const Checkpoint> checkpoint_; // keeps the mapped weights alive
    std::vector<Buffer> buffers_;
    std::vector<Layer> layers_;
    TensorView embedding_, final_norm_, head_;
    std::uint64_t outer_parameters_ = 0;
    std::uint64_t outer_bytes_ = 0;
    std::string dtype_;
};

} // namespace mixscope
