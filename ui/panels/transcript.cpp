#include "ui/panels/transcript.h"

#include "ui/label_paint.h"
#include "ui/models/conversation.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/panels/alternatives.h"
#include "ui/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QContextMenuEvent>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextDocumentFragment>

#include <algorithm>
#include <cmath>
#include <memory>

namespace mixscope {

namespace {

constexpr int kBubblePad = 8;

constexpr QChar kIsolate(0x2068), kIsolateEnd(0x2069);

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
    QTextOption option = document()->defaultTextOption();
    option.setTextDirection(Qt::LayoutDirectionAuto); // a paragraph runs as its text does
    document()->setDefaultTextOption(option);
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
    std::vector<TextPiece> pieces;
    for (; built_ < store_.tokens(); ++built_) {
        if (store_.messageOf(built_) < 0) continue;
        for (TextPiece& piece : joiner_.push(built_, store_.token(built_)))
            pieces.push_back(std::move(piece));
    }
    insert(pieces);
}

/// Adds text at the end of the last message.
void Transcript::insert(const std::vector<TextPiece>& pieces)
{
    const Theme& theme = Theme::instance();
    const QTextCharFormat words = charsOf(theme.font(13), theme.palette().text);
    QTextCharFormat name = charsOf(boxedFont(theme.font(13)), theme.palette().text);
    QTextCharFormat bracket = name; // there to be copied; what one sees is the box
    bracket.setForeground(Qt::transparent);
    // Inside an edit block the cursor does not ask where on the line it stands, which would lay the
    // whole paragraph out once more for every picture.
    QTextCursor cursor(document());
    cursor.beginEditBlock();
    cursor.movePosition(QTextCursor::End);
    const int start = cursor.position();
    QString run;
    const auto flush = [&] { cursor.insertText(std::exchange(run, {}), words); };
    for (const TextPiece& piece : pieces) {
        const bool alone = chips_ && !piece.boxed && runsLeft(piece.text);
        if (piece.boxed) flush();
        if (alone) run += kIsolate;
        const int begin = cursor.position() + int(run.size());
        if (piece.boxed) {
            cursor.insertText(piece.text.left(1), bracket);
            cursor.insertText(piece.text.mid(1, piece.text.size() - 2), name);
            cursor.insertText(piece.text.right(1), bracket);
            boxes_.push_back({begin, cursor.position()});
        } else {
            run += piece.text;
        }
        place(piece, begin, begin + int(piece.text.size()));
        if (alone) run += kIsolateEnd;
    }
    flush();
    messages_.back().end = cursor.position();
    const int pad = theme.px(kBubblePad);
    for (QTextBlock block = document()->findBlock(start).next(); block.isValid();
         block = block.next()) {
        QTextCursor(block).setBlockFormat(paragraph(0, pad)); // further paragraphs of the message
    }
    cursor.endEditBlock();
}

/// Remembers where a token is. One that gave the first bytes of a character stands in its part.
void Transcript::place(const TextPiece& piece, int begin, int end)
{
    if (piece.token < 0) return;
    const int parts = piece.token - piece.first + 1;
    const bool goesOn = !pieces_.empty() && pieces_.back().token == piece.token;
    if (goesOn) {
        pieces_.back().end = end;
        pieces_.back().parts = 1;
        return;
    }
    const int placed = pieces_.empty() ? -1 : pieces_.back().token;
    for (int token = std::max(piece.first, placed + 1); token <= piece.token; ++token)
        pieces_.push_back({token, begin, end, token - piece.first, parts});
}

QTextBlockFormat Transcript::paragraph(int above, int side) const
{
    QTextBlockFormat format = blockOf(above, side);
    if (chips_) format.setLayoutDirection(Qt::LeftToRight); // tokens in their order
    return format;
}

void Transcript::rebuild()
{
    rebuild_ = false;
    pieces_.clear();
    boxes_.clear();
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
    cursor.insertBlock(paragraph(pad, pad));
    cursor.setBlockCharFormat(charsOf(theme.font(13), colors.text));
    MessageText message = messageText(store_, index, content);
    messages_.push_back({index, role == "user", cursor.position(), cursor.position()});
    insert(message.pieces);
    joiner_ = std::move(message.joiner);
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
    // The position is the nearest between two characters: the token is on one side of it.
    auto after = std::upper_bound(pieces_.begin(), pieces_.end(), position,
                                  [](int p, const Piece& piece) { return p < piece.begin; });
    while (after != pieces_.begin()) {
        const Piece& piece = *--after;
        if (piece.end < position) break;
        for (const QRectF& box : boxesOf(piece)) {
            if (box.contains(at)) return piece.token;
        }
    }
    return -1;
}

std::vector<QRectF> Transcript::rectsOf(int token) const
{
    const auto found = std::lower_bound(pieces_.begin(), pieces_.end(), token,
                                        [](const Piece& piece, int t) { return piece.token < t; });
    if (found == pieces_.end() || found->token != token) return {};
    return boxesOf(*found);
}

std::vector<QRectF> Transcript::boxesOf(const Piece& piece) const
{
    int begin = piece.begin;
    while (begin < piece.end && document()->characterAt(begin).isSpace())
        ++begin;
    std::vector<QRectF> boxes = rectsBetween(begin, piece.end);
    if (piece.parts > 1) {
        for (QRectF& box : boxes) {
            const double part = box.width() / piece.parts;
            box = QRectF(box.left() + piece.part * part, box.top(), part, box.height());
        }
    }
    return boxes;
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
    if (std::exchange(chips_, chips) == chips) return;
    rebuild_ = true; // text from right to left stands in the order of its tokens now, or no more
    refresh();
}

QMimeData* Transcript::createMimeDataFromSelection() const
{
    auto* mime = new QMimeData;
    QString text = textCursor().selection().toPlainText();
    mime->setText(text.remove(kIsolate).remove(kIsolateEnd)); // they are ours
    return mime;
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
