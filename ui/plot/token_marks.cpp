#include "ui/plot/token_marks.h"

#include "ui/models/selection.h"
#include "ui/plot/pin_mark.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"

#include <QPainter>
#include <QPen>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr double kPin = 13; // height of a pin's shape
constexpr double kBar = 3; // thickness of the bar along a range
constexpr double kLine = 1.5;
constexpr float kFaint = 0.6F;

QColor faint(QColor color)
{
    color.setAlphaF(kFaint);
    return color;
}

} // namespace

TokenMarks::TokenMarks(PlotArea& plot, Selection& selection, Axes axes)
    : QObject(&plot)
    , plot_(plot)
    , selection_(selection)
    , axes_(axes)
{
    plot.setMarks([this](QPainter& painter, const PlotMap& map) { paint(painter, map); });
    connect(&plot, &PlotArea::brushed, this, &TokenMarks::brush);
    connect(&plot, &PlotArea::pinWanted, this, [this](QPointF at) {
        selection_.togglePin(int(axes_.focus & Qt::Vertical ? at.y() : at.x()));
    });
    const auto again = [this] {
        if (plot_.isVisible()) plot_.redrawOverlay();
    };
    connect(&selection, &Selection::tokenChanged, this, again);
    connect(&selection, &Selection::sourceChanged, this, again);
    connect(&selection, &Selection::rangeChanged, this, again);
    connect(&selection, &Selection::pinsChanged, this, again);
}

/// In a map the range is of keys or of queries, whichever the mouse went further along.
void TokenMarks::brush(QPointF from, QPointF to)
{
    const QPointF way = to - from;
    const bool down = axes_.tokens == Qt::Vertical
        || ((axes_.tokens & Qt::Vertical) && std::abs(way.y()) > std::abs(way.x()));
    selection_.setRange(down ? TokenRange {int(from.y()), int(to.y())}
                             : TokenRange {int(from.x()), int(to.x())});
}

void TokenMarks::paint(QPainter& painter, const PlotMap& map) const
{
    const Palette& colors = Theme::instance().palette();
    paintRange(painter, map);
    for (int place = 0; place < Selection::kPins; ++place)
        rule(painter, map, axes_.tokens, selection_.pins()[std::size_t(place)] + 0.5,
             QPen(pinColor(place), kLine));
    const int token = selection_.token(), locked = selection_.lockedToken();
    const int source = selection_.source(), lockedSource = selection_.lockedSource();
    rule(painter, map, axes_.source, lockedSource + 0.5, QPen(colors.accent, kLine));
    if (source != lockedSource)
        rule(painter, map, axes_.source, source + 0.5, QPen(faint(colors.accent), kLine));
    rule(painter, map, axes_.focus, locked + 0.5, QPen(colors.warn, kLine));
    if (token != locked)
        rule(painter, map, axes_.focus, token + 0.5, QPen(faint(colors.warn), kLine));
    paintPins(painter, map);
}

/// A line across the picture at a place on the axes; nothing where the place is not seen.
void TokenMarks::rule(QPainter& painter, const PlotMap& map, Qt::Orientations axes, double at,
                      const QPen& pen) const
{
    const QMarginsF reach = reach_ ? reach_() : QMarginsF();
    const QRectF all = map.rect.marginsAdded(reach);
    painter.setPen(pen);
    if ((axes & Qt::Horizontal) && at >= std::max(0.0, map.window.left())
        && at <= map.window.right())
        painter.drawLine(QPointF(map.x(at), all.top()), QPointF(map.x(at), all.bottom()));
    if ((axes & Qt::Vertical) && at >= std::max(0.0, map.window.top()) && at <= map.window.bottom())
        painter.drawLine(QPointF(all.left(), map.y(at)), QPointF(all.right(), map.y(at)));
}

/// Dotted lines at its ends and a bar along the axis between them: the colours of the picture stay
/// true.
void TokenMarks::paintRange(QPainter& painter, const PlotMap& map) const
{
    const TokenRange& range = selection_.range();
    if (range.empty()) return;
    const QColor& color = Theme::instance().palette().accent;
    for (const double end : {double(range.first), range.last + 1.0})
        rule(painter, map, axes_.tokens, end, QPen(color, kLine, Qt::DotLine));
    const double bar = Theme::instance().px(kBar);
    if (axes_.tokens & Qt::Horizontal) {
        const double from = std::max(map.rect.left(), map.x(range.first)),
                     to = std::min(map.rect.right(), map.x(range.last + 1.0));
        painter.fillRect(QRectF(from, map.rect.bottom(), std::max(0.0, to - from), bar), color);
    }
    if (axes_.tokens & Qt::Vertical) {
        const double from = std::max(map.rect.top(), map.y(range.first)),
                     to = std::min(map.rect.bottom(), map.y(range.last + 1.0));
        painter.fillRect(QRectF(map.rect.left() - bar, from, bar, std::max(0.0, to - from)), color);
    }
}

/// The shapes with their letters, above all lines.
void TokenMarks::paintPins(QPainter& painter, const PlotMap& map) const
{
    const double size = Theme::instance().px(kPin);
    const QMarginsF reach = reach_ ? reach_() : QMarginsF();
    for (int place = 0; place < Selection::kPins; ++place) {
        const int token = selection_.pins()[std::size_t(place)];
        if (token < 0) continue;
        const double at = token + 0.5;
        if ((axes_.tokens & Qt::Vertical) && at >= map.window.top() && at <= map.window.bottom())
            paintPin(painter, {map.rect.right() + reach.right() - size / 2, map.y(at)}, size,
                     place);
        if ((axes_.tokens & Qt::Horizontal) && at >= map.window.left() && at <= map.window.right())
            paintPin(painter, {map.x(at), map.rect.top() + size / 2}, size, place);
    }
}

} // namespace mixscope
