#pragma once

#include "ui/plot/plot_area.h"

#include <span>
#include <vector>

namespace mixscope {

/// One part of the columns of a StackPlot.
struct StackPart {
    QString name;
    QColor color;
};

/// A stacked column for each token, e.g. ms by kind of layer. Where a pixel holds several tokens
/// the tallest is drawn. Holds no numbers: a function gives the parts of a token.
class StackPlot : public PlotArea {
    Q_OBJECT
public:
    /// May be asked for tokens that are gone since show().
    using Fill = std::function<void(int token, std::span<float> parts)>;

    StackPlot(const QString& accessibleName, PlotAxes axes, QWidget* parent);
    void setParts(std::vector<StackPart> parts);
    const std::vector<StackPart>& parts() const { return parts_; }
    void setFill(Fill fill) { fill_ = std::move(fill); }
    /// Which tokens stand apart (prefill), on a tinted ground: those of one `group` >= 0 are drawn
    /// as one block, named by `name`; -1: the token stands by itself on the plain ground.
    void setGround(std::function<int(int token)> group, std::function<QString(int group)> name);
    /// A staircase line above the columns: its value at a token, NaN where it has none.
    void setCurve(std::function<double(int token)> curve) { curve_ = std::move(curve); }
    /// All tokens; `top` is the end of the value axis, locked by the owner.
    void show(int tokens, double top);
    double top() const { return top_; }
    void setGap(double pixels) { gap_ = pixels; } ///< between wide columns; 0 for an area
    int tokensPerPixel() const;

Q_SIGNALS:
    void tokenHovered(int token); ///< -1: the mouse has left
    void tokenClicked(int token);

private:
    void paintColumns(QPainter& painter, const PlotMap& map) const;
    void paintGround(QPainter& painter, const PlotMap& map) const;
    void paintCurve(QPainter& painter, const PlotMap& map) const;

    std::vector<StackPart> parts_;
    Fill fill_;
    std::function<int(int)> group_;
    std::function<QString(int)> groupName_;
    std::function<double(int)> curve_;
    int tokens_ = 0;
    double top_ = 1.0;
    double gap_ = 1.0;
};

/// The next round number (1, 1.5, 2, 3, 5, 7 times a power of ten) at or above a value.
double niceCeiling(double value);

} // namespace mixscope
