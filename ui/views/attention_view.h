#pragma once

#include "ui/plot/tile_image.h"
#include "ui/views/attention_picture.h"
#include "ui/views/head_thumbs.h"
#include "ui/views/stage_view.h"

#include <QRgb>

#include <array>
#include <vector>

class QPainter;

namespace mixscope {

class AttentionStore;
class BarList;
class Caption;
class ColorBar;
class HeadGrid;
class PlotArea;
class SegmentBar;
struct PlotMap;

/// Attention of the focused layer and head: the map that grows row by row, all heads of the layer,
/// and where the focused token looks.
class AttentionView : public StageView {
    Q_OBJECT
public:
    AttentionView(ViewContext context, QWidget* parent);
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
    struct Target {
        int key;
        float weight;
    };
    /// The heaviest keys of a row, heaviest first; empty when the row was not captured.
    std::vector<Target> looksAt(int query, std::size_t count) const;
    const AttentionStore* rows() const;
    int head() const;
    Sink sink() const;
    ValueScale scale() const;
    AttentionLook look() const;
    void setLook();
    void paintMap(QPainter& painter, const PlotMap& map);
    void paintCross(QPainter& painter, const PlotMap& map) const;
    void askForMissingRows();
    QString missingSentence() const;
    void showGeometry();
    void stepCell(QPoint by);

    AttentionPicture picture_;
    TileCache tiles_;
    HeadThumbs thumbs_;
    TokenRepeats repeats_;
    PlotArea* map_;
    ColorBar* bar_;
    HeadGrid* grid_;
    Caption* gridCaption_;
    Caption* barsCaption_;
    BarList* bars_;
    SegmentBar* scaleBar_;
    SegmentBar* sinkBar_;
    std::array<QRgb, 256> colors_ {};
    std::vector<Target> targets_;
    int barCount_ = 4;
    int layerDrawn_ = -1;
    int tokensDrawn_ = 0;
    int layerAsked_ = -1; ///< rows of this layer were asked for since it was focused
};

} // namespace mixscope
