#include "ui/models/selection.h"

#include <algorithm>
#include <utility>

namespace mixscope {

int Selection::token() const
{
    if (hovered_ >= 0) return hovered_;
    return locked_ >= 0 ? locked_ : newest_;
}

void Selection::setLayer(int layer)
{
    layer = std::clamp(layer, 0, std::max(0, layers_ - 1));
    if (layer == layer_) return;
    const int head = head_;
    layer_ = layer;
    if (layer < int(layerTable_.size())) {
        const Layer& entered = layerTable_[std::size_t(layer)];
        heads_ = entered.heads;
        const Focus& before = entered.attention ? attention_ : state_;
        head_ = std::clamp(before.head, 0, std::max(0, heads_ - 1));
    }
    remember();
    Q_EMIT layerChanged(layer_);
    if (head_ != head) Q_EMIT headChanged(head_);
}

void Selection::setHead(int head)
{
    head = std::clamp(head, 0, std::max(0, heads_ - 1));
    if (std::exchange(head_, head) == head) return;
    remember();
    Q_EMIT headChanged(head);
}

void Selection::focus(int layer, int head)
{
    setLayer(layer);
    setHead(head);
}

void Selection::setLayers(std::vector<Layer> layers)
{
    layerTable_ = std::move(layers);
    layers_ = int(layerTable_.size());
    const auto first = [this](bool Layer::*kind) {
        const auto found = std::find_if(layerTable_.begin(), layerTable_.end(),
                                        [&](const Layer& layer) { return layer.*kind; });
        return found == layerTable_.end() ? -1 : int(found - layerTable_.begin());
    };
    attention_ = {first(&Layer::attention), 0};
    state_ = {first(&Layer::state), 0};
    layer_ = std::max(0, attention_.layer);
    head_ = 0;
    heads_ = layerTable_.empty() ? 0 : layerTable_[std::size_t(layer_)].heads;
    Q_EMIT layerChanged(layer_);
    Q_EMIT headChanged(head_);
}

void Selection::remember()
{
    if (layer_ >= int(layerTable_.size())) return;
    if (layerTable_[std::size_t(layer_)].attention) attention_ = {layer_, head_};
    if (layerTable_[std::size_t(layer_)].state) state_ = {layer_, head_};
}

void Selection::setLayerCount(int layers)
{
    layers_ = layers;
    setLayer(layer_);
}

void Selection::setHeadCount(int heads)
{
    heads_ = heads;
    setHead(head_);
}

void Selection::hoverToken(int token)
{
    setPosition(token <= newest_ ? std::max(-1, token) : -1, locked_, newest_);
}

void Selection::hoverSource(int token)
{
    setSource(std::clamp(token, -1, newest_), lockedSource_);
}

void Selection::lockToken(int token)
{
    setPosition(hovered_, std::clamp(token, -1, newest_), newest_);
    if (locked_ >= 0 && lockedSource_ > locked_) lockSource(-1);
}

void Selection::lockSource(int token)
{
    setSource(source_, std::clamp(token, -1, newest_));
}

void Selection::setNewest(int token)
{
    setPosition(hovered_ > token ? -1 : hovered_, locked_ > token ? -1 : locked_, token);
    setSource(source_ > token ? -1 : source_, lockedSource_ > token ? -1 : lockedSource_);
    if (range_.last > token) setRange({});
    std::array<int, kPins> kept = pins_;
    for (int& pin : kept)
        pin = pin > token ? -1 : pin;
    if (std::exchange(pins_, kept) != kept) Q_EMIT pinsChanged();
}

void Selection::setHistory(int first, int newest)
{
    if (first <= newest_) setNewest(first - 1);
    setNewest(newest);
}

void Selection::setRange(TokenRange range)
{
    if (range.first > range.last) std::swap(range.first, range.last);
    range.last = std::min(range.last, newest_);
    range.first = std::max(range.first, range.last < 0 ? -1 : 0);
    if (range.first > range.last || range.first < 0) range = {};
    if (std::exchange(range_, range) != range) Q_EMIT rangeChanged();
}

int Selection::pinOf(int token) const
{
    const auto found = std::find(pins_.begin(), pins_.end(), token);
    return token < 0 || found == pins_.end() ? -1 : int(found - pins_.begin());
}

bool Selection::pinned() const
{
    return std::any_of(pins_.begin(), pins_.end(), [](int pin) { return pin >= 0; });
}

bool Selection::togglePin(int token)
{
    if (token < 0 || token > newest_) return false;
    const int place = pinOf(token);
    const auto at = place >= 0 ? pins_.begin() + place : std::find(pins_.begin(), pins_.end(), -1);
    if (at == pins_.end()) return false;
    *at = place >= 0 ? -1 : token;
    Q_EMIT pinsChanged();
    return true;
}

void Selection::clearPins()
{
    if (!pinned()) return;
    pins_.fill(-1);
    Q_EMIT pinsChanged();
}

void Selection::setSource(int hovered, int locked)
{
    const int before = source();
    const bool lockMoved = std::exchange(lockedSource_, locked) != locked;
    source_ = hovered;
    if (source() != before || lockMoved) Q_EMIT sourceChanged(source());
}

void Selection::setPosition(int hovered, int locked, int newest)
{
    const int before = token();
    const bool followed = following();
    const bool lockMoved = std::exchange(locked_, locked) != locked;
    hovered_ = hovered;
    newest_ = newest;
    if (token() != before || lockMoved) Q_EMIT tokenChanged(token());
    if (following() != followed) Q_EMIT followingChanged(following());
}

} // namespace mixscope
