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
    double tallest = 1.0, lowest = bands_.empty() ? 1.0 : bands_.front().height();
    for (const LaneBand& band : bands_) {
        tallest = std::max(tallest, band.height());
        lowest = std::min(lowest, band.height());
    }
    if (lowest == 1.0) return tallest == 1.0 ? 0.12 : 0.25;
    return std::max(0.6, 0.09 * tallest);
}

double LanePlot::bandTop(int band) const
{
    double top = 0.0;
    for (int i = 0; i < band; ++i)
        top += bands_[std::size_t(i)].height() + bandGap();
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
                    top + bands_[std::size_t(band)].height());
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
        const LaneBand& at = bands_[std::size_t(band)];
        const double part = (y - bandTop(band)) / at.height();
        if (part < 0.0 || part >= 1.0) continue;
        // Lines share one frame: the row under the mouse is not to be told there.
        const bool rowed = at.style == LaneBand::Style::heat;
        return {band, rowed ? int(part * at.rows) : std::clamp(focusRow_, 0, at.rows - 1)};
    }
    return {-1, -1};
}

void LanePlot::paintBands(QPainter& painter, const PlotMap& map) const
{
    const QRgb hatch = Theme::instance().palette().line.rgb();
    int firstRow = 0;
    for (int band = 0; band < int(bands_.size()); ++band) {
        const int rows = bands_[std::size_t(band)].rows;
        if (bands_[std::size_t(band)].style == LaneBand::Style::stairs) {
            paintStairs(painter, map, band, firstRow);
            firstRow += rows;
            continue;
        }
        const TileLayer layer {cells_, colors_[std::size_t(band)], hatch, Qt::Horizontal};
        const QRectF cells(map.window.left(), firstRow, map.window.width(), rows);
        paintTiles(painter, bandRect(map, band), cells, map.deviceScale, layer);
        firstRow += rows;
    }
}

/// Lines of all rows, the focused one last and strong. Where a pixel holds several tokens the
/// largest is drawn, as in the heat bands.
void LanePlot::paintStairs(QPainter& painter, const PlotMap& map, int band, int firstRow) const
{
    const Theme& theme = Theme::instance();
    const QRectF box = bandRect(map, band);
    const int pooled = pooling().x;
    int level = 0;
    while (1 << level < pooled)
        ++level;
    painter.setPen(theme.palette().line);
    painter.drawRect(box.adjusted(0, 0, -1, -1));
    const int rows = bands_[std::size_t(band)].rows;
    for (int i = 0; i < rows; ++i) {
        // The focused row comes last, above the others.
        const bool strong = i == rows - 1;
        const int focused = std::clamp(focusRow_, 0, rows - 1);
        const int row = strong ? focused : i < focused ? i : i + 1;
        QPolygonF line;
        const auto flush = [&] {
            painter.drawPolyline(line);
            line.clear();
        };
        painter.setPen(QPen(strong ? QColor::fromRgb(bands_[std::size_t(band)].map.back())
                                   : theme.palette().faint,
                            strong ? 2 : 1));
        const int first = std::max(0, int(map.window.left())) >> level;
        for (int at = first; at < cells_.lines(level) && (at << level) < map.window.right(); ++at) {
            const auto cells = cells_.line(level, at);
            const std::uint8_t cell = cells[std::size_t(firstRow + row)];
            if (cell == 0) {
                flush();
                continue;
            }
            const double y = box.bottom() - 1 - (cell - 1) / 254.0 * (box.height() - 2);
            line << QPointF(map.x(at << level), y)
                 << QPointF(map.x(std::min((at + 1) << level, tokens_)), y);
        }
        flush();
    }
}

void LanePlot::setReadings(int token, QStringList readings)
{
    readToken_ = token;
    readings_ = std::move(readings);
    redrawOverlay();
}

/// Beside the upright line of the token in focus, on the side where there is room.
void LanePlot::paintReadings(QPainter& painter, const PlotMap& map) const
{
    if (readToken_ < map.window.left() || readToken_ >= map.window.right()) return;
    const Theme& theme = Theme::instance();
    const int pad = theme.px(3), line = theme.px(14);
    const double x = map.x(readToken_ + 0.5);
    painter.setFont(theme.mono(10, 600));
    for (int i = 0; i < int(std::min(bands_.size(), std::size_t(readings_.size()))); ++i) {
        if (readings_[i].isEmpty()) continue;
        const QRectF box = bandRect(map, i);
        const double wide = painter.fontMetrics().horizontalAdvance(readings_[i]) + 2 * pad;
        const bool leftwards = x + pad + wide > map.rect.right();
        const LaneBand& band = bands_[std::size_t(i)];
        const bool rowed =
            band.style == LaneBand::Style::heat && focusRow_ >= 0 && focusRow_ < band.rows;
        const double middle =
            rowed ? cellRect(i, focusRow_, readToken_).center().y() : box.center().y();
        const QRectF label(leftwards ? x - pad - wide : x + pad, middle - line / 2.0, wide, line);
        QColor ground = theme.palette().panel;
        ground.setAlphaF(0.85F);
        painter.fillRect(label, ground);
        painter.setPen(theme.palette().text);
        painter.drawText(label, Qt::AlignCenter, readings_[i]);
    }
}

/// Ends of the locked range at the right of a band, with its colours where there is room.
void LanePlot::paintRange(QPainter& painter, const QRectF& box, const LaneBand& band) const
{
    const Theme& theme = Theme::instance();
    const int scale = theme.px(5);
    const double left = box.right() + theme.px(6);
    painter.setFont(theme.mono(9));
    painter.setPen(theme.palette().muted);
    const QString low = rangeNumber(double(band.scale.low)),
                  high = rangeNumber(double(band.scale.high));
    if (box.height() < theme.px(34)) {
        if (box.height() < theme.px(10)) return;
        painter.drawText(QRectF(left, box.center().y() - theme.px(8), theme.px(90), theme.px(16)),
                         Qt::AlignLeft | Qt::AlignVCenter, low + QChar(0x2013) + high);
        return;
    }
    const bool heat = band.style == LaneBand::Style::heat;
    for (int y = 0; heat && y < int(box.height()); ++y) {
        const int entry = 255 - y * 255 / std::max(1, int(box.height()) - 1);
        painter.fillRect(QRectF(left, box.top() + y, scale, 1),
                         QColor::fromRgb(band.map[std::size_t(entry)]));
    }
    const QRectF numbers(left + (heat ? scale + theme.px(4) : 0), box.top() - 2, theme.px(60),
                         box.height() + 4);
    painter.drawText(numbers, Qt::AlignLeft | Qt::AlignTop, high);
    painter.drawText(numbers, Qt::AlignLeft | Qt::AlignBottom, low);
    if (band.scale.kind != ValueScale::Kind::linear && box.height() >= theme.px(48))
        painter.drawText(numbers, Qt::AlignLeft | Qt::AlignVCenter, nameOf(band.scale.kind));
}

void LanePlot::paintTitles(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const int glyph = theme.px(10), gap = theme.px(6);
    for (int i = 0; i < int(bands_.size()); ++i) {
        const LaneBand& band = bands_[std::size_t(i)];
        const QRectF box = bandRect(map, i);
        const bool focused = i == focusBand_;
        double right = map.rect.left() - gap;
        if (!band.kind.isEmpty() && box.height() >= theme.px(9)) {
            const QRectF glyphBox(right - glyph, box.center().y() - glyph / 2.0, glyph, glyph);
            drawGlyph(painter, glyphBox, band.kind, theme.kindColor(band.kind));
            right -= glyph + gap;
        }
        painter.setFont(band.kind.isEmpty() ? theme.font(11, 500)
                                            : theme.mono(10, focused ? 700 : 400));
        painter.setPen(focused ? colors.text : colors.muted);
        const double rowHeight = box.height() / band.rows;
        if (band.rows > 1 && band.style == LaneBand::Style::heat && rowHeight >= theme.px(10)) {
            painter.save();
            painter.setFont(theme.mono(9));
            painter.setPen(colors.muted);
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

        paintRange(painter, box, band);
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
        const LaneBand& rowed = bands_[std::size_t(band)];
        if (focusRow_ >= rowed.rows || rowed.rows == 1 || rowed.style != LaneBand::Style::heat)
            continue;
        const QRectF box = bandRect(map, band);
        const double height = box.height() / bands_[std::size_t(band)].rows;
        painter.setPen(QPen(colors.accent, 1));
        painter.drawRect(
            QRectF(box.left() - 1, box.top() + focusRow_ * height - 0.5, box.width() + 1, height));
    }
    paintReadings(painter, map);
}

} // namespace mixscope
