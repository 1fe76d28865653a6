#include "ui/panels/transcript.h"

#include "ui/models/conversation.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/transcript_text.h"
#include "ui/panels/alternatives.h"
#include "ui/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QContextMenuEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>
#include <cmath>
#include <memory>

namespace mixscope {

namespace {

constexpr int kBubblePad = 8;

QTextBlockFormat blockOf(int above, int side)
{
    QTextBlockFormat format;
    format.setTopMargin(above);
    format.setLeftMargin(side);
    format.setRightMargin(side);
    format.setLineHeight(135, QTextBlockFormat::ProportionalHeight);
    return format;
}

QTextCharFormat charsOf(const QFont& font, QColor color)
{
    QTextCharFormat format;
    format.setFont(font);
    format.setForeground(color);
    return format;
}

} // namespace

Transcript::Transcript(RunStore& store, Selection& selection, Conversation& conversation,
                       QWidget* parent)
    : QTextEdit(parent)
    , store_(store)
    , selection_(selection)
    , conversation_(conversation)
{
    setAccessibleName(tr("Transcript"));
    setObjectName("transcript");
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    viewport()->setMouseTracking(true);
    viewport()->setCursor(Qt::ArrowCursor);
    document()->setDocumentMargin(4);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        atEnd_ = value >= verticalScrollBar()->maximum() - verticalScrollBar()->singleStep();
    });
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this](int, int end) {
        if (atEnd_ && selection_.following()) verticalScrollBar()->setValue(end);
    });
    const auto again = [this] { rebuild_ = true; };
    connect(&conversation_, &Conversation::changed, this, again);
    connect(&store_, &RunStore::modelChanged, this, again);
    connect(&Theme::instance(), &Theme::changed, this, again);
    connect(&store_, &RunStore::tokensChanged, this,
            [this](int first) { rebuild_ = rebuild_ || first < built_; });
    const auto repaint = [this] { viewport()->update(); };
    connect(&selection_, &Selection::tokenChanged, this, repaint);
    connect(&selection_, &Selection::sourceChanged, this, repaint);
    connect(&selection_, &Selection::layerChanged, this, repaint);
    connect(&selection_, &Selection::headChanged, this, repaint);
    connect(&selection_, &Selection::followingChanged, this, repaint);
    connect(&selection_, &Selection::rangeChanged, this, repaint);
    connect(&selection_, &Selection::pinsChanged, this, repaint);
    connect(&store_, &RunStore::attentionChanged, this, repaint);
    connect(&selection_, &Selection::tokenChanged, this, [this](int token) {
        if (token == selection_.lockedToken()) showToken(token);
    });
}

void Transcript::refresh()
{
    if (!rebuild_ && built_ == store_.tokens()) return;
    const int place = verticalScrollBar()->value();
    const bool atEnd = atEnd_;
    // Who has frozen the views reads at the frozen place, whatever is being written.
    const bool follow = atEnd && selection_.following();
    if (!rebuild_ && onlyAppends())
        append();
    else
        rebuild();
    verticalScrollBar()->setValue(follow ? verticalScrollBar()->maximum() : place);
    atEnd_ = atEnd;
    viewport()->update();
}

bool Transcript::onlyAppends() const
{
    if (messages_.empty()) return false;
    for (int token = built_; token < store_.tokens(); ++token) {
        const int message = store_.messageOf(token);
        if (message >= 0 && message != messages_.back().index) return false;
        // The first word of a message loses the space before it: rebuild once for it.
        if (message >= 0 && messages_.back().begin == messages_.back().end) return false;
    }
    return true;
}

void Transcript::append()
{
    QString text;
    const int at = messages_.back().end;
    for (; built_ < store_.tokens(); ++built_) {
        if (store_.messageOf(built_) < 0) continue;
        const QString added = visibleText(store_, built_);
        if (added.isEmpty()) continue;
        pieces_.push_back({built_, at + int(text.size()), at + int(text.size() + added.size())});
        text += added;
    }
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(text);
    messages_.back().end = at + int(text.size());
}

void Transcript::rebuild()
{
    rebuild_ = false;
    pieces_.clear();
    messages_.clear();
    clear();
    const std::vector<ChatMessage>& messages = conversation_.messages();
    for (int i = 0; i < int(messages.size()); ++i) {
        addMessage(i, QString::fromStdString(messages[std::size_t(i)].role),
                   QString::fromStdString(messages[std::size_t(i)].content));
    }
    built_ = store_.tokens();
}

void Transcript::addMessage(int index, const QString& role, const QString& content)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const int pad = theme.px(kBubblePad);
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    const auto start = [&](const QTextBlockFormat& block) {
        if (cursor.position() > 0)
            cursor.insertBlock(block);
        else
            cursor.setBlockFormat(block);
    };
    start(blockOf(index > 0 ? theme.px(14) : 0, pad));
    cursor.insertText(labelOf(role), charsOf(theme.font(11), colors.muted));
    cursor.insertBlock(blockOf(pad, pad));
    cursor.setBlockCharFormat(charsOf(theme.font(13), colors.text));
    const MessageText message = messageText(store_, index, content);
    const int begin = cursor.position();
    cursor.insertText(message.text, charsOf(theme.font(13), colors.text));
    for (QTextBlock block = document()->findBlock(begin).next(); block.isValid();
         block = block.next()) {
        QTextCursor(block).setBlockFormat(blockOf(0, pad)); // further paragraphs of the message
    }
    for (const MessageText::Piece& piece : message.pieces) {
        pieces_.push_back({piece.token, begin + piece.begin, begin + piece.end});
    }
    messages_.push_back({index, role == "user", begin, begin + int(message.text.size())});
}

QString Transcript::labelOf(const QString& role) const
{
    if (role == "user") return tr("You");
    if (role == "system") return tr("System");
    if (role == "text") return tr("Text");
    return store_.model() ? QString::fromStdString(store_.model()->name) : tr("Model");
}

int Transcript::tokenAt(QPoint at) const
{
    const QPointF inDocument(at.x() + horizontalScrollBar()->value(),
                             at.y() + verticalScrollBar()->value());
    const int position = document()->documentLayout()->hitTest(inDocument, Qt::ExactHit);
    if (position < 0) return -1;
    const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), position,
                                        [](int p, const Piece& piece) { return p < piece.begin; });
    if (after == pieces_.begin()) return -1;
    const Piece& piece = *std::prev(after);
    return position < piece.end ? piece.token : -1;
}

std::vector<QRectF> Transcript::rectsOf(int token) const
{
    std::vector<QRectF> rects;
    const auto found = std::lower_bound(pieces_.begin(), pieces_.end(), token,
                                        [](const Piece& piece, int t) { return piece.token < t; });
    if (found == pieces_.end() || found->token != token) return rects;
    int begin = found->begin;
    while (begin < found->end && document()->characterAt(begin).isSpace())
        ++begin;
    while (begin < found->end) {
        const QTextBlock block = document()->findBlock(begin);
        const QTextLine line = block.layout()->lineForTextPosition(begin - block.position());
        if (!line.isValid()) break;
        const int lineEnd = block.position() + line.textStart() + line.textLength();
        const int end = std::min(found->end, lineEnd);
        if (end <= begin) break;
        const QPointF origin = document()->documentLayout()->blockBoundingRect(block).topLeft()
            - QPointF(horizontalScrollBar()->value(), verticalScrollBar()->value());
        const double left = line.cursorToX(begin - block.position()),
                     right = line.cursorToX(end - block.position());
        rects.emplace_back(origin.x() + left - 1, origin.y() + line.y(), right - left + 2,
                           line.ascent() + line.descent() + 2);
        begin = end;
    }
    return rects;
}

void Transcript::showToken(int token)
{
    const std::vector<QRectF> rects = rectsOf(token);
    if (rects.empty()) return;
    const QRectF& box = rects.front();
    QScrollBar* bar = verticalScrollBar();
    if (box.top() < 0)
        bar->setValue(bar->value() + int(box.top()) - viewport()->height() / 3);
    else if (box.bottom() > viewport()->height())
        bar->setValue(bar->value() + int(box.bottom()) - viewport()->height() * 2 / 3);
}

const Transcript::Message* Transcript::messageAt(QPoint at) const
{
    for (const Message& message : messages_) {
        if (bubble(message).contains(at)) return &message;
    }
    return nullptr;
}

void Transcript::mouseMoveEvent(QMouseEvent* event)
{
    QTextEdit::mouseMoveEvent(event);
    if (event->buttons() == Qt::NoButton)
        selection_.hoverToken(tokenAt(event->position().toPoint()));
}

void Transcript::mousePressEvent(QMouseEvent* event)
{
    pressed_ = event->position().toPoint();
    QTextEdit::mousePressEvent(event);
}

void Transcript::mouseReleaseEvent(QMouseEvent* event)
{
    QTextEdit::mouseReleaseEvent(event);
    const QPoint at = event->position().toPoint();
    if (event->button() == Qt::MiddleButton) return pin(tokenAt(at));
    const bool dragged = (at - pressed_).manhattanLength() > 4 || textCursor().hasSelection();
    if (event->button() != Qt::LeftButton || dragged) return;
    const int token = tokenAt(at);
    selection_.lockToken(token == selection_.lockedToken() ? -1 : token);
}

void Transcript::pin(int token)
{
    if (token >= 0 && !selection_.togglePin(token)) Q_EMIT pinsFull();
}

bool Transcript::showAlternatives()
{
    const int token = selection_.token();
    const std::vector<QRectF> boxes = rectsOf(token);
    const QPointF below =
        boxes.empty() ? QPointF(viewport()->rect().center()) : boxes.front().bottomLeft();
    return mixscope::showAlternatives(store_, token, viewport()->mapToGlobal(below.toPoint()),
                                      this);
}

void Transcript::setTint(Tint tint)
{
    tint_ = tint;
    viewport()->update();
}

void Transcript::setChips(bool chips)
{
    chips_ = chips;
    viewport()->update();
}

void Transcript::leaveEvent(QEvent* event)
{
    selection_.hoverToken(-1);
    QTextEdit::leaveEvent(event);
}

void Transcript::contextMenuEvent(QContextMenuEvent* event)
{
    const std::unique_ptr<QMenu> menu(createStandardContextMenu());
    const Message* message = messageAt(event->pos());
    if (message != nullptr && message->user) {
        const int index = message->index;
        menu->addSeparator();
        connect(menu->addAction(tr("Edit message")), &QAction::triggered, this,
                [this, index] { Q_EMIT editWanted(index); });
    }
    menu->exec(event->globalPos());
}

} // namespace mixscope
