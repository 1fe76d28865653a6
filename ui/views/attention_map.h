#pragma once

#include "ui/plot/plot_area.h"
#include "ui/plot/tile_image.h"

#include <QRgb>

#include <array>

namespace mixscope {

class AttentionPicture;
class MiniMap;
class RunStore;
class Selection;

/// The map of an AttentionPicture with rulers at the focused query and key, the entropy of each row
/// at its right, the mean received weight of each key below, and an overview while it is zoomed.
/// Hover previews, a click locks, arrow keys move query and key. UI thread only.
class AttentionMap : public PlotArea {
    Q_OBJECT
public:
    AttentionMap(AttentionPicture& picture, RunStore& store, Selection& selection, QWidget* parent);

    /// Rows [0, tokens) exist; with `follow` a window on the newest row moves on with it.
    void setTokens(int tokens, bool follow);
    /// Another picture in the same place.
    void forget();
    /// Colours and sizes of the theme; PlotArea looks after its own.
    void takeTheme();
    /// Cells of the text axes in one drawn cell (1: exact).
    int pooling() const;
    /// Width at which the map proper is square, for a height.
    static int widthFor(int height);
    /// What lies above and below the map proper, for what stands beside it.
    static int topInset();
    static int bottomInset();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void connectMouse();
    void paintMap(QPainter& painter, const PlotMap& map);
    void paintMargin(QPainter& painter, const PlotMap& map) const;
    void paintTags(QPainter& painter, const PlotMap& map) const;
    void placeOverview();
    void step(QPoint by);
    QRectF entropyStrip(const PlotMap& map) const;
    QRectF receivedStrip(const PlotMap& map) const;

    AttentionPicture& picture_;
    RunStore& store_;
    Selection& selection_;
    MiniMap* overview_;
    TileCache tiles_;
    std::array<QRgb, 256> colors_ {};
    double extent_ = 16.0;
    int tokens_ = 0;
};

} // namespace mixscope
