#pragma once

#include "ui/views/view.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QHBoxLayout;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace mixscope {

class Tag;

/// The middle of the window: a tab for every row of the table of views, and the pickers of the
/// focused layer and head. Only the visible views are redrawn.
class Stage : public QWidget {
    Q_OBJECT
public:
    Stage(ViewContext context, QWidget* parent = nullptr);

    void refresh(); ///< redraws the views that can be seen
    /// A panel that has no room beside the stage becomes its last tab, until it is released.
    void adopt(QWidget* panel, const QString& title);
    void release(QWidget* panel);
    /// Brings the tab to the front that holds the widget, when it lies in an adopted panel.
    void reveal(const QWidget* widget);
    void showTab(int index);
    /// Shows this row of the table of views at the right of the tabs; -1: nothing.
    void setBeside(int row);
    int beside() const; ///< -1: nothing is beside
    int tab() const;
    /// The visible view with the keyboard focus, else the first visible one; nullptr when none is.
    View* activeView() const;
    /// The card a view lies on, which is what is maximised.
    static QWidget* cardOf(const View& view);

Q_SIGNALS:
    void attentionWanted(int layer);
    void probeLevelWanted();
    void tabWanted(int tab);
    void besideChanged(int row); ///< a person chose another view for the right side
    void exportWanted(mixscope::View* view, QPoint at);
    void maximiseWanted(QWidget* card);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makePage(int tab);
    QWidget* makeView(int row);
    void makeBeside();
    int tabOf(const QWidget& adopted) const;
    void fillLayers();
    void fillHeads();
    void setCompact(bool compact);
    void measureTabs();
    void showTags(); ///< words beside the pickers, where there is room
    void restyle();

    ViewContext context_;
    QWidget* bar_;
    QTabBar* tabs_;
    int tabsWidth_ = 0; ///< of the tabs at ease
    QComboBox* layer_;
    QComboBox* head_;
    Tag* layerTag_;
    Tag* headTag_;
    QStackedWidget* pages_;
    QSplitter* halves_;
    Tag* besideTag_;
    QComboBox* besideBox_; ///< which view is at the right
    QStackedWidget* besidePages_;
    std::vector<QWidget*> besideCards_; ///< by row; null until it is first wanted
    std::vector<View*> views_;
    std::vector<QWidget*> adopted_; ///< in the order of their tabs, after those of the views
};

} // namespace mixscope
