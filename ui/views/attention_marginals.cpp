#include "ui/views/attention_marginals.h"

#include "ui/plot/plot_map.h"
#include "ui/theme.h"
#include "ui/views/attention_picture.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mixscope {

namespace {

struct Cells {
    int first, last; ///< [first, last), at least one
};

/// Cells that a pixel covers, from its edges in axis values.
Cells under(double from, double to)
{
    const int first = int(std::floor(from));
    return {first, std::max(first + 1, int(std::floor(to)))};
}

float meanEntropy(const AttentionPicture& picture, Cells rows)
{
    float sum = 0.0F;
    int count = 0;
    for (int query = rows.first; query < rows.last; ++query) {
        const float bits = picture.entropyBits(query);
        if (std::isnan(bits)) continue;
        sum += bits;
        ++count;
    }
    return count > 0 ? sum / float(count) : std::numeric_limits<float>::quiet_NaN();
}

float mostReceived(const AttentionPicture& picture, Cells keys)
{
    float most = std::numeric_limits<float>::quiet_NaN();
    for (int key = keys.first; key < keys.last; ++key) {
        const float weight = picture.received(key);
        if (std::isnan(most) || weight > most) most = weight;
    }
    return most;
}

/// Quieter than the map beside it.
QColor barColor()
{
    QColor color = Theme::instance().palette().attn;
    color.setAlphaF(0.6F);
    return color;
}

} // namespace

ValueScale receivedScale()
{
    return {ValueScale::Kind::log, 1e-4F, 1.0F};
}

double mostEntropyBits(double keys)
{
    return std::max(1.0, std::ceil(std::log2(std::max(2.0, keys))));
}

void paintRowEntropy(QPainter& painter, const PlotMap& map, const QRectF& strip,
                     const AttentionPicture& picture, double bits)
{
    const Palette& colors = Theme::instance().palette();
    painter.fillRect(strip, colors.raised);
    for (int y = int(map.rect.top()); y < int(map.rect.bottom()); ++y) {
        const Cells rows = under(map.at(QPointF(0, y)).y(), map.at(QPointF(0, y + 1)).y());
        const float mean = meanEntropy(picture, rows);
        if (std::isnan(mean)) continue;
        const double length = std::clamp(double(mean) / bits, 0.0, 1.0) * strip.width();
        painter.fillRect(QRectF(strip.left(), y, std::max(1.0, std::round(length)), 1), barColor());
    }
}

void paintReceived(QPainter& painter, const PlotMap& map, const QRectF& strip,
                   const AttentionPicture& picture)
{
    const Palette& colors = Theme::instance().palette();
    painter.fillRect(strip, colors.raised);
    for (int x = int(map.rect.left()); x < int(map.rect.right()); ++x) {
        const Cells keys = under(map.at(QPointF(x, 0)).x(), map.at(QPointF(x + 1, 0)).x());
        const float most = mostReceived(picture, keys);
        if (std::isnan(most)) continue;
        const double part = receivedScale().fraction(most);
        const double height = std::max(1.0, std::round(part * strip.height()));
        painter.fillRect(QRectF(x, strip.bottom() - height, 1, height), barColor());
    }
}

} // namespace mixscope
