#pragma once

#include "ui/plot/plot_area.h"

#include <vector>

namespace mixscope {

/// One line of a CurvePlot.
struct Curve {
    QString name; ///< printed at its right end
    QColor color;
    Qt::PenStyle style = Qt::SolidLine;
    std::function<double(double x)> at;
};

/// A named point of a CurvePlot, in values.
struct CurveMark {
    double x = 0.0, y = 0.0;
    QString text;
};

/// Curves on two logarithmic axes with a grid line at each power of ten. Ranges are set by the
/// owner. Hovering reads all curves at one place.
class CurvePlot : public PlotArea {
    Q_OBJECT
public:
    using TickName = std::function<QString(double)>;

    CurvePlot(const QString& accessibleName, PlotAxes axes, QWidget* parent);
    void setCurves(std::vector<Curve> curves, std::vector<CurveMark> marks);
    const std::vector<Curve>& curves() const { return curves_; }
    const std::vector<CurveMark>& marks() const { return marks_; }
    /// Powers of ten at the ends of the axes.
    void setDecades(int x0, int x1, int y0, int y1);
    void setTickNames(TickName x, TickName y);
    /// An upright line with a name, at a value; 0: none.
    void setNow(double x, const QString& name);
    /// Where a value is drawn, in this widget's coordinates.
    QPointF pointOf(double x, double y) const;

Q_SIGNALS:
    void valueHovered(double x); ///< 0: the mouse has left

private:
    void paintCurves(QPainter& painter, const PlotMap& map) const;
    void paintTicks(QPainter& painter, const PlotMap& map) const;
    void paintNames(QPainter& painter, const PlotMap& map) const;
    void paintMarks(QPainter& painter, const PlotMap& map) const;

    std::vector<Curve> curves_;
    std::vector<CurveMark> marks_;
    TickName xName_, yName_;
    double now_ = 0.0, hover_ = 0.0;
    QString xTitle_, nowName_;
};

} // namespace mixscope
