#pragma once

#include "engine/token_batch.h"

#include <QColor>
#include <QRectF>
#include <QWidget>

#include <functional>
#include <vector>

namespace mixscope {

/// The ops of one token in order, width = time: layers above, their ops below, and the ops of the
/// focused layer once more at full width. Ops too narrow to draw are drawn together as a hatched
/// strip, so that hidden detail is announced. A line follows the mouse; its op is told in words.
class FlameRow : public QWidget {
    Q_OBJECT
public:
    explicit FlameRow(QWidget* parent);
    /// `whose`: "token 58". `colorOf` gives the colour of a layer (-1: embedding, L: head).
    void setOps(const QString& whose, std::vector<OpTime> ops,
                std::function<QColor(int layer)> colorOf);
    void setLayer(int layer); ///< whose ops are shown at full width
    void setDetail(bool detail); ///< with the row of the focused layer

    enum class Row { layers, ops, detail };
    /// Where an op is drawn; empty when it is not in that row.
    QRectF rectOf(Row row, int op) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {100, sizeHint().height()}; }

Q_SIGNALS:
    void layerClicked(int layer);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    /// A stretch of ops drawn with one scale: all of them, or those of a layer.
    struct Stretch {
        int first = 0, end = 0;
    };
    Stretch layerAt(int op) const;
    Stretch focused() const;
    Stretch stretchOf(Row row) const;
    double top(Row row) const;
    int opAt(QPointF at) const;
    void paintLayers(QPainter& painter) const;
    void paintOps(QPainter& painter, Row row) const;
    QString words(int op) const;
    QString line() const;

    QString whose_;
    int layer_ = -1;
    bool detail_ = true;
    int hovered_ = -1;
    double mouse_ = -1.0;
    std::vector<OpTime> ops_;
    std::vector<double> starts_; ///< µs, one more than ops
    std::function<QColor(int)> colorOf_;
};

} // namespace mixscope
