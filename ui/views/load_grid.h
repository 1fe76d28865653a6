#pragma once

#include "ui/models/expert_load.h"

#include <QWidget>

#include <vector>

namespace mixscope {

/// Share of the tokens by layer (rows) and expert (columns), filled by share on a scale from 0 to
/// 1; a layer whose tokens all go to one expert is seen at once. Click or arrows take a layer.
class LoadGrid : public QWidget {
    Q_OBJECT
public:
    explicit LoadGrid(QWidget* parent);
    /// `layers`: those with a router, by index in the model. `load` outlives the next setRows().
    void setRows(std::vector<int> layers, int experts, const ExpertLoad& load);
    void setFocus(int layer);
    /// Where the cell of a layer's expert is drawn; empty when it is not.
    QRectF cellRect(int layer, int expert) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void layerClicked(int layer);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF area() const;
    void take(int layer);

    std::vector<int> layers_;
    int experts_ = 0;
    std::vector<double> shares_; ///< [layers, experts]
    int focus_ = -1;
};

} // namespace mixscope
