#include "ui/panels/chat_panel.h"

#include "ui/icons.h"
#include "ui/models/conversation.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/panels/conversations_panel.h"
#include "ui/panels/prefill_bar.h"
#include "ui/panels/prompt_box.h"
#include "ui/panels/start_page.h"
#include "ui/panels/transcript.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedLayout>

namespace mixscope {

namespace {

constexpr int kRoomForAgain = 340; // height of a panel with the row of Continue and Regenerate

QPushButton* button(const QString& text, const char* look, QWidget* parent)
{
    auto* made = new QPushButton(text, parent);
    made->setAccessibleName(text);
    made->setProperty("look", look);
    made->setAutoDefault(false);
    return made;
}

} // namespace

ChatPanel::ChatPanel(RunStore& store, Selection& selection, Conversation& conversation,
                     QWidget* parent)
    : Panel(tr("Chat"), parent)
    , store_(store)
    , selection_(selection)
    , conversation_(conversation)
    , transcript_(new Transcript(store, selection, conversation, this))
    , start_(new StartPage(this))
    , stack_(new QStackedLayout)
    , prefill_(new PrefillBar(this))
    , newChat_(button(tr("New chat"), "quiet", this))
    , history_(button({}, "quiet", this))
{
    history_->setAccessibleName(tr("Conversations"));
    history_->setToolTip(tr("Conversations that are kept (Ctrl+Shift+O)"));
    history_->setCheckable(true);
    history_->hide();
    // Not clicked(): a screen reader toggles without a click.
    connect(history_, &QPushButton::toggled, this, [this](bool shown) {
        showState();
        if (shown) conversations_->begin();
    });
    tint_ = new QComboBox(this);
    tint_->setAccessibleName(tr("Tint"));
    tint_->setToolTip(tr("What colours the words"));
    tint_->addItems(tintNames());
    tint_->setSizeAdjustPolicy(QComboBox::AdjustToContents); // also at another scale
    tint_->setCurrentIndex(int(transcript_->tint()));
    connect(tint_, &QComboBox::currentIndexChanged, this, [this](int tint) {
        transcript_->setTint(Tint(tint));
        showTint();
    });
    tools()->addWidget(tint_);
    tools()->addWidget(newChat_);
    tools()->addWidget(history_);
    QScrollArea* page = scrolling(start_, this); // so that it does not push the window taller
    page->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    stack_->addWidget(page);
    stack_->addWidget(transcript_);
    content()->addLayout(stack_, 1);
    content()->addWidget(prefill_);
    continue_ = button(tr("Continue"), "quiet", this);
    regenerate_ = button(tr("Regenerate"), "quiet", this);
    again_ = new QWidget(this);
    auto* again = new QHBoxLayout(again_);
    again->setContentsMargins(0, 0, 0, 0);
    again->addStretch(1);
    again->addWidget(continue_);
    again->addWidget(regenerate_);
    content()->addWidget(again_);
    content()->addWidget(makeCard());
    connect(transcript_, &Transcript::editWanted, this, &ChatPanel::beginEdit);
    connect(transcript_, &Transcript::pinsFull, this, &ChatPanel::pinsFull);
    connect(newChat_, &QPushButton::clicked, &conversation_, &Conversation::newChat);
    for (const auto signal : {&Conversation::changed, &Conversation::busyChanged}) {
        connect(&conversation_, signal, this, &ChatPanel::showState);
    }
    connect(&conversation_, &Conversation::cleared, this, &ChatPanel::endEdit);
    connect(&store_, &RunStore::modelChanged, this, [this] {
        start_->setModel(store_.model());
        showState();
    });
    connect(start_, &StartPage::promptWanted, &conversation_, &Conversation::send);
    connect(start_, &StartPage::tourWanted, this, &ChatPanel::tourWanted);
    connect(start_, &StartPage::openWanted, this, &ChatPanel::openWanted);
    connect(&selection_, &Selection::layerChanged, this, &ChatPanel::showTint);
    connect(&selection_, &Selection::headChanged, this, &ChatPanel::showTint);
    connect(&store_, &RunStore::attentionChanged, this, &ChatPanel::showTint);
    restyle();
    showState();
}

QWidget* ChatPanel::makeCard()
{
    auto* card = new QFrame(this);
    card->setObjectName("card");
    prompt_ = new PromptBox(card);
    usage_ = new Tag({}, card);
    usage_->setMono(true);
    send_ = button(tr("Send"), "accent", card);
    cancelEdit_ = button(tr("Cancel edit"), "quiet", card);
    auto* column = new QVBoxLayout(card);
    auto* foot = new QHBoxLayout;
    column->addWidget(prompt_);
    column->addLayout(foot);
    foot->addWidget(usage_);
    foot->addStretch(1);
    for (QPushButton* each : {cancelEdit_, send_})
        foot->addWidget(each);
    connect(prompt_, &PromptBox::sendWanted, this, &ChatPanel::send);
    connect(prompt_, &PromptBox::editLastWanted, this, &ChatPanel::beginEditLast);
    connect(prompt_, &PromptBox::left, this, [this] {
        if (editing_ >= 0)
            endEdit();
        else
            Q_EMIT promptLeft();
    });
    connect(prompt_, &QPlainTextEdit::textChanged, this, [this] {
        showState();
        Q_EMIT promptChanged();
    });
    connect(send_, &QPushButton::clicked, this, &ChatPanel::send);
    connect(continue_, &QPushButton::clicked, &conversation_, &Conversation::continueReply);
    connect(regenerate_, &QPushButton::clicked, &conversation_, &Conversation::regenerate);
    connect(cancelEdit_, &QPushButton::clicked, this, &ChatPanel::endEdit);
    return card;
}

void ChatPanel::restyle()
{
    Panel::restyle();
    if (prompt_ == nullptr) return;
    const Theme& theme = Theme::instance();
    history_->setIcon(icon("history", theme.palette().muted, theme.px(14)));
    history_->setFixedWidth(theme.px(30));
    transcript_->setMinimumHeight(theme.px(40));
    showAgain();
    const int pad = theme.px(8);
    prompt_->parentWidget()->layout()->setContentsMargins(pad, theme.px(4), pad, pad);
    prompt_->parentWidget()->layout()->setSpacing(theme.px(4));
}

/// In a low panel the text needs the room; the Run menu can do the same.
void ChatPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    showAgain();
}

void ChatPanel::showAgain()
{
    again_->setVisible(height() >= Theme::instance().px(kRoomForAgain));
}

void ChatPanel::refresh()
{
    transcript_->refresh();
    const int limit = store_.model() ? store_.model()->context_limit : 0;
    const QLocale locale;
    usage_->setText(
        limit == 0
            ? QString()
            : tr("%1 of %2 tokens").arg(locale.toString(store_.tokens()), locale.toString(limit)));
}

void ChatPanel::focusPrompt()
{
    prompt_->setFocus(Qt::ShortcutFocusReason);
}
bool ChatPanel::hasText() const
{
    return !prompt_->toPlainText().trimmed().isEmpty();
}

void ChatPanel::addConversations(ConversationsPanel& page)
{
    conversations_ = &page;
    stack_->addWidget(&page);
    history_->show();
    connect(&page, &ConversationsPanel::closeWanted, this, [this] {
        showConversations(false);
        focusPrompt();
    });
    connect(&conversation_, &Conversation::busyChanged, this, [this] {
        if (conversation_.busy()) showConversations(false); // what is written is to be seen
    });
}

void ChatPanel::showConversations(bool shown)
{
    const bool already = shown && history_->isChecked();
    history_->setChecked(shown && conversations_ != nullptr);
    if (already) conversations_->begin();
}

void ChatPanel::send()
{
    if (!send_->isEnabled()) return;
    const QString text = prompt_->toPlainText();
    const int message = editing_;
    endEdit();
    if (message >= 0)
        conversation_.edit(message, text);
    else
        conversation_.send(text);
}

void ChatPanel::beginEdit(int message)
{
    editing_ = message;
    prompt_->setPlainText(
        QString::fromStdString(conversation_.messages()[std::size_t(message)].content));
    prompt_->moveCursor(QTextCursor::End);
    focusPrompt();
    showState();
}

void ChatPanel::beginEditLast()
{
    for (int i = int(conversation_.messages().size()) - 1; i >= 0; --i) {
        if (conversation_.roleOf(i) == "user") return beginEdit(i);
    }
}

void ChatPanel::endEdit()
{
    editing_ = -1;
    prompt_->clear();
    showState();
}

void ChatPanel::showState()
{
    const bool ready = store_.model() != nullptr;
    stack_->setCurrentIndex(history_->isChecked() ? 2 : conversation_.empty() ? 0 : 1);
    send_->setEnabled(ready && hasText() && (!conversation_.busy() || editing_ >= 0));
    start_->setReady(ready && !conversation_.busy());
    const bool idle = ready && !conversation_.busy();
    continue_->setEnabled(idle && conversation_.canContinue());
    regenerate_->setEnabled(idle && conversation_.canRegenerate());
    for (QPushButton* each : {continue_, regenerate_})
        each->setVisible(!conversation_.empty());
    cancelEdit_->setVisible(editing_ >= 0);
    newChat_->setVisible(!conversation_.empty());
    showTint();
}

void ChatPanel::showTint()
{
    tint_->setVisible(!conversation_.empty() && !history_->isChecked());
    setNote(conversation_.empty() ? QString() : tintText(store_, selection_, transcript_->tint()));
}

bool ChatPanel::showAlternatives()
{
    return transcript_->showAlternatives();
}

void ChatPanel::toggleChips()
{
    transcript_->setChips(!transcript_->chips());
}

} // namespace mixscope
