#pragma once

#include "ui/plot/pyramid.h"

#include <QImage>
#include <QRectF>
#include <QRgb>
#include <QSize>

#include <array>

namespace mixscope {

/// What part of a pyramid is drawn, and how.
struct TileWindow {
    QRectF cells; ///< in cells: x to the right, y down; may reach beyond the data
    QSize pixels; ///< of the device
    Qt::Orientation lines = Qt::Vertical; ///< direction in which lines follow each other
    bool operator==(const TileWindow&) const = default;
};

/// How many cells of each axis are one drawn cell (powers of two, at least 1).
struct TilePooling {
    int x = 1;
    int y = 1;
    bool operator==(const TilePooling&) const = default;
};

/// The pooling renderTiles() uses: the finest at which no drawn cell is smaller than a pixel.
TilePooling tilePooling(const Pyramid& pyramid, const TileWindow& window);

/// The window as an image in device pixels. Cells that were not captured are hatched in `hatch`;
/// what lies outside the data (the future of an attention row) stays transparent.
QImage renderTiles(const Pyramid& pyramid, const TileWindow& window,
                   const std::array<QRgb, 256>& colors, QRgb hatch);

/// The last image of one pyramid whose lines follow each other downwards: while window and colours
/// stay, only the strip of lines that changed is drawn again. UI thread only.
class TileCache {
public:
    const QImage& image(Pyramid& pyramid, const TileWindow& window,
                        const std::array<QRgb, 256>& colors, QRgb hatch);
    /// Pixel rows that the last call drew.
    int rowsDrawn() const { return rowsDrawn_; }
    /// Another pyramid takes its place.
    void clear() { image_ = {}; }

private:
    QImage image_;
    TileWindow window_;
    std::array<QRgb, 256> colors_ {};
    QRgb hatch_ = 0;
    int rowsDrawn_ = 0;
};

} // namespace mixscope
