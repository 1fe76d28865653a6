#pragma once

#include "ui/views/stage_view.h"

#include <QElapsedTimer>

class QSortFilterProxyModel;
class QTableView;

namespace mixscope {

class Caption;
class FlameRow;
class LayerTimes;
class Legend;
class SegmentBar;
class StackPlot;

/// Where the time goes: ms of each token by kind of layer, the focused token's ops, statistics of
/// the layers.
class TimeView : public StageView {
    Q_OBJECT
public:
    TimeView(ViewContext context, QWidget* parent);
    QString describe() const override;
    QSize least() const override { return {420, 280}; }
    void writeTable(TableWriter& table) const override;

protected:
    void update(int firstChanged) override;
    void showSelection() override;
    void restyle() override;
    QWidget* drawn() const override;
    Nothing nothing() const override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum Part : std::size_t { ssm, attention, other, ends, sampling, probes, parts_ };
    void fill(int token, std::span<float> parts) const;
    void widen(int firstChanged);
    QColor layerColor(int layer) const;
    void showTable();
    /// Sorts by the column of the cell in focus, the other way round the second time.
    void sortByFocus();
    QString chunkName(int first) const;

    StackPlot* stack_;
    Legend* legend_;
    Caption* flameCaption_;
    FlameRow* flame_;
    Caption* tableCaption_;
    LayerTimes* times_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
    SegmentBar* byBar_;
    double top_ = 0.0; ///< end of the ms axis, widens in steps
    int flameToken_ = -1;
    int tableTokens_ = -1;
    QElapsedTimer tableAge_;
};

} // namespace mixscope
