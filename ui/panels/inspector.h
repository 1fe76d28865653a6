#pragma once

#include "ui/models/inspector_rows.h"
#include "ui/panels/panel.h"
#include "ui/panels/text_surface.h"

class QScrollArea;

namespace mixscope {

/// The painted lines of the inspector. Its numbers can be copied in full precision: one from its
/// menu, all with Ctrl+C.
class InspectorLines : public TextSurface {
    Q_OBJECT
public:
    explicit InspectorLines(QWidget* parent = nullptr);

    void setRows(std::vector<InspectorRow> rows);
    QString plainText() const override { return inspectorText(rows_); }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    int rowAt(int y) const; ///< -1: none
    int heightOf(const InspectorRow& row) const;
    void paintRow(QPainter& painter, const QRect& line, const InspectorRow& row) const;
    void paintBar(QPainter& painter, const QRect& line, const InspectorRow& row) const;

    std::vector<InspectorRow> rows_;
};

/// The focused token, layer and head in words and numbers.
class Inspector : public Panel {
    Q_OBJECT
public:
    Inspector(RunStore& store, Selection& selection, QWidget* parent = nullptr);

    void refresh(); ///< reads the store again if something it shows has changed

private:
    RunStore& store_;
    Selection& selection_;
    QScrollArea* area_;
    InspectorLines* lines_;
    bool dirty_ = true;
};

} // namespace mixscope
