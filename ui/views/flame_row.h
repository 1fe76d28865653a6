#pragma once

#include "engine/token_batch.h"

#include <QColor>
#include <QWidget>

#include <functional>
#include <vector>

namespace mixscope {

/// The ops of one token in order: layers above, their ops below, width = time. Ops too narrow to
/// draw are drawn as a dotted strip, so that hidden detail is announced.
class FlameRow : public QWidget {
    Q_OBJECT
public:
    explicit FlameRow(QWidget* parent);
    /// `whose`: "token 58". `colorOf` gives the colour of a layer (-1: embedding, L: head).
    void setOps(const QString& whose, std::vector<OpTime> ops,
                std::function<QColor(int layer)> colorOf);
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
    int opAt(double x) const;
    QString words(const OpTime& op) const;

    QString whose_;
    int hovered_ = -1;
    std::vector<OpTime> ops_;
    std::vector<double> starts_; ///< µs, one more than ops
    std::function<QColor(int)> colorOf_;
};

} // namespace mixscope
