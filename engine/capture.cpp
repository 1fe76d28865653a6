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
            + token.bytes.size() + token.text.size();
    }
    return n;
}

Capture::Capture(std::vector<std::vector<ProbeField>> offered, Backend& backend)
    : backend_(backend)
    , offered_(std::move(offered))
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

void Capture::begin(int tokens, std::int64_t bound)
{
    tokens_ = tokens;
    bound_ = bound;
    attention_.clear();
    states_.clear();
    kept_.clear();
    values_.assign(std::size_t(tokens) * std::size_t(layout_->width), std::nanf(""));
    if (backend_.place() == Place::device) arrange();
}

/// Gives each wanted point its place in the memory; the same one for the same selection, tokens
/// and bound.
void Capture::arrange()
{
    constexpr std::int64_t kAlignment = 16; // floats
    memory_used_ = 0;
    place_.assign(offered_.size() * kProbeCount, -1);
    for (std::size_t layer = 0; layer < offered_.size(); ++layer) {
        for (const ProbeField& field : offered_[layer]) {
            if (!wants(field.probe, int(layer)) || field.probe == Probe::state) continue;
            const bool rows = field.probe == Probe::attention;
            place_[layer * kProbeCount + std::size_t(field.probe)] = memory_used_;
            memory_used_ += tokens_ * width_of(field) * (rows ? bound_ : 1);
            memory_used_ = (memory_used_ + kAlignment - 1) / kAlignment * kAlignment;
        }
    }
    const std::size_t bytes = std::size_t(memory_used_) * sizeof(float);
    if (bytes <= memory_.bytes()) return;
    memory_ = {};
    ++memory_version_;
    Result<Buffer> grown = backend_.allocate(bytes);
    if (!grown) throw DeviceFailure(grown.error());
    memory_ = std::move(grown).value();
}

float* Capture::address(std::int64_t offset) const
{
    return static_cast<float*>(memory_.data()) + offset;
}

TensorView Capture::room(Probe probe, int layer) const
{
    if (place_.empty() || !wants(probe, layer)) return {};
    const std::size_t at = std::size_t(layer) * kProbeCount + std::size_t(probe);
    const int width = layout_->fields[std::size_t(field_of_[at])].width;
    return view(address(place_[at]), DType::f32, Place::device, tokens_, width);
}

TensorView Capture::attention_room(int layer, std::int64_t length) const
{
    if (place_.empty() || !wants(Probe::attention, layer)) return {};
    const std::int64_t at =
        place_[std::size_t(layer) * kProbeCount + std::size_t(Probe::attention)];
    for (const ProbeField& field : offered_[std::size_t(layer)]) {
        if (field.probe != Probe::attention) continue;
        return view(address(at), DType::f32, Place::device, width_of(field), tokens_, bound_)
            .slice(2, 0, length);
    }
    return {};
}

void Capture::store(Probe probe, int layer, const TensorView& v, float scale)
{
    const int index = field_of_[std::size_t(layer) * kProbeCount + std::size_t(probe)];
    assert(index >= 0 && v.shape[0] == tokens_);
    const CaptureField& field = layout_->fields[std::size_t(index)];
    assert(v.count() == std::int64_t(tokens_) * field.width);
    if (v.place == Place::device) {
        TensorView to = room(probe, layer);
        to.dtype = v.dtype;
        if (to.data != v.data) backend_.copy(v, to);
        kept_.push_back({probe, layer, to, scale});
        return;
    }
    for (int t = 0; t < tokens_; ++t) {
        float* row = values_.data() + std::size_t(t) * std::size_t(layout_->width) + field.offset;
        copy_row(v, t, field.width, scale, row);
    }
}

void Capture::store_attention(int layer, const TensorView& probs)
{
    if (probs.place == Place::device) {
        kept_.push_back({Probe::attention, layer, probs, 1.0F});
        return;
    }
    read_attention(layer, probs, probs.shape[2]);
}

void Capture::store_state(int layer, const TensorView& state)
{
    if (state.place == Place::device) { // stays as it is until the next call
        kept_.push_back({Probe::state, layer, state, 1.0F});
        return;
    }
    read_state(layer, state);
}

void Capture::read_state(int layer, const TensorView& state)
{
    StateCapture capture;
    capture.layer = layer;
    capture.shape.assign(state.shape, state.shape + state.rank);
    capture.values.resize(std::size_t(state.count()));
    backend_.download(capture.values.data(), state);
    states_.push_back(std::move(capture));
}

TensorView Capture::memory() const
{
    if (place_.empty() || memory_used_ == 0) return {};
    return view(memory_.data(), DType::f32, Place::device, memory_used_);
}

void Capture::read_back(const std::byte* copy, std::int64_t length)
{
    const std::vector<Kept> all = std::move(kept_);
    kept_.clear();
    for (const Kept& kept : all) {
        if (kept.probe == Probe::state) {
            read_state(kept.layer, kept.values);
            continue;
        }
        TensorView host = kept.values;
        const auto offset = static_cast<std::byte*>(kept.values.data)
            - static_cast<std::byte*>(memory_.data());
        host.data = const_cast<std::byte*>(copy + offset);
        host.place = Place::host;
        if (kept.probe == Probe::attention) read_attention(kept.layer, host, length);
        else store(kept.probe, kept.layer, host, kept.scale);
    }
}

/// Rows of a call whose memory may have room for more keys than there are.
void Capture::read_attention(int layer, const TensorView& host, std::int64_t length)
{
    AttentionRows rows;
    rows.layer = layer;
    rows.n_heads = int(host.shape[0]);
    rows.length = int(length);
    rows.values.reserve(std::size_t(host.shape[0] * host.shape[1] * length));
    for (std::int64_t head = 0; head < host.shape[0]; ++head) {
        for (std::int64_t t = 0; t < host.shape[1]; ++t) {
            const float* from = host.as<float>() + head * host.stride[0] + t * host.stride[1];
            rows.values.insert(rows.values.end(), from, from + length);
        }
    }
    attention_.push_back(std::move(rows));
}

} // namespace mixscope
