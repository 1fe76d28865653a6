#pragma once

#include <QMarginsF>
#include <QObject>

#include <functional>

class QPainter;
class QPen;

namespace mixscope {

class PlotArea;
class Selection;
struct PlotMap;
struct TokenRange;

/// The selection in a plot that counts tokens along an axis: rulers of the token in focus, the
/// source token, the pins and the ends of the brushed range; a drag brushes a range and a middle
/// click pins. One for each such plot, owned by it. UI thread only.
class TokenMarks : public QObject {
    Q_OBJECT
public:
    /// Which axes mean what: across for lanes; a map has keys across and queries down.
    struct Axes {
        Qt::Orientations tokens = Qt::Horizontal; ///< range and pins
        Qt::Orientations focus = Qt::Horizontal; ///< the token in focus
        Qt::Orientations source = Qt::Horizontal; ///< the source token
    };
    TokenMarks(PlotArea& plot, Selection& selection)
        : TokenMarks(plot, selection, Axes {})
    {
    }
    TokenMarks(PlotArea& plot, Selection& selection, Axes axes);

    /// How far rulers go on beyond the picture, over what stands beside it: asked when they are
    /// drawn. Logical pixels.
    void setReach(std::function<QMarginsF()> reach) { reach_ = std::move(reach); }

private:
    void brush(QPointF from, QPointF to);
    void paint(QPainter& painter, const PlotMap& map) const;
    void paintRange(QPainter& painter, const PlotMap& map) const;
    void paintPins(QPainter& painter, const PlotMap& map) const;
    void rule(QPainter& painter, const PlotMap& map, Qt::Orientations axes, double at,
              const QPen& pen) const;

    PlotArea& plot_;
    Selection& selection_;
    Axes axes_;
    std::function<QMarginsF()> reach_;
};

} // namespace mixscope
