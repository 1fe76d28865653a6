#include "ui/plot/curve_plot.h"

#include "ui/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

QPointF logPoint(const PlotMap& map, double x, double y)
{
    return {map.x(std::log10(x)), map.y(std::log10(y))};
}

} // namespace

CurvePlot::CurvePlot(const QString& accessibleName, PlotAxes axes, QWidget* parent)
    : PlotArea(
        accessibleName,
        [axes]() mutable {
            axes.xTicks = axes.yTicks = false; // powers of ten and the axis are named here
            axes.yCells = false;
            axes.xTitle.clear();
            return axes;
        }(),
        parent)
    , xTitle_(axes.xTitle)
{
    setPicture([this](QPainter& p, const PlotMap& m) { paintCurves(p, m); });
    setMargin([this](QPainter& p, const PlotMap& m) { paintTicks(p, m); });
    setOverlay([this](QPainter& p, const PlotMap& m) { paintMarks(p, m); });
    const auto hover = [this](double x) {
        hover_ = x;
        redrawOverlay();
        Q_EMIT valueHovered(x);
    };
    connect(this, &PlotArea::hovered, this, [hover](QPointF at) { hover(std::pow(10.0, at.x())); });
    connect(this, &PlotArea::left, this, [hover] { hover(0.0); });
}

void CurvePlot::setCurves(std::vector<Curve> curves, std::vector<CurveMark> marks)
{
    curves_ = std::move(curves);
    marks_ = std::move(marks);
    redraw();
}

void CurvePlot::setDecades(int x0, int x1, int y0, int y1)
{
    setExtent(QRectF(x0, y0, x1 - x0, y1 - y0));
    redraw();
}

void CurvePlot::setTickNames(TickName x, TickName y)
{
    xName_ = std::move(x);
    yName_ = std::move(y);
}

void CurvePlot::setNow(double x, const QString& name)
{
    now_ = x;
    nowName_ = name;
    redrawOverlay();
}

QPointF CurvePlot::pointOf(double x, double y) const
{
    return logPoint(map(), x, y);
}

void CurvePlot::paintCurves(QPainter& painter, const PlotMap& map) const
{
    painter.setPen(Theme::instance().palette().line);
    for (int k = int(std::ceil(map.window.left())); k <= map.window.right(); ++k)
        painter.drawLine(QPointF(map.x(k), map.rect.top()), QPointF(map.x(k), map.rect.bottom()));
    for (int k = int(std::ceil(map.window.top())); k <= map.window.bottom(); ++k)
        painter.drawLine(QPointF(map.rect.left(), map.y(k)), QPointF(map.rect.right(), map.y(k)));
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (const Curve& curve : curves_) {
        QPolygonF line;
        constexpr int kSteps = 160;
        for (int i = 0; i <= kSteps; ++i) {
            const double x =
                std::pow(10.0, map.window.left() + map.window.width() * i / double(kSteps));
            line << logPoint(map, x, std::max(curve.at(x), 1e-9));
        }
        painter.setPen(QPen(curve.color, 2, curve.style));
        painter.drawPolyline(line);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void CurvePlot::paintTicks(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const int gap = theme.px(5), line = theme.px(14);
    painter.setFont(theme.mono(10));
    painter.setPen(theme.palette().muted);
    for (int k = int(std::ceil(map.window.left())); xName_ && k <= map.window.right(); ++k) {
        const QRectF box(map.x(k) - theme.px(40), map.rect.bottom() + gap, theme.px(80), line);
        painter.drawText(box, Qt::AlignHCenter | Qt::AlignTop, xName_(std::pow(10.0, k)));
    }
    painter.setFont(theme.font(10));
    painter.drawText(
        QRectF(map.rect.left(), map.rect.bottom() + gap + line, map.rect.width(), line),
        Qt::AlignHCenter | Qt::AlignTop, xTitle_);
    painter.setFont(theme.mono(10));
    double last = 1e9;
    for (int k = int(std::ceil(map.window.top())); yName_ && k <= map.window.bottom(); ++k) {
        if (last - map.y(k) < line) continue;
        last = map.y(k);
        const QRectF box(0, last - line / 2.0, map.rect.left() - gap, line);
        painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, yName_(std::pow(10.0, k)));
    }
}

/// Name and value at the place that is read, above each line's right end, the highest first.
void CurvePlot::paintNames(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const double end = std::pow(10.0, map.window.right());
    const double read = hover_ > 0.0 ? hover_ : end;
    std::vector<const Curve*> order;
    for (const Curve& curve : curves_)
        order.push_back(&curve);
    std::sort(order.begin(), order.end(),
              [end](const Curve* a, const Curve* b) { return a->at(end) > b->at(end); });
    painter.setFont(theme.font(10, 600));
    const double line = theme.px(14);
    double floor = map.rect.top();
    for (const Curve* curve : order) {
        const QString text =
            yName_ ? curve->name + QStringLiteral("  ") + yName_(curve->at(read)) : curve->name;
        const double wide = painter.fontMetrics().horizontalAdvance(text) + 2.0;
        const double y = logPoint(map, end, std::max(curve->at(end), 1e-9)).y();
        const QRectF box(map.rect.right() - wide - theme.px(4),
                         std::max(floor, y - line - theme.px(4)), wide, line);
        floor = box.bottom();
        QColor ground = theme.palette().panel;
        ground.setAlphaF(0.8F);
        painter.fillRect(box, ground);
        painter.setPen(curve->color);
        painter.drawText(box, Qt::AlignCenter, text);
    }
}

void CurvePlot::paintMarks(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const auto upright = [&](double x, const QColor& color) {
        if (x <= 0.0 || std::log10(x) < map.window.left() || std::log10(x) > map.window.right())
            return false;
        painter.setPen(QPen(color, 1.5));
        painter.drawLine(QPointF(map.x(std::log10(x)), map.rect.top()),
                         QPointF(map.x(std::log10(x)), map.rect.bottom()));
        return true;
    };
    painter.setFont(theme.font(10, 500));
    if (upright(now_, colors.warn)) {
        const double x = map.x(std::log10(now_)) + theme.px(4);
        painter.drawText(QPointF(x, map.rect.top() + theme.px(12)), nowName_);
    }
    upright(hover_, colors.faint);
    paintNames(painter, map);
    const double radius = theme.px(4);
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (const CurveMark& mark : marks_) {
        const QPointF at = logPoint(map, mark.x, mark.y);
        if (!map.rect.contains(at)) continue;
        painter.setPen(QPen(colors.text, 1.5));
        painter.setBrush(colors.panel);
        painter.drawEllipse(at, radius, radius);
        const double wide = painter.fontMetrics().horizontalAdvance(mark.text) + 2.0;
        const bool leftwards = at.x() + 2 * radius + wide > map.rect.right();
        const double left = leftwards ? at.x() - 2 * radius - wide : at.x() + 2 * radius;
        painter.drawText(QPointF(left, at.y() + theme.px(14)), mark.text);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(Qt::NoBrush);
}

} // namespace mixscope
