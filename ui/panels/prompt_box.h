#pragma once

#include <QPlainTextEdit>

namespace mixscope {

/// Where a person writes. Enter sends, Shift+Enter starts a line, Up in an empty box asks to edit
/// the last message, Escape leaves. Grows from two to six lines.
class PromptBox : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit PromptBox(QWidget* parent = nullptr);

Q_SIGNALS:
    void sendWanted();
    void editLastWanted();
    void left();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fitHeight();
};

} // namespace mixscope
