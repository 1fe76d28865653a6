#pragma once

#include "ui/models/selection.h"
#include "ui/views/view.h"

#include <QPoint>
#include <QTimer>

#include <functional>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QStackedLayout;
class QToolButton;
class QVBoxLayout;

namespace mixscope {

class ToolRow;
struct LayerInfo;
struct ModelInfo;
class WaitingVeil;

/// What the views of the stage share: a headline (what is shown; where it comes from), a row of
/// tools, a page for "nothing to see" with a way out, and knowledge of which tokens changed.
class StageView : public View {
    Q_OBJECT
public:
    void refresh() final;
    QString title() const final;
    QString source() const final;
    void setFigure(bool figure) final;

protected:
    StageView(ViewContext context, const QString& title, QWidget* parent);

    /// Brings the picture up to date. `firstChanged`: tokens from there on are new or replaced;
    /// equals the number of tokens when none are. Not called while nothing comes or moves.
    virtual void update(int firstChanged) = 0;
    /// The selection moved: crosshair, numbers. Called at most once a turn of the event loop.
    virtual void showSelection() { }
    /// Another theme or scale: rebuild colours. Followed by update() from token 0.
    virtual void restyle() { }
    /// Width that the headline keeps when tools share its row, before the interface scale.
    virtual int headlineRoom() const { return 230; }
    /// The widget whose accessible description is describe().
    virtual QWidget* drawn() const = 0;
    /// Descriptions of other drawn parts. Follows the selection, not every frame.
    virtual void describeParts() { }
    /// Why there is nothing to see and what to do; an empty sentence shows the picture.
    struct Nothing {
        QString sentence;
        QString button;
        std::function<void()> act;
        QByteArray view = {}; ///< where the button leads instead of acting: an id of the table
    };
    virtual Nothing nothing() const = 0;

    /// What the picture waits for, in words; empty: nothing.
    virtual QString waitingFor() const;

    RunStore& store() const { return context_.store; }
    Selection& selection() const { return context_.selection; }
    const ModelInfo* model() const;
    /// The layer and head this view shows: the focused ones unless it keeps to a kind of layer.
    virtual Selection::Focus focus() const;
    /// The layer of focus(), nullptr when there is no model.
    const LayerInfo* layerInfo() const;
    /// Nearest layer to the focused one that satisfies a condition, -1 when there is none.
    int nearestLayer(bool (*fits)(const LayerInfo&)) const;
    /// Nothing because of no model or no tokens; the sentences are the same for all views.
    Nothing nothingYet(const QString& promise) const;

    void setHeadline(const QString& what, const QString& source);
    /// Height left for the picture below headline and tools.
    int contentHeight() const;
    QVBoxLayout* content() const { return content_; }
    QHBoxLayout* tools() const;
    QWidget* page() const { return page_; }
    /// One line of warning with an optional button, above the picture; empty text hides it.
    void setNotice(const QString& text, const QString& button = {}, std::function<void()> act = {});
    /// Arrow keys on a token axis: moves the locked token.
    void step(QPoint by);
    /// All of the picture is out of date.
    void invalidate();
    /// More work is left for the next refresh.
    void continueLater();

    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void applyTheme();
    void makeButtons();
    void showHeadline();
    /// Tools share the headline's row where there is room.
    void placeTools();
    void selectionMoved();
    void showWaiting();

    ViewContext context_;
    QString what_, source_;
    QLabel* title_;
    QLabel* whatLabel_;
    QLabel* sourceLabel_;
    QToolButton* export_;
    QToolButton* maximise_;
    QHBoxLayout* head_;
    ToolRow* toolRow_;
    QWidget* notice_;
    QLabel* noticeText_;
    QPushButton* noticeButton_;
    QStackedLayout* stack_;
    QWidget* page_;
    QVBoxLayout* content_;
    QLabel* emptyText_;
    QPushButton* emptyButton_;
    WaitingVeil* veil_;
    std::function<void()> act_, noticeAct_;
    QByteArray wayOut_; ///< view that the button of the empty page leads to
    QTimer selectionTimer_, describeTimer_, continueTimer_;
    int dirtyFrom_ = 0;
    int arrangedFor_ = 0; ///< contentHeight() when the picture was arranged last
    bool stale_ = true; ///< something came or moved since the last update()
    bool themed_ = false;
    bool figure_ = false; ///< being exported
};

} // namespace mixscope
