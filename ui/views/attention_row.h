#pragma once

#include "ui/plot/plot_area.h"
#include "ui/views/attention_reader.h"

#include <vector>

namespace mixscope {

class BarList;
class Caption;
struct BarRow;
class RunStore;
class Selection;

/// One row of attention as bars over its keys; the heaviest carry their text. Above more keys than
/// pixels a bar is the largest under it. UI thread only.
class RowPlot : public PlotArea {
    Q_OBJECT
public:
    RowPlot(RunStore& store, Selection& selection, QWidget* parent);
    /// `weights`: [keys], NaN for a hidden key; `named`: keys to be labelled, heaviest first.
    void setRow(std::vector<float> weights, std::vector<AttentionTarget> named,
                const ValueScale& scale);

private:
    void paintBars(QPainter& painter, const PlotMap& map) const;
    void paintScale(QPainter& painter, const PlotMap& map) const;
    void paintNames(QPainter& painter, const PlotMap& map) const;

    RunStore& store_;
    Selection& selection_;
    std::vector<float> weights_;
    std::vector<AttentionTarget> named_;
    ValueScale scale_;
};

/// Attention mass by distance as columns, 0 … 1. UI thread only.
class DistanceBars : public QWidget {
    Q_OBJECT
public:
    explicit DistanceBars(QWidget* parent);
    /// `bins`: how many of them can hold anything.
    void setMass(const DistanceMass& mass, int bins);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    DistanceMass mass_ {};
    int bins_ = 1;
};

/// The row of the focused query: bars over keys, the heaviest in words, mass by distance.
class AttentionRowPage : public QWidget {
    Q_OBJECT
public:
    AttentionRowPage(RunStore& store, Selection& selection, QWidget* parent);
    void showRow(AttentionReader reader, const AttentionLook& look);
    RowPlot* plot() const { return plot_; }

private:
    RunStore& store_;
    Selection& selection_;
    Caption* caption_;
    RowPlot* plot_;
    Caption* namesCaption_;
    BarList* names_;
    Caption* distanceCaption_;
    DistanceBars* distance_;
    std::vector<AttentionTarget> targets_;
};

/// Lines of a list of the heaviest keys; always as many, so that nothing moves.
std::vector<BarRow> barsOf(const RunStore& store, const std::vector<AttentionTarget>& targets,
                           int lines);

} // namespace mixscope
