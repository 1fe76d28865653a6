#pragma once

#include "ui/views/head_thumbs.h"

#include <QWidget>

namespace mixscope {

/// All heads of the focused attention layer as small maps; a click focuses a head. Draws what
/// HeadThumbs holds, which its owner keeps up to date.
class HeadGrid : public QWidget {
    Q_OBJECT
public:
    HeadGrid(const HeadThumbs& thumbs, QWidget* parent);
    void setHead(int head);
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

    const HeadThumbs& thumbs_;
    int head_ = 0;
    int tokens_ = 0;
};

} // namespace mixscope
