#include "engine/capture.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace mixscope {

namespace {

/// Points that do not lie in a token's row of values.
bool captured_apart(Probe probe)
{
    return probe == Probe::attention || probe == Probe::state;
}

int width_of(const ProbeField& field)
{
    int width = 1;
    for (const int n : field.shape) width *= n;
    return width;
}

/// Row r of a strided view [R, …] with a contiguous tail, as f32 or i32 turned into f32.
void copy_row(const TensorView& host, std::int64_t row, int width, float scale, float* out)
{
    if (host.dtype == DType::i32) {
        const std::int32_t* from = host.as<std::int32_t>() + row * host.stride[0];
        for (int i = 0; i < width; ++i) out[i] = float(from[i]);
        return;
    }
    const float* from = host.as<float>() + row * host.stride[0];
    for (int i = 0; i < width; ++i) out[i] = scale * from[i];
}

} // namespace

const CaptureField* CaptureLayout::find(Probe probe, int layer) const
{
    for (const CaptureField& field : fields) {
        if (field.probe == probe && field.layer == layer) return &field;
    }
    return nullptr;
}

std::size_t TokenBatch::bytes() const
{
    std::size_t n = sizeof *this + values.size() * sizeof(float) + ops.size() * sizeof(OpTime);
    for (const AttentionRows& rows : attention) n += rows.values.size() * sizeof(float);
    for (const TokenInfo& token : tokens) {
        n += sizeof token + token.next.size() * sizeof(TopChoice) + token.piece.size()
            + token.text.size();
    }
    return n;
}

Capture::Capture(std::vector<std::vector<ProbeField>> offered)
    : offered_(std::move(offered))
    , wanted_(offered_.size(), 0)
{
    rebuild(ProbeLevel::off);
}

void Capture::select(const ProbeRequest& request)
{
    request_ = request;
    for (std::size_t layer = 0; layer < offered_.size(); ++layer) {
        wanted_[layer] = 0;
        for (const ProbeField& field : offered_[layer]) {
            const ProbeInfo& info = info_of(field.probe);
            const bool everywhere = info.scope == ProbeScope::every_layer
                || (field.probe == Probe::attention && request.level == ProbeLevel::full);
            const bool here
                = info.scope == ProbeScope::focused_layer && request.looks_at(int(layer));
            const bool level_has_it = request.level != ProbeLevel::off && info.from <= request.level;
            if (level_has_it && (everywhere || here)) wanted_[layer] |= bit_of(field.probe);
        }
    }
    rebuild(request.level);
}

void Capture::select(const std::vector<Probe>& probes)
{
    request_ = {};
    for (std::size_t layer = 0; layer < offered_.size(); ++layer) {
        wanted_[layer] = 0;
        for (const ProbeField& field : offered_[layer]) {
            if (std::find(probes.begin(), probes.end(), field.probe) != probes.end()) {
                wanted_[layer] |= bit_of(field.probe);
            }
        }
    }
    rebuild(probes.empty() ? ProbeLevel::off : ProbeLevel::full);
}

void Capture::rebuild(ProbeLevel level)
{
    auto layout = std::make_shared<CaptureLayout>();
    layout->level = level;
    anything_ = false;
    field_of_.assign(offered_.size() * kProbeCount, -1);
    for (std::size_t layer = 0; layer < offered_.size(); ++layer) {
        anything_ = anything_ || wanted_[layer] != 0;
        for (const ProbeField& field : offered_[layer]) {
            if ((wanted_[layer] & bit_of(field.probe)) == 0 || captured_apart(field.probe)) continue;
            const int width = width_of(field);
            field_of_[layer * kProbeCount + std::size_t(field.probe)] = int(layout->fields.size());
            layout->fields.push_back({field.probe, int(layer), layout->width, width});
            layout->width += width;
        }
    }
    layout_ = std::move(layout);
}

void Capture::begin(int tokens)
{
    tokens_ = tokens;
    attention_.clear();
    states_.clear();
    values_.assign(std::size_t(tokens) * std::size_t(layout_->width), std::nanf(""));
}

void Capture::store(Probe probe, int layer, const TensorView& v, float scale, Backend& backend)
{
    const int index = field_of_[std::size_t(layer) * kProbeCount + std::size_t(probe)];
    assert(index >= 0 && v.shape[0] == tokens_);
    const CaptureField& field = layout_->fields[std::size_t(index)];
    assert(v.count() == std::int64_t(tokens_) * field.width);
    TensorView host = v;
    std::vector<float> staged;
    if (v.place == Place::device) {
        staged.resize(std::size_t(v.count()));
        backend.download(staged.data(), v);
        host = view(staged.data(), v.dtype, Place::host, v.shape[0], field.width);
    }
    for (int t = 0; t < tokens_; ++t) {
        float* row = values_.data() + std::size_t(t) * std::size_t(layout_->width) + field.offset;
        copy_row(host, t, field.width, scale, row);
    }
}

void Capture::store_attention(int layer, const TensorView& probs, Backend& backend)
{
    AttentionRows rows;
    rows.layer = layer;
    rows.n_heads = int(probs.shape[0]);
    rows.length = int(probs.shape[2]);
    rows.values.resize(std::size_t(probs.count()));
    backend.download(rows.values.data(), probs);
    attention_.push_back(std::move(rows));
}

void Capture::store_state(int layer, const TensorView& state, Backend& backend)
{
    StateCapture capture;
    capture.layer = layer;
    capture.shape.assign(state.shape, state.shape + state.rank);
    capture.values.resize(std::size_t(state.count()));
    backend.download(capture.values.data(), state);
    states_.push_back(std::move(capture));
}

} // namespace mixscope
