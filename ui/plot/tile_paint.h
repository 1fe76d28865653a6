#pragma once

#include "ui/plot/tile_image.h"

class QPainter;

namespace mixscope {

struct PlotMap;

/// Where in a plot a pyramid lies and what it is coloured with.
struct TileLayer {
    const Pyramid& pyramid;
    const std::array<QRgb, 256>& colors;
    QRgb hatch = 0;
    Qt::Orientation lines = Qt::Vertical;
};

/// Paints the visible part of a pyramid whose cells are the plot's axis units.
/// Returns the pooling used, to be printed.
TilePooling paintTiles(QPainter& painter, const PlotMap& map, const TileLayer& layer);

/// Paints a part of a pyramid (in cells) into a rectangle of logical pixels.
TilePooling paintTiles(QPainter& painter, const QRectF& target, const QRectF& cells,
                       double deviceScale, const TileLayer& layer);

} // namespace mixscope
