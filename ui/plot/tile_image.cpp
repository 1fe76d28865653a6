#include "ui/plot/tile_image.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mixscope {

namespace {

int levelFor(double cells, int pixels)
{
    if (pixels <= 0) return 0;
    int level = 0;
    while (level + 1 < Pyramid::kLevels && double(1 << level) * pixels < cells - 1e-6)
        ++level;
    return level;
}

struct Levels {
    int line; ///< level of the pyramid
    int cell; ///< the same, or 0 when cells are not pooled
};

Levels levelsFor(const Pyramid& pyramid, const TileWindow& window)
{
    const int x = levelFor(window.cells.width(), window.pixels.width());
    const int y = levelFor(window.cells.height(), window.pixels.height());
    if (pyramid.pool() == Pyramid::Pool::lines_and_cells) return {std::max(x, y), std::max(x, y)};
    return {window.lines == Qt::Horizontal ? x : y, 0};
}

/// For each pixel along an axis the index of its cell at a level, -1 before the first.
std::vector<int> cellsAlong(double from, double extent, int pixels, int level)
{
    std::vector<int> cells(std::size_t(std::max(pixels, 0)));
    for (int p = 0; p < pixels; ++p) {
        const double at = from + (p + 0.5) * extent / pixels;
        cells[std::size_t(p)] = at < 0 ? -1 : int(at) >> level;
    }
    return cells;
}

constexpr bool hatched(int x, int y)
{
    return (x + y) % 7 == 0;
}

/// Draws the pixel rows from `top` on; they must be transparent.
void drawRows(QImage& image, int top, const Pyramid& pyramid, const TileWindow& window,
              const std::array<QRgb, 256>& colors, QRgb hatch)
{
    const Levels levels = levelsFor(pyramid, window);
    const bool across = window.lines == Qt::Horizontal;
    const auto xs = cellsAlong(window.cells.x(), window.cells.width(), image.width(),
                               across ? levels.line : levels.cell);
    const auto ys = cellsAlong(window.cells.y(), window.cells.height(), image.height(),
                               across ? levels.cell : levels.line);

    std::vector<std::span<const std::uint8_t>> columns;
    if (across) {
        for (const int x : xs)
            columns.push_back(pyramid.line(levels.line, x));
    }
    bool repeatable = false; // the pixel row above shows the same cells and has no hatch
    for (int py = top; py < image.height(); ++py) {
        auto* out = reinterpret_cast<QRgb*>(image.scanLine(py));
        const int y = ys[std::size_t(py)];
        if (py > top && repeatable && y == ys[std::size_t(py) - 1]) {
            std::copy_n(reinterpret_cast<const QRgb*>(image.constScanLine(py - 1)), image.width(),
                        out);
            continue;
        }
        repeatable = true;
        const auto row = across ? std::span<const std::uint8_t>() : pyramid.line(levels.line, y);
        for (int px = 0; px < image.width(); ++px) {
            const auto line = across ? columns[std::size_t(px)] : row;
            const int at = across ? y : xs[std::size_t(px)];
            if (at < 0 || std::size_t(at) >= line.size()) continue;
            const std::uint8_t cell = line[std::size_t(at)];
            if (cell != 0) {
                out[px] = colors[cell];
            } else {
                repeatable = false;
                if (hatched(px, py)) out[px] = hatch;
            }
        }
    }
}

} // namespace

TilePooling tilePooling(const Pyramid& pyramid, const TileWindow& window)
{
    const Levels levels = levelsFor(pyramid, window);
    const TilePooling pooling {1 << levels.line, 1 << levels.cell};
    return window.lines == Qt::Horizontal ? pooling : TilePooling {pooling.y, pooling.x};
}

QImage renderTiles(const Pyramid& pyramid, const TileWindow& window,
                   const std::array<QRgb, 256>& colors, QRgb hatch)
{
    QImage image(window.pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    drawRows(image, 0, pyramid, window, colors, hatch);
    return image;
}

const QImage& TileCache::image(Pyramid& pyramid, const TileWindow& window,
                               const std::array<QRgb, 256>& colors, QRgb hatch)
{
    const int changed = pyramid.takeChanged();
    int top = 0;
    const bool same = !image_.isNull() && window == window_ && colors == colors_ && hatch == hatch_
        && window.lines == Qt::Vertical;
    if (same) {
        const int level = levelsFor(pyramid, window).line;
        const double line = double((changed >> level) << level); // where its pooled cell begins
        const double row =
            (line - window.cells.y()) / window.cells.height() * window.pixels.height();
        top = std::clamp(int(std::floor(row)), 0, window.pixels.height());
        for (int y = top; y < image_.height(); ++y)
            std::fill_n(reinterpret_cast<QRgb*>(image_.scanLine(y)), image_.width(), QRgb(0));
    } else {
        image_ = QImage(window.pixels, QImage::Format_ARGB32_Premultiplied);
        image_.fill(Qt::transparent);
    }
    window_ = window;
    colors_ = colors;
    hatch_ = hatch;
    rowsDrawn_ = window.pixels.height() - top;
    drawRows(image_, top, pyramid, window, colors, hatch);
    return image_;
}

} // namespace mixscope
