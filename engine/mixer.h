#pragma once

#include "engine/model_info.h"
#include "engine/pass.h"
#include "engine/weights.h"

#include <cassert>
#include <memory>
#include <string_view>
#include <vector>

namespace mixscope {

/// One part of a layer's state, declared as data: a session allocates, snapshots and shows it
/// without knowing the layer. A field that grows has one row for each position.
struct StateField {
    const char* name;                  ///< "ssm", "conv", "k", "v"
    std::vector<std::int64_t> shape;   ///< one row's shape when it grows along position
    bool grows = false;
};

/// The state of one layer in one session: views in the order of state_fields().
struct LayerState {
    std::vector<const char*> names;
    std::vector<TensorView> views;

    const TensorView& operator[](std::string_view name) const
    {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (name == names[i]) return views[i];
        }
        assert(false && "state field was not declared");
        return views.front();
    }
};

/// Mixes along the sequence. Holds weights only; what changes is in the session's LayerState.
/// T > 1 is prefill, T = 1 is decode: any chunking of a prompt gives the same output and state.
class Mixer {
public:
    virtual ~Mixer() = default;

    virtual const char* kind() const = 0; ///< "attention", "mamba2"
    virtual void describe(LayerInfo& info) const = 0;
    virtual std::vector<StateField> state_fields() const = 0;
    virtual std::vector<ProbeField> probe_fields() const = 0;
    /// The state field that is a matrix for each head ([head, row, column]), if there is one.
    virtual const char* state_matrix() const { return nullptr; }
    /// x: [T, d_model], the normed residual stream. out: [T, d_model], replaced. Engine thread.
    virtual void forward(Pass& pass, const TensorView& x, const TensorView& out,
                         const LayerState& state) const
        = 0;
};

/// The feed-forward part of a layer: mixes within a token. Holds weights only.
class FeedForward {
public:
    virtual ~FeedForward() = default;

    virtual void describe(LayerInfo& info) const = 0;
    virtual std::vector<ProbeField> probe_fields() const = 0;
    /// x: [T, d_model]. out: [T, d_model], replaced. Engine thread.
    virtual void forward(Pass& pass, const TensorView& x, const TensorView& out) const = 0;
};

/// What a mixer or feed-forward is made from: sizes and tensor names, filled by a family, turned
/// into the thing itself when the weights are at hand.
template <class Part>
struct PartSpec {
    virtual ~PartSpec() = default;
    /// Asks `weights` for all tensors; the caller looks at weights.failed() afterwards.
    virtual std::unique_ptr<Part> build(Weights& weights) const = 0;
};
using MixerSpec = PartSpec<Mixer>;
using FeedForwardSpec = PartSpec<FeedForward>;

} // namespace mixscope
