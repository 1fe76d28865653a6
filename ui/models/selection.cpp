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
    layer_ = layer;
    const int head = head_;
    if (layer < int(headsOfLayer_.size())) {
        heads_ = headsOfLayer_[std::size_t(layer)];
        head_ = std::clamp(head_, 0, std::max(0, heads_ - 1));
    }
    Q_EMIT layerChanged(layer_);
    if (head_ != head) Q_EMIT headChanged(head_);
}

void Selection::setHead(int head)
{
    head = std::clamp(head, 0, std::max(0, heads_ - 1));
    if (std::exchange(head_, head) != head) Q_EMIT headChanged(head);
}

void Selection::setHeadCounts(std::vector<int> headsOfLayer)
{
    headsOfLayer_ = std::move(headsOfLayer);
    setLayerCount(int(headsOfLayer_.size()));
    setHeadCount(headsOfLayer_.empty() ? 0 : headsOfLayer_[std::size_t(layer_)]);
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
    token = std::clamp(token, -1, newest_);
    if (std::exchange(source_, token) != token) Q_EMIT sourceChanged(token);
}

void Selection::lockToken(int token)
{
    setPosition(hovered_, std::clamp(token, -1, newest_), newest_);
}

void Selection::setNewest(int token)
{
    setPosition(hovered_ > token ? -1 : hovered_, locked_ > token ? -1 : locked_, token);
    if (source_ > token) hoverSource(-1);
}

void Selection::setPosition(int hovered, int locked, int newest)
{
    const int before = token();
    const bool followed = following();
    hovered_ = hovered;
    locked_ = locked;
    newest_ = newest;
    if (token() != before) Q_EMIT tokenChanged(token());
    if (following() != followed) Q_EMIT followingChanged(following());
}

} // namespace mixscope
