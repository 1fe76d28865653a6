#include "ui/plot/tile_paint.h"

#include "ui/plot/plot_map.h"

#include <QPainter>

namespace mixscope {

TilePooling paintTiles(QPainter& painter, const PlotMap& map, const TileLayer& layer)
{
    return paintTiles(painter, map.rect, map.window, map.deviceScale, layer);
}

TilePooling paintTiles(QPainter& painter, const QRectF& target, const QRectF& cells,
                       double deviceScale, const TileLayer& layer)
{
    const TileWindow window {
        .cells = cells, .pixels = (target.size() * deviceScale).toSize(), .lines = layer.lines};
    if (window.pixels.isEmpty()) return {};
    const QImage image = renderTiles(layer.pyramid, window, layer.colors, layer.hatch);
    painter.drawImage(target, image);
    return tilePooling(layer.pyramid, window);
}

} // namespace mixscope
