#pragma once

#include "ui/views/attention_picture.h"
#include "ui/views/head_thumbs.h"
#include "ui/views/stage_view.h"

#include <vector>

namespace mixscope {

class AttentionMap;
class AttentionStore;
class BarList;
class Caption;
class ColorBar;
class HeadGrid;
class SegmentBar;

/// Attention of the focused layer and head: the map that grows row by row, all heads of the layer,
/// and where the focused token looks.
class AttentionView : public StageView {
    Q_OBJECT
public:
    AttentionView(ViewContext context, QWidget* parent);
    QString describe() const override;
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
    struct Target {
        int key;
        float weight;
    };
    void layOut();
    void connectParts();
    /// The heaviest keys of a row, heaviest first; empty when the row was not captured.
    std::vector<Target> looksAt(int query, std::size_t count) const;
    const AttentionStore* rows() const;
    int head() const;
    AttentionLook look() const;
    QString lookName() const;
    QString readout() const;
    void lookChanged();
    void askForMissingRows();
    QString missingSentence() const;
    void showGeometry();

    AttentionPicture picture_;
    HeadThumbs thumbs_;
    TokenRepeats repeats_;
    AttentionMap* map_;
    ColorBar* bar_;
    HeadGrid* grid_;
    Caption* gridCaption_;
    Caption* barsCaption_;
    BarList* bars_;
    SegmentBar* scaleBar_;
    SegmentBar* sinkBar_;
    SegmentBar* headsBar_;
    SegmentBar* poolBar_;
    std::vector<Target> targets_;
    int barCount_ = 4;
    int layerDrawn_ = -1;
    int layerAsked_ = -1; ///< rows of this layer were asked for since it was focused
};

} // namespace mixscope
