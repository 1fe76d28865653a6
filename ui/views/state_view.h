#pragma once

#include "ui/views/locked_range.h"
#include "ui/views/stage_view.h"

#include <vector>

class QBoxLayout;

namespace mixscope {

class BarList;
class Caption;
class Lane;
class LanePlot;
class MatrixPanel;
class MemoryStrip;
class SegmentBar;
class SmallButton;
class ValueList;

/// What the recurrent layers hold: one lane per layer over all tokens, the matrix of the focused
/// head as it is now, its numbers at the focused token, and what it still holds of each token.
class StateView : public StageView {
    Q_OBJECT
public:
    StateView(ViewContext context, QWidget* parent);
    QString describe() const override;
    QSize least() const override { return {440, 200}; }
    void writeTable(TableWriter& table) const override;

protected:
    void update(int firstChanged) override;
    void showSelection() override;
    void restyle() override;
    Selection::Focus focus() const override;
    QWidget* drawn() const override;
    Nothing nothing() const override;
    void resizeEvent(QResizeEvent* event) override;

private:
    static constexpr std::size_t kHeldTokens = 5; ///< that are listed
    enum class Quantity { norm, change, half_life };
    enum class Heads { mean, focused, each };
    Quantity quantity() const;
    Heads heads() const;
    int head() const;
    /// Lane of a layer for the chosen quantity, nullptr when it was not captured.
    const Lane* lane(int layer) const;
    /// Rows of a layer's band: one, or one for each head of the focused layer.
    int rowsOf(int layer) const;
    /// Value of a band's row at a token, NaN when it was not captured.
    float value(int layer, int row, int token) const;
    QString quantityName() const;
    void setLayers();
    void setBands();
    /// Looks whether the lanes' ranges still hold; true when one changed.
    bool checkRanges(int tokens);
    void refit();
    void showMatrix();
    void showNumbers();
    void showGeometry();
    void showHolds();
    bool exact() const; ///< memory contents can be told

    LanePlot* lanes_;
    MatrixPanel* matrix_;
    MemoryStrip* memory_;
    QBoxLayout* side_ = nullptr;
    ValueList* numbers_;
    Caption* holdsCaption_;
    BarList* holds_; ///< tokens of which most remains
    SmallButton* fit_;
    SegmentBar* quantityBar_;
    SegmentBar* headBar_;
    SegmentBar* matrixBar_;
    SegmentBar* memoryBar_;
    std::vector<int> layers_; ///< recurrent layers, one band each
    std::vector<LockedRange> ranges_;
    RangeClock clock_;
    Selection::Focus drawnFor_; ///< the bands are those of this focus
    std::vector<int> held_; ///< tokens of holds_
    const void* modelDrawn_ = nullptr;
};

} // namespace mixscope
