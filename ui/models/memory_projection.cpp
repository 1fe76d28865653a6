#include "ui/models/memory_projection.h"

#include "engine/model_info.h"

#include <limits>

namespace mixscope {

double crossing(const MemoryCurve& a, const MemoryCurve& b)
{
    const double slope = a.bytes_per_token - b.bytes_per_token;
    const double tokens = slope != 0.0 ? (b.fixed_bytes - a.fixed_bytes) / slope : 0.0;
    return tokens > 0.0 ? tokens : std::numeric_limits<double>::quiet_NaN();
}

MemoryProjection::MemoryProjection(const ModelInfo& info)
    : layers(int(info.layers.size()))
    , model {double(info.state_bytes), double(info.kv_bytes_per_token)}
{
    for (int i = 0; i < layers; ++i) {
        const LayerInfo& layer = info.layers[std::size_t(i)];
        if (layer.has_attention() && !pure_attention) {
            attention_layer = i;
            pure_attention = MemoryCurve {0.0, double(layers) * double(layer.kv_bytes_per_token)};
        }
        if (layer.has_state() && !pure_recurrent) {
            recurrent_layer = i;
            pure_recurrent = MemoryCurve {double(layers) * double(layer.state_bytes), 0.0};
        }
    }
}

} // namespace mixscope
