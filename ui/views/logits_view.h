#pragma once

#include "ui/views/stage_view.h"

class QTableView;

namespace mixscope {

class Caption;
class StackPlot;
class TopTokens;

/// What the model would say after the focused token, and how sure it was along the text.
class LogitsView : public StageView {
    Q_OBJECT
public:
    LogitsView(ViewContext context, QWidget* parent);
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

private:
    void showNotice(int token);
    void showGeometry();

    QTableView* table_;
    TopTokens* choices_;
    Caption* tableCaption_;
    StackPlot* surprise_;
    StackPlot* entropy_;
    double surpriseTop_ = 0.0, entropyTop_ = 0.0; ///< ends of the axes, widen in steps
    int shownToken_ = -1;
    int shownNext_ = -1; ///< id of the token after it, -1 while there is none
};

} // namespace mixscope
