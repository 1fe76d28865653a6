#pragma once

#include "ui/views/head_thumbs.h"

#include <QRect>
#include <QString>
#include <QWidget>

#include <map>
#include <set>
#include <utility>
#include <vector>

class QPushButton;
class QScrollArea;

namespace mixscope {

class Caption;
class SegmentBar;

/// An attention layer of the model.
struct HeadRow {
    int layer = 0;
    int heads = 0;
    bool operator==(const HeadRow&) const = default;
};

/// What a head can be sorted by; `layer` keeps the order of the model.
enum class HeadOrder { layer, entropy, sink, previous, induction };

/// The score of an order ("layer" shows the entropy too).
float scoreOf(const HeadScores& scores, HeadOrder order);

/// Thumbnails of layers × heads with a label and one score each; layers whose rows are missing say
/// so. Draws what LayerThumbs holds, which its owner keeps up to date. UI thread only.
class HeadSheet : public QWidget {
    Q_OBJECT
public:
    HeadSheet(const LayerThumbs& thumbs, QWidget* parent);
    void setRows(std::vector<HeadRow> rows, int tokens);
    void setOrder(HeadOrder order);
    void setScale(const ValueScale& scale);
    void setChosen(int layer, int head);
    /// Thumbnails are as large as this height allows without scrolling, within bounds.
    void setRoom(int height);
    /// Heads in the order shown.
    std::vector<std::pair<int, int>> shown() const;

Q_SIGNALS:
    void headClicked(int layer, int head);
    void layerWanted(int layer);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Item {
        int layer, head;
        QRect box;
        float score;
    };
    struct Heading {
        QRect box;
        QString text;
    };
    void arrange();
    int placeLayer(const HeadRow& row, int top);
    int placeSorted(int top);
    int placeHeading(const HeadRow& row, int top);
    int columns() const;
    void chooseSide();
    int heightWith(int side) const;
    void addItem(int layer, int head, int index, int top);

    const LayerThumbs& thumbs_;
    std::vector<HeadRow> rows_;
    std::vector<Item> items_;
    std::vector<Heading> headings_;
    std::map<int, QPushButton*> buttons_; ///< by layer
    std::set<int> placed_; ///< layers whose heading is shown
    HeadOrder order_ = HeadOrder::layer;
    ValueScale scale_ {ValueScale::Kind::root, 0.0F, 1.0F};
    int side_ = 64; ///< of a thumbnail, in pixels
    int room_ = 0; ///< height that can be seen at once
    int tokens_ = 0;
    int layer_ = -1;
    int head_ = -1;
};

/// The sheet of all heads with its order and what the order means.
class AllHeads : public QWidget {
    Q_OBJECT
public:
    AllHeads(const LayerThumbs& thumbs, QWidget* parent);
    HeadSheet* sheet() const { return sheet_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void reorder(int order);

    SegmentBar* order_;
    Caption* meaning_;
    QScrollArea* scroll_;
    HeadSheet* sheet_;
};

} // namespace mixscope
