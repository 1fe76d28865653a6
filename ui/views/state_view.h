#pragma once

#include "ui/views/locked_range.h"
#include "ui/views/stage_view.h"

#include <vector>

class QPushButton;

namespace mixscope {

class Caption;
class LanePlot;
class MatrixMap;
class SegmentBar;
class ValueList;

/// What the recurrent layers hold: one lane per layer over all tokens, and the matrix of the
/// focused head as it is now, with its numbers at the focused token.
class StateView : public StageView {
    Q_OBJECT
public:
    StateView(ViewContext context, QWidget* parent);
    QString describe() const override;

protected:
    void update(int firstChanged) override;
    void showSelection() override;
    void restyle() override;
    Selection::Focus focus() const override;
    QWidget* drawn() const override;
    Nothing nothing() const override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class Quantity { norm, change, half_life };
    Quantity quantity() const;
    bool focusedHeadOnly() const;
    int head() const;
    /// Value of a layer's lane at a token, NaN when it was not captured.
    float value(int layer, int token) const;
    void setLayers();
    void setBands();
    /// Looks whether the lanes' ranges still hold; true when one changed.
    bool checkRanges(int tokens);
    void showMatrix();
    void showNumbers();
    void showGeometry();
    void relook();

    LanePlot* lanes_;
    MatrixMap* matrix_;
    Caption* matrixCaption_;
    Caption* rangeCaption_;
    ValueList* numbers_;
    QPushButton* fit_;
    SegmentBar* quantityBar_;
    SegmentBar* headBar_;
    std::vector<int> layers_; ///< recurrent layers, one lane each
    std::vector<LockedRange> ranges_;
    int rangeTokens_ = 0; ///< tokens the ranges were last checked with
    int headDrawn_ = -1;
    const void* modelDrawn_ = nullptr;
};

} // namespace mixscope
