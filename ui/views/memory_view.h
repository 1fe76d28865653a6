#pragma once

#include "ui/views/stage_view.h"

#include <span>

namespace mixscope {

class Legend;
class SegmentBar;
class StackPlot;
class ValueList;

/// Bytes of weights, KV cache and recurrent state against the number of tokens, from the shapes of
/// the open model: what grows and what does not.
class MemoryView : public StageView {
    Q_OBJECT
public:
    MemoryView(ViewContext context, QWidget* parent);
    QString describe() const override;

protected:
    void update(int firstChanged) override;
    void showSelection() override;
    void restyle() override;
    QWidget* drawn() const override;
    Nothing nothing() const override;

private:
    bool withWeights() const;
    int columns() const; ///< tokens on the axis
    void fill(int token, std::span<float> parts) const;

    StackPlot* growth_;
    Legend* legend_;
    ValueList* numbers_;
    SegmentBar* weightsBar_;
    SegmentBar* reachBar_;
};

} // namespace mixscope
