#include "ui/plot/lane_plot.h"

#include "ui/plot/glyph.h"
#include "ui/plot/tile_paint.h"
#include "ui/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

LanePlot::LanePlot(const QString& accessibleName, PlotAxes axes, QWidget* parent)
    : PlotArea(
        accessibleName,
        [&] {
            axes.yTicks = false;
            return axes;
        }(),
        parent)
{
    setPicture([this](QPainter& p, const PlotMap& m) { paintBands(p, m); });
    setMargin([this](QPainter& p, const PlotMap& m) { paintTitles(p, m); });
    setOverlay([this](QPainter& p, const PlotMap& m) { paintMarks(p, m); });
    connect(this, &PlotArea::hovered, this, [this](QPointF at) {
        const int token = int(at.x());
        Q_EMIT tokenHovered(token < tokens_ ? token : -1);
    });
    connect(this, &PlotArea::left, this, [this] { Q_EMIT tokenHovered(-1); });
    connect(this, &PlotArea::clicked, this, [this](QPointF at) {
        const Place place = placeAt(at.y());
        if (place.band >= 0 && int(at.x()) < tokens_)
            Q_EMIT cellClicked(place.band, place.row, int(at.x()));
    });
}

void LanePlot::setBands(std::vector<LaneBand> bands)
{
    bands_ = std::move(bands);
    colors_.clear();
    for (const LaneBand& band : bands_)
        colors_.push_back(cellColors(band.map));
    cells_.truncate(0);
}

int LanePlot::rows() const
{
    int sum = 0;
    for (const LaneBand& band : bands_)
        sum += band.rows;
    return sum;
}

/// Bands of one row need only a hairline between them; taller ones a visible gap.
double LanePlot::bandGap() const
{
    const int tallest = bands_.empty() ? 1 : bands_.front().rows;
    return tallest == 1 ? 0.12 : std::max(0.6, 0.09 * tallest);
}

double LanePlot::bandTop(int band) const
{
    double top = 0.0;
    for (int i = 0; i < band; ++i)
        top += bands_[std::size_t(i)].rows + bandGap();
    return top;
}

bool LanePlot::update(int firstChanged, int tokens, const Fill& fill, int budget)
{
    cells_.truncate(std::min(firstChanged, tokens));
    tokens_ = tokens;
    const auto height = std::size_t(rows());
    std::vector<float> values(height);
    std::vector<std::uint8_t> line(height);
    while (cells_.lines() < tokens && budget-- > 0) {
        std::fill(values.begin(), values.end(), std::nanf(""));
        fill(cells_.lines(), values);
        std::size_t at = 0;
        for (const LaneBand& band : bands_) {
            for (int row = 0; row < band.rows; ++row, ++at)
                line[at] = band.scale.cell(values[at]);
        }
        cells_.setLine(cells_.lines(), line);
    }
    setExtent({0, 0, steppedExtent(tokens), std::max(1.0, bandTop(int(bands_.size())) - bandGap())},
              true);
    redraw();
    return cells_.lines() >= tokens;
}

void LanePlot::setFocus(int band, int row)
{
    if (band == focusBand_ && row == focusRow_) return;
    focusBand_ = band;
    focusRow_ = row;
    redraw(); // titles show it too
}

void LanePlot::setTokens(int focused, int locked)
{
    focusToken_ = focused;
    lockedToken_ = locked;
    redrawOverlay();
}

TilePooling LanePlot::pooling() const
{
    const PlotMap at = map();
    return tilePooling(cells_,
                       {.cells = at.window,
                        .pixels = (at.rect.size() * devicePixelRatioF()).toSize(),
                        .lines = Qt::Horizontal});
}

QRectF LanePlot::bandRect(const PlotMap& map, int band) const
{
    const double top = bandTop(band);
    return map.area(map.window.left(), top, map.window.right(),
                    top + bands_[std::size_t(band)].rows);
}

QRectF LanePlot::cellRect(int band, int row, int token) const
{
    const PlotMap at = map();
    const QRectF box = bandRect(at, band);
    const double height = box.height() / bands_[std::size_t(band)].rows;
    return {at.x(token), box.top() + row * height, at.x(token + 1) - at.x(token), height};
}

LanePlot::Place LanePlot::placeAt(double y) const
{
    for (int band = 0; band < int(bands_.size()); ++band) {
        const double inside = y - bandTop(band);
        if (inside >= 0 && inside < bands_[std::size_t(band)].rows) return {band, int(inside)};
    }
    return {-1, -1};
}

void LanePlot::paintBands(QPainter& painter, const PlotMap& map) const
{
    const QRgb hatch = Theme::instance().palette().line.rgb();
    double firstRow = 0;
    for (int band = 0; band < int(bands_.size()); ++band) {
        const double rows = bands_[std::size_t(band)].rows;
        const TileLayer layer {cells_, colors_[std::size_t(band)], hatch, Qt::Horizontal};
        const QRectF cells(map.window.left(), firstRow, map.window.width(), rows);
        paintTiles(painter, bandRect(map, band), cells, map.deviceScale, layer);
        firstRow += rows;
    }
}

void LanePlot::paintTitles(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const int glyph = theme.px(10), gap = theme.px(6), scale = theme.px(5);
    for (int i = 0; i < int(bands_.size()); ++i) {
        const LaneBand& band = bands_[std::size_t(i)];
        const QRectF box = bandRect(map, i);
        const bool focused = i == focusBand_;
        double right = map.rect.left() - gap;
        if (!band.kind.isEmpty()) {
            const QRectF glyphBox(right - glyph, box.center().y() - glyph / 2.0, glyph, glyph);
            drawGlyph(painter, glyphBox, band.kind, theme.kindColor(band.kind));
            right -= glyph + gap;
        }
        painter.setFont(band.kind.isEmpty() ? theme.font(11, 500)
                                            : theme.mono(10, focused ? 700 : 400));
        painter.setPen(focused ? colors.text : colors.muted);
        const double rowHeight = box.height() / band.rows;
        if (band.rows > 1 && rowHeight >= theme.px(10)) {
            painter.save();
            painter.setFont(theme.mono(9));
            painter.setPen(colors.faint);
            for (int row = 0; row < band.rows; ++row) {
                painter.drawText(QRectF(0, box.top() + row * rowHeight, right, rowHeight),
                                 Qt::AlignRight | Qt::AlignVCenter, QString::number(row));
            }
            painter.restore();
            right -= theme.px(18);
        }
        const QRectF label(0, box.center().y() - theme.px(9), right, theme.px(18));
        if (box.height() >= theme.px(9))
            painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, band.title);

        const double left = map.rect.right() + gap;
        painter.setFont(theme.mono(9));
        painter.setPen(colors.faint);
        const QString low = rangeNumber(double(band.scale.low)),
                      high = rangeNumber(double(band.scale.high));
        if (box.height() < theme.px(34)) {
            if (box.height() < theme.px(10)) continue;
            painter.drawText(
                QRectF(left, box.center().y() - theme.px(8), theme.px(90), theme.px(16)),
                Qt::AlignLeft | Qt::AlignVCenter, low + QChar(0x2013) + high);
            continue;
        }
        for (int y = 0; y < int(box.height()); ++y) {
            const int entry = 255 - y * 255 / std::max(1, int(box.height()) - 1);
            painter.fillRect(QRectF(left, box.top() + y, scale, 1),
                             QColor::fromRgb(band.map[std::size_t(entry)]));
        }
        const QRectF numbers(left + scale + theme.px(4), box.top() - 2, theme.px(60),
                             box.height() + 4);
        painter.drawText(numbers, Qt::AlignLeft | Qt::AlignTop, high);
        painter.drawText(numbers, Qt::AlignLeft | Qt::AlignBottom, low);
        if (band.scale.kind != ValueScale::Kind::linear && box.height() >= theme.px(48)) {
            painter.drawText(numbers, Qt::AlignLeft | Qt::AlignVCenter, nameOf(band.scale.kind));
        }
    }
}

void LanePlot::paintMarks(QPainter& painter, const PlotMap& map) const
{
    const Palette& colors = Theme::instance().palette();
    painter.setBrush(Qt::NoBrush);
    if (focusBand_ >= 0 && focusBand_ < int(bands_.size())) {
        painter.setPen(QPen(colors.accent, 1.5));
        painter.drawRect(bandRect(map, focusBand_).adjusted(-1, -1, 1, 1));
    }
    for (int band = 0; focusRow_ >= 0 && band < int(bands_.size()); ++band) {
        if (focusRow_ >= bands_[std::size_t(band)].rows) continue;
        const QRectF box = bandRect(map, band);
        const double height = box.height() / bands_[std::size_t(band)].rows;
        painter.setPen(QPen(colors.accent, 1));
        painter.drawRect(
            QRectF(box.left() - 1, box.top() + focusRow_ * height - 0.5, box.width() + 1, height));
    }
    const auto upright = [&](int token, const QColor& color) {
        if (token < 0 || token < map.window.left() || token >= map.window.right()) return;
        const double x = map.x(token + 0.5);
        painter.setPen(QPen(color, 1.5));
        painter.drawLine(QPointF(x, map.rect.top()), QPointF(x, map.rect.bottom()));
    };
    QColor faint = colors.warn;
    faint.setAlphaF(0.6F);
    if (focusToken_ != lockedToken_) upright(focusToken_, faint);
    upright(lockedToken_, colors.warn);
}

} // namespace mixscope
