#pragma once

#include "engine/probe.h"
#include "ui/views/locked_range.h"
#include "ui/views/stage_view.h"

#include <array>
#include <vector>

class QPushButton;

namespace mixscope {

class Caption;
class Histogram;
class Lane;
class LanePlot;
class RoutingPanel;
class SegmentBar;
struct ValueScale;

/// The gates of the focused layer (heads × tokens) with a histogram of one of them, and which
/// experts its tokens were sent to.
class GatesView : public StageView {
    Q_OBJECT
public:
    GatesView(ViewContext context, QWidget* parent);
    QString describe() const override;
    QSize least() const override { return {420, 380}; }
    void writeTable(TableWriter& table) const override;

protected:
    void update(int firstChanged) override;
    void showSelection() override;
    void restyle() override;
    QWidget* drawn() const override;
    void describeParts() override;
    Nothing nothing() const override;
    void resizeEvent(QResizeEvent* event) override;

private:
    static constexpr std::size_t kGates = 5;
    bool hasGates() const;
    bool hasExperts() const;
    const Lane* gate(std::size_t which) const;
    /// Value of a gate for a head of the layer, NaN when it was not captured.
    float value(std::size_t which, int token, int head) const;
    int rowsOf(std::size_t which) const;
    bool captured(int token) const;
    QString reading(std::size_t which, int token) const;
    bool asHalfLife() const;
    /// A gate's value as it is drawn (keep may be shown as half-life).
    float shown(std::size_t which, float value) const;
    ValueScale scaleOf(std::size_t which) const;
    std::vector<unsigned> mapOf(std::size_t which) const;
    void setBands();
    bool checkRanges(int tokens);
    void updateGates(int firstChanged);
    void updateHistogram(int firstChanged, int tokens);
    void writeRow(TableWriter& table, int token, const QString& what, int index, float value) const;
    void showGeometry();
    void refit();
    /// What a layer without gates does instead.
    QString instead() const;

    LanePlot* lanes_;
    RoutingPanel* routing_;
    Histogram* histogram_;
    Caption* histogramCaption_;
    Caption* saturation_;
    Caption* noGates_;
    SegmentBar* gateBar_;
    SegmentBar* keepBar_;
    QPushButton* fit_;
    QWidget* gateSide_;
    std::array<LockedRange, kGates> ranges_;
    RangeClock clock_;
    int counted_ = 0; ///< tokens in the histogram
    int layerDrawn_ = -1;
    const void* modelDrawn_ = nullptr;
};

} // namespace mixscope
