#pragma once

#include "engine/result.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QListView;
class QPushButton;

namespace mixscope {

class Conversation;
class ConversationList;
class ConversationRecorder;
class ConversationStore;

/// The conversations that are kept: search, open, rename, delete with a way back, export. Takes
/// the place of the transcript while it is wanted. UI thread only.
class ConversationsPanel : public QWidget {
    Q_OBJECT
public:
    ConversationsPanel(ConversationStore& store, ConversationRecorder& recorder,
                       Conversation& conversation, QWidget* parent = nullptr);

    /// Ready to search, with the present conversation chosen.
    void begin();
    /// Writes the chosen conversation to a file that ends in .md or .json.
    void exportTo(const QString& path);

Q_SIGNALS:
    void closeWanted();
    void said(const QString& message); ///< for the status line
    void failed(const QString& during, const mixscope::Error& error);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QPushButton* button(const QString& text);
    qint64 chosen() const; ///< 0: none
    bool renaming() const; ///< a title is being edited, and has the keys
    void openChosen();
    void rename();
    void remove();
    void undo();
    void askForFile();
    void reload();
    void showState();
    void restyle();

    ConversationStore& store_;
    ConversationRecorder& recorder_;
    Conversation& conversation_;
    ConversationList* list_;
    QLineEdit* search_;
    QListView* view_;
    QLabel* nothing_;
    QPushButton *open_, *rename_, *export_, *delete_;
    QWidget* bin_;
    QLabel* binned_;
    QPushButton* undo_;
    qint64 removed_ = 0; ///< what undo brings back
};

} // namespace mixscope
