#pragma once

#include <QByteArray>
#include <QString>
#include <QWidget>

#include <span>
#include <string_view>

namespace mixscope {

class RunStore;
class Selection;
class TableWriter;

/// What a view may read and drive. All outlive the view. UI thread only.
struct ViewContext {
    RunStore& store;
    Selection& selection;
};

/// One view of the stage. It is given a store and a selection and owns no numbers; it redraws on
/// refresh(), which the poller calls at most 30 times a second and only while it is visible.
class View : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// Redraws what changed. Must cost at most a few milliseconds.
    virtual void refresh() = 0;
    /// What is seen, in words and the engine's numbers (accessible description).
    virtual QString describe() const = 0;
    /// "Attention": the name of the view.
    virtual QString title() const = 0;
    /// Where the numbers come from: model, what of it, how exact.
    virtual QString source() const = 0;
    /// What is shown as a table, long format, units in the names of the columns.
    virtual void writeTable(TableWriter& table) const { Q_UNUSED(table) }
    /// A figure for a file: without tools and buttons.
    virtual void setFigure(bool figure) = 0;
    /// The smallest size it arranges itself for, before the interface scale: below, it scrolls.
    virtual QSize least() const { return {400, 240}; }

Q_SIGNALS:
    /// Exact attention rows of this layer are wanted for all tokens.
    void attentionWanted(int layer);
    void probeLevelWanted();
    void viewWanted(const QByteArray& id); ///< another view of the table
    void exportWanted(QPoint at); ///< show what it can be written as; global pixels
    void maximiseWanted();
};

/// One row of the table of views: a tab of the stage.
struct ViewInfo {
    const char* id;    ///< "attention"
    const char* title; ///< "Attention", also the accessible name of the tab
    View* (*create)(ViewContext context, QWidget* parent);
};

std::span<const ViewInfo> viewTable();
/// Row of the view with this id, which is its tab; -1 when there is none.
int viewRow(std::string_view id);

} // namespace mixscope
