#include "ui/panels/prompt_box.h"

#include "ui/theme.h"

#include <QKeyEvent>
#include <QTextBlock>

#include <algorithm>

namespace mixscope {

PromptBox::PromptBox(QWidget* parent)
    : QPlainTextEdit(parent)
{
    setObjectName("prompt");
    setAccessibleName(tr("Prompt"));
    setPlaceholderText(tr("Write a message…"));
    setFrameShape(NoFrame);
    setTabChangesFocus(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    connect(this, &QPlainTextEdit::textChanged, this, &PromptBox::fitHeight);
    connect(&Theme::instance(), &Theme::changed, this, &PromptBox::fitHeight);
    fitHeight();
}

void PromptBox::fitHeight()
{
    int lines = 0; // laid out lines, wrapped ones included
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        lines += std::max(1, block.layout()->lineCount());
    }
    const int shown = std::clamp(lines, 2, 6);
    setFixedHeight(shown * QFontMetrics(Theme::instance().font(13)).lineSpacing()
                   + Theme::instance().px(10));
}

void PromptBox::keyPressEvent(QKeyEvent* event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && (event->modifiers() & Qt::ShiftModifier) == 0)
        Q_EMIT sendWanted();
    else if (event->key() == Qt::Key_Escape)
        Q_EMIT left();
    else if (event->key() == Qt::Key_Up && document()->isEmpty())
        Q_EMIT editLastWanted();
    else
        QPlainTextEdit::keyPressEvent(event);
}

} // namespace mixscope
