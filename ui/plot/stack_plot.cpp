#include "ui/plot/stack_plot.h"

#include "ui/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mixscope {

StackPlot::StackPlot(const QString& accessibleName, PlotAxes axes, QWidget* parent)
    : PlotArea(
        accessibleName,
        [&] {
            axes.yCells = false;
            axes.yGrid = true;
            return axes;
        }(),
        parent)
{
    setPicture([this](QPainter& p, const PlotMap& m) {
        paintGround(p, m);
        paintColumns(p, m);
        paintCurve(p, m);
    });
    connect(this, &PlotArea::hovered, this,
            [this](QPointF at) { Q_EMIT tokenHovered(int(at.x()) < tokens_ ? int(at.x()) : -1); });
    connect(this, &PlotArea::left, this, [this] { Q_EMIT tokenHovered(-1); });
    connect(this, &PlotArea::clicked, this, [this](QPointF at) {
        if (int(at.x()) < tokens_) Q_EMIT tokenClicked(int(at.x()));
    });
}

void StackPlot::setParts(std::vector<StackPart> parts)
{
    parts_ = std::move(parts);
}

void StackPlot::setGround(std::function<int(int)> group, std::function<QString(int)> name)
{
    group_ = std::move(group);
    groupName_ = std::move(name);
}

void StackPlot::show(int tokens, double top)
{
    tokens_ = tokens;
    top_ = top;
    setExtent({0, 0, steppedExtent(tokens), top}, true);
    redraw();
}

int StackPlot::tokensPerPixel() const
{
    const PlotMap at = map();
    return std::max(1, int(std::ceil(at.window.width() / std::max(1.0, at.rect.width()) - 1e-9)));
}

void StackPlot::paintGround(QPainter& painter, const PlotMap& map) const
{
    if (!group_) return;
    const Theme& theme = Theme::instance();
    painter.setFont(theme.font(10));
    for (int token = 0; token < tokens_;) {
        const int group = group_(token);
        int end = token + 1;
        while (end < tokens_ && group_(end) == group)
            ++end;
        const QRectF box = map.area(token, 0, end, map.window.bottom());
        token = end;
        if (group < 0) continue;
        painter.fillRect(box, theme.palette().user);
        painter.setPen(theme.palette().line);
        painter.drawLine(box.topRight(), box.bottomRight());
        const QString name = groupName_(group);
        const int room = int(box.width()) - theme.px(8);
        if (room < painter.fontMetrics().horizontalAdvance(name.left(3))) continue;
        painter.setPen(theme.palette().muted);
        painter.drawText(box.adjusted(theme.px(4), theme.px(1), 0, 0), Qt::AlignLeft | Qt::AlignTop,
                         painter.fontMetrics().elidedText(name, Qt::ElideRight, room));
    }
}

void StackPlot::paintColumns(QPainter& painter, const PlotMap& map) const
{
    if (!fill_ || parts_.empty()) return;
    const double perToken = map.rect.width() / map.window.width();
    const int step = tokensPerPixel();
    const double gap = perToken >= 4.0 ? gap_ : 0.0;
    std::vector<float> parts(parts_.size()), tallest(parts_.size());
    const int first = std::max(0, int(map.window.left())) / step * step;
    const int end = std::min(tokens_, int(std::ceil(map.window.right())));
    for (int token = first; token < end; token += step) {
        float most = -1.0F;
        for (int t = token; t < std::min(token + step, end); ++t) {
            std::fill(parts.begin(), parts.end(), 0.0F);
            fill_(t, parts);
            const float sum = std::accumulate(parts.begin(), parts.end(), 0.0F);
            if (sum > most) {
                most = sum;
                tallest = parts;
            }
        }
        const QRectF column = map.area(token, 0, token + step, map.window.bottom());
        const bool joined = group_ && group_(token) >= 0 && token + 1 < tokens_
            && group_(token + 1) == group_(token);
        const double wide = std::max(1.0, column.width() - (joined ? 0.0 : gap));
        double below = 0.0;
        for (std::size_t i = 0; i < tallest.size(); ++i) {
            const double from = std::round(map.y(below));
            const double to = std::round(map.y(below + double(tallest[i])));
            if (from > to)
                painter.fillRect(QRectF(column.left(), to, wide, from - to), parts_[i].color);
            below += double(tallest[i]);
        }
        if (below > top_) { // goes on above the axis
            painter.fillRect(QRectF(column.left(), map.rect.top(), wide, 2),
                             Theme::instance().palette().text);
        }
    }
}

void StackPlot::paintCurve(QPainter& painter, const PlotMap& map) const
{
    if (!curve_) return;
    QPolygonF line;
    const int end = std::min(tokens_, int(std::ceil(map.window.right())));
    for (int token = std::max(0, int(map.window.left())); token < end; ++token) {
        const double value = curve_(token);
        if (std::isnan(value)) continue;
        const double y = map.y(std::min(value, top_));
        line << QPointF(map.x(token), y) << QPointF(map.x(token + 1), y);
    }
    painter.setPen(QPen(Theme::instance().palette().warn, 2));
    painter.drawPolyline(line);
}

double niceCeiling(double value)
{
    if (!(value > 0.0)) return 1.0;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0}) {
        if (value <= step * power * (1 + 1e-9)) return step * power;
    }
    return 10.0 * power;
}

} // namespace mixscope
