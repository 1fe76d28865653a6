#pragma once

#include "engine/backend.h"
#include "engine/probe.h"
#include "engine/token_batch.h"

#include <cstddef>
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
///
/// On the host, values are taken when they are stored. On a device, ops write them to memory that
/// holds them until the call is over and read_back() takes them all at once, so that looking never
/// makes the device wait.
class Capture {
public:
    /// Values on the device, and what becomes of them.
    struct Kept {
        Probe probe;
        int layer;
        TensorView values;
        float scale;
    };

    /// offered[layer]: the fields of each layer; index L: those of the model's end.
    Capture(std::vector<std::vector<ProbeField>> offered, Backend& backend);

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
    /// What is wanted in each layer.
    const std::vector<ProbeBits>& selection() const { return wanted_; }
    bool anything() const { return anything_; }
    const ProbeRequest& request() const { return request_; }
    const std::shared_ptr<const CaptureLayout>& layout() const { return layout_; }

    /// Makes room for the values of a call over `tokens` tokens, in which rows of attention weights
    /// lie `bound` apart.
    void begin(int tokens, std::int64_t bound);
    /// On a device: where the values of a wanted point, [tokens, width], are kept. Elsewhere absent.
    TensorView room(Probe probe, int layer) const;
    /// The same for attention weights, [head, tokens, length].
    TensorView attention_room(int layer, std::int64_t length) const;

    /// Takes `v`, [T, …] with the field's width numbers a token, times `scale`.
    void store(Probe probe, int layer, const TensorView& v, float scale);
    /// Takes attention weights [head, T, length].
    void store_attention(int layer, const TensorView& probs);
    /// Takes the recurrent state [head, row, column].
    void store_state(int layer, const TensorView& state);

    /// On a device: the memory that holds the values of this call, [n] f32, and what was stored
    /// there. A recorded call stores the same again without asking. Absent: there is nothing.
    TensorView memory() const;
    /// Changes when the memory moves.
    std::uint64_t memory_version() const { return memory_version_; }
    const std::vector<Kept>& kept() const { return kept_; }
    void set_kept(std::vector<Kept> kept) { kept_ = std::move(kept); }
    /// Takes all values from a copy of the memory; rows of attention have `length` weights.
    void read_back(const std::byte* copy, std::int64_t length);

    std::vector<float> take_values() { return std::move(values_); }
    std::vector<AttentionRows> take_attention() { return std::move(attention_); }
    std::vector<StateCapture> take_states() { return std::move(states_); }

private:
    void rebuild(ProbeLevel level);
    void arrange();
    float* address(std::int64_t offset) const;
    void read_state(int layer, const TensorView& state);
    void read_attention(int layer, const TensorView& host, std::int64_t length);

    Backend& backend_;
    std::vector<std::vector<ProbeField>> offered_;
    std::vector<ProbeBits> wanted_;
    bool anything_ = false;
    ProbeRequest request_;
    std::shared_ptr<const CaptureLayout> layout_;
    std::vector<int> field_of_; ///< index into the layout's fields by layer and point, -1: none
    int tokens_ = 0;
    std::int64_t bound_ = 0;
    Buffer memory_; ///< on a device: values, then attention weights
    std::int64_t memory_used_ = 0; ///< floats
    std::uint64_t memory_version_ = 0;
    std::vector<std::int64_t> place_; ///< first float in the memory by layer and point, -1: none
    std::vector<Kept> kept_;
    std::vector<float> values_;
    std::vector<AttentionRows> attention_;
    std::vector<StateCapture> states_;
};

} // namespace mixscope
