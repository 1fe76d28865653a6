#pragma once

#include "engine/backend.h"
#include "engine/probe.h"
#include "engine/token_batch.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace mixscope {

/// A point that a layer offers: per token `width` numbers (the product of `shape`). Points without
/// a token axis (state) and those whose rows grow (attention) are captured apart.
struct ProbeField {
    Probe probe;
    std::vector<int> shape; ///< axes other than token; for attention {heads}
};

/// A captured recurrent state, all heads, after the last token of a call.
struct StateCapture {
    int layer = 0;
    std::vector<std::int64_t> shape; ///< [head, row, column]
    std::vector<float> values;
};

/// Which points are wanted where, and the values of one forward call. Changed only between
/// calls. Engine thread only.
class Capture {
public:
    /// offered[layer]: the fields of each layer; index L: those of the model's end.
    explicit Capture(std::vector<std::vector<ProbeField>> offered);

    /// Wants what the level of `request` includes, at the focused layer where the table says so.
    void select(const ProbeRequest& request);
    /// Wants exactly these points in every layer that offers them.
    void select(const std::vector<Probe>& probes);

    bool wants(Probe probe, int layer) const
    {
        return (wanted_[std::size_t(layer)] & bit_of(probe)) != 0;
    }
    /// Whether anything at all is wanted in the layer: one test guards a group of points.
    ProbeBits wanted(int layer) const { return wanted_[std::size_t(layer)]; }
    bool anything() const { return anything_; }
    const ProbeRequest& request() const { return request_; }
    const std::shared_ptr<const CaptureLayout>& layout() const { return layout_; }

    /// Makes room for the values of a call over `tokens` tokens.
    void begin(int tokens);
    /// Takes `v`, [T, …] with the field's width numbers a token, times `scale`.
    void store(Probe probe, int layer, const TensorView& v, float scale, Backend& backend);
    /// Takes attention weights [head, T, length].
    void store_attention(int layer, const TensorView& probs, Backend& backend);
    /// Takes the recurrent state [head, row, column].
    void store_state(int layer, const TensorView& state, Backend& backend);

    std::vector<float> take_values() { return std::move(values_); }
    std::vector<AttentionRows> take_attention() { return std::move(attention_); }
    std::vector<StateCapture> take_states() { return std::move(states_); }

private:
    void rebuild(ProbeLevel level);

    std::vector<std::vector<ProbeField>> offered_;
    std::vector<ProbeBits> wanted_;
    bool anything_ = false;
    ProbeRequest request_;
    std::shared_ptr<const CaptureLayout> layout_;
    std::vector<int> field_of_; ///< index into the layout's fields by layer and point, -1: none
    int tokens_ = 0;
    std::vector<float> values_;
    std::vector<AttentionRows> attention_;
    std::vector<StateCapture> states_;
};

} // namespace mixscope
