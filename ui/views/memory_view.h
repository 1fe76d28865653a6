#pragma once

#include "ui/views/stage_view.h"

#include <span>
#include <utility>

class QBoxLayout;

namespace mixscope {

class Caption;
class CurvePlot;
class Legend;
class SegmentBar;
class StackPlot;
class ValueList;

/// Bytes of weights, KV cache and recurrent state against the number of tokens, from the shapes of
/// the open model: what grows and what does not, so far and on to a million tokens beside models
/// made of one kind of its layers alone.
class MemoryView : public StageView {
    Q_OBJECT
public:
    MemoryView(ViewContext context, QWidget* parent);
    QString describe() const override;
    void writeTable(TableWriter& table) const override;

protected:
    void update(int firstChanged) override;
    void restyle() override;
    QWidget* drawn() const override;
    Nothing nothing() const override;
    void resizeEvent(QResizeEvent* event) override;

private:
    const ModelInfo* shown() const;
    bool withWeights() const;
    int columns() const; ///< tokens on the axis
    void fill(int token, std::span<float> parts) const;
    double weights() const; ///< bytes counted in, 0 without
    void setCurves();
    void showNumbers();
    void showCaption();
    /// All curves at a number of tokens, in words.
    QString wordsAt(double tokens) const;

    StackPlot* growth_;
    Legend* legend_;
    Caption* projectionCaption_;
    CurvePlot* projection_;
    QBoxLayout* plots_;
    double read_ = 1e6; ///< tokens at which the projection is read
    std::pair<const void*, bool> curvesOf_; ///< model and whether weights are counted in
    double unit_ = 1e6; ///< bytes in a unit of the value axis of growth_
    ValueList* numbers_;
    SegmentBar* weightsBar_;
    SegmentBar* reachBar_;
};

} // namespace mixscope
