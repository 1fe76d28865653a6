#pragma once

#include "ui/panels/panel.h"

#include <QStringList>

class QComboBox;
class QPushButton;
class QStackedLayout;

namespace mixscope {

class Conversation;
class ConversationsPanel;
class PrefillBar;
class PromptBox;
class RunStore;
class Selection;
class StartPage;
class Transcript;

/// The conversation and the box to write in. Offers starter prompts while nothing has been said.
class ChatPanel : public Panel {
    Q_OBJECT
public:
    ChatPanel(RunStore& store, Selection& selection, Conversation& conversation,
              QWidget* parent = nullptr);

    void refresh();
    void focusPrompt();
    /// Sends what is written (or finishes an edit).
    void send();
    bool hasText() const;
    /// Puts the list of conversations behind a button of the headline.
    void addConversations(ConversationsPanel& page);
    void showConversations(bool shown);
    bool showAlternatives(); ///< to the focused token; false when they are not known
    void toggleChips(); ///< tokens in frames of their own, or plain text
    StartPage& start() { return *start_; }
    PrefillBar& prefill() { return *prefill_; } ///< how far the prompt is read

Q_SIGNALS:
    void promptLeft(); ///< Escape in the prompt box
    void promptChanged();
    void pinsFull(); ///< a click wanted a fifth pin
    void tourWanted();
    void openWanted();

protected:
    void restyle() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeCard();
    void beginEdit(int message);
    void beginEditLast();
    void endEdit();
    void showState();
    void showTint();
    void showAgain();

    RunStore& store_;
    Selection& selection_;
    Conversation& conversation_;
    Transcript* transcript_;
    QComboBox* tint_ = nullptr;
    StartPage* start_;
    QStackedLayout* stack_;
    PrefillBar* prefill_;
    PromptBox* prompt_ = nullptr;
    Tag* usage_;
    QPushButton* send_;
    QWidget* again_ = nullptr; ///< the row of the next two
    QPushButton* continue_;
    QPushButton* regenerate_;
    QPushButton* newChat_;
    QPushButton* history_;
    ConversationsPanel* conversations_ = nullptr;
    QPushButton* cancelEdit_;
    int editing_ = -1; ///< message that Send replaces, -1: a new one
};

} // namespace mixscope
