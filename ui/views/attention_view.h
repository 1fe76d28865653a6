#pragma once

#include "ui/views/all_heads.h"
#include "ui/views/attention_picture.h"
#include "ui/views/attention_reader.h"
#include "ui/views/head_thumbs.h"
#include "ui/views/stage_view.h"

#include <QElapsedTimer>

#include <vector>

class QStackedLayout;
class QToolButton;

namespace mixscope {

class AttentionMap;
class AttentionRowPage;
class AttentionStore;
class BarList;
class Caption;
class ColorBar;
class HeadGrid;
class SegmentBar;

/// Attention of the focused layer and head: the map that grows row by row with all heads of the
/// layer and where the focused token looks; the row of that token; all heads of all layers.
class AttentionView : public StageView {
    Q_OBJECT
public:
    AttentionView(ViewContext context, QWidget* parent);
    QString describe() const override;
    QSize least() const override { return {420, 240}; }
    void writeTable(TableWriter& table) const override;

protected:
    void update(int firstChanged) override;
    void showSelection() override;
    void restyle() override;
    Selection::Focus focus() const override;
    QWidget* drawn() const override;
    /// Layer and head stand in the pickers above as well: the map needs the height more.
    Nothing nothing() const override;
    QString waitingFor() const override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class Part { map, row, heads };
    void layOut();
    void connectParts();
    Part part() const;
    const AttentionStore* rows() const;
    int head() const;
    AttentionLook look() const;
    AttentionReader reader() const;
    QString lookName() const;
    void lookChanged();
    void updateThumbs(int tokens);
    void showAllHeads(int tokens);
    void showPooling();
    void askForMissingRows();
    QString missingSentence() const;
    void showGeometry();

    AttentionPicture picture_;
    LayerThumbs thumbs_;
    TokenRepeats repeats_;
    QStackedLayout* parts_;
    AttentionMap* map_;
    ColorBar* bar_;
    QToolButton* pooling_; ///< down: by mean
    HeadGrid* grid_;
    Caption* gridCaption_;
    Caption* barsCaption_;
    BarList* bars_;
    AttentionRowPage* row_;
    AllHeads* heads_;
    SegmentBar* partBar_;
    SegmentBar* scaleBar_;
    SegmentBar* sinkBar_;
    SegmentBar* headsBar_;
    std::vector<AttentionTarget> targets_;
    std::vector<HeadRow> headRows_; ///< attention layers of the model
    QElapsedTimer sorted_; ///< since the heads were last put in order
    const ModelInfo* modelDrawn_ = nullptr;
    int voidFrom_ = 0; ///< tokens from there on were replaced since the last update
    int barCount_ = 4;
    int layerDrawn_ = -1;
    int layerAsked_ = -1; ///< rows of this layer were asked for since it was focused
};

} // namespace mixscope
