#pragma once

#include "ui/views/head_thumbs.h"

#include <QWidget>

class QPainter;

namespace mixscope {

/// All heads of the focused attention layer as small maps; a click focuses a head. Draws what
/// HeadThumbs holds, which its owner keeps up to date.
class HeadGrid : public QWidget {
    Q_OBJECT
public:
    explicit HeadGrid(QWidget* parent);
    /// `thumbs` outlive the grid's next call; heads that share keys and values are boxed.
    void setLayer(const HeadThumbs& thumbs, int headsPerGroup);
    void setScale(const ValueScale& scale);
    void setHead(int head); ///< -1: none stands out
    void setTokens(int tokens);
    /// Height the grid fills at a width, at most `limit`.
    int heightFor(int width, int limit) const;

Q_SIGNALS:
    void headClicked(int head);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Cells {
        int columns = 1;
        int rows = 1;
        int side = 10; ///< pixels of a thumbnail
        int stepX = 10; ///< from one to the next
        int stepY = 10;
    };
    Cells arrange(int width, int height) const;
    QRect thumbRect(const Cells& cells, int head) const;

    int heads() const;
    void paintGroups(QPainter& painter, const Cells& cells) const;

    const HeadThumbs* thumbs_ = nullptr;
    ValueScale scale_ {ValueScale::Kind::root, 0.0F, 1.0F};
    int perGroup_ = 1;
    int head_ = 0;
    int tokens_ = 0;
};

} // namespace mixscope
