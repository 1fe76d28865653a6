#include "ui/panels/conversations_panel.h"

#include "ui/models/conversation.h"
#include "ui/models/conversation_export.h"
#include "ui/models/conversation_list.h"
#include "ui/models/conversation_recorder.h"
#include "ui/theme.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QPushButton>
#include <QStandardPaths>
#include <QStyledItemDelegate>

namespace mixscope {

namespace {

constexpr int kRow = 48;

/// Two lines: the title, and below it when, with which model and how long.
class ConversationDelegate final : public QStyledItemDelegate {
public:
    ConversationDelegate(const ConversationRecorder& recorder, QObject* parent)
        : QStyledItemDelegate(parent)
        , recorder_(recorder)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {0, Theme::instance().px(kRow)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::instance();
        const Palette& colors = theme.palette();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRectF box = QRectF(option.rect).adjusted(1, 1, -1, -1);
        const bool chosen = option.state & QStyle::State_Selected;
        const bool focused = chosen && (option.state & QStyle::State_HasFocus);
        painter->setPen(focused ? QPen(colors.accent, theme.px(2)) : QPen(Qt::NoPen));
        painter->setBrush(chosen                                       ? QBrush(colors.user)
                              : option.state & QStyle::State_MouseOver ? QBrush(colors.raised)
                                                                       : QBrush());
        painter->drawRoundedRect(box, theme.px(6), theme.px(6));
        if (index.data(ConversationList::kIdRole).toLongLong() == recorder_.current()) {
            painter->fillRect(QRectF(box.left(), box.top() + theme.px(8), theme.px(3),
                                     box.height() - theme.px(16)),
                              colors.accent);
        }
        const QRect inside =
            option.rect.adjusted(theme.px(10), theme.px(5), -theme.px(8), -theme.px(5));
        line(*painter, inside, Qt::AlignTop, theme.font(13, 500), colors.text,
             index.data().toString());
        line(*painter, inside, Qt::AlignBottom, theme.font(11), colors.muted,
             index.data(ConversationList::kLineRole).toString());
        painter->restore();
    }

    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex&) const override
    {
        editor->setGeometry(option.rect);
    }

private:
    static void line(QPainter& painter, const QRect& inside, Qt::Alignment where, const QFont& font,
                     QColor color, const QString& text)
    {
        painter.setFont(font);
        painter.setPen(color);
        painter.drawText(inside, int(where) | Qt::TextSingleLine,
                         QFontMetrics(font).elidedText(text, Qt::ElideRight, inside.width()));
    }

    const ConversationRecorder& recorder_;
};

} // namespace

ConversationsPanel::ConversationsPanel(ConversationStore& store, ConversationRecorder& recorder,
                                       Conversation& conversation, QWidget* parent)
    : QWidget(parent)
    , store_(store)
    , recorder_(recorder)
    , conversation_(conversation)
    , list_(new ConversationList(store, this))
    , search_(new QLineEdit(this))
    , view_(new QListView(this))
    , nothing_(new QLabel(this))
    , open_(button(tr("Open")))
    , rename_(button(tr("Rename")))
    , export_(button(tr("Export…")))
    , delete_(button(tr("Delete")))
    , bin_(new QWidget(this))
    , binned_(new QLabel(bin_))
    , undo_(new QPushButton(tr("Undo"), bin_))
{
    search_->setAccessibleName(tr("Search conversations"));
    search_->setPlaceholderText(tr("Search titles and text"));
    search_->setClearButtonEnabled(true);
    search_->installEventFilter(this);
    view_->setAccessibleName(tr("Conversation list"));
    view_->setModel(list_);
    view_->setItemDelegate(new ConversationDelegate(recorder_, view_));
    view_->setMouseTracking(true);
    view_->setEditTriggers(QListView::EditKeyPressed);
    view_->setVerticalScrollMode(QListView::ScrollPerPixel);
    view_->installEventFilter(this);
    nothing_->setProperty("look", "hint");
    nothing_->setWordWrap(true);
    undo_->setAccessibleName(tr("Undo delete"));
    undo_->setProperty("look", "quiet");
    auto* bin = new QHBoxLayout(bin_);
    bin->setContentsMargins(0, 0, 0, 0);
    bin->addWidget(binned_, 1);
    bin->addWidget(undo_);
    bin_->hide();
    auto* actions = new QHBoxLayout;
    actions->setSpacing(0);
    for (QPushButton* each : {open_, rename_, export_, delete_})
        actions->addWidget(each);
    actions->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(search_);
    column->addWidget(nothing_);
    column->addWidget(view_, 1);
    column->addWidget(bin_);
    column->addLayout(actions);
    connect(search_, &QLineEdit::textChanged, list_, &ConversationList::setSearch);
    connect(list_, &QAbstractItemModel::modelReset, this, [this] {
        if (list_->rowCount() > 0) view_->setCurrentIndex(list_->index(0));
        showState();
    });
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ConversationsPanel::showState);
    connect(view_, &QListView::doubleClicked, this, &ConversationsPanel::openChosen);
    connect(open_, &QPushButton::clicked, this, &ConversationsPanel::openChosen);
    connect(rename_, &QPushButton::clicked, this, &ConversationsPanel::rename);
    connect(export_, &QPushButton::clicked, this, &ConversationsPanel::askForFile);
    connect(delete_, &QPushButton::clicked, this, &ConversationsPanel::remove);
    connect(undo_, &QPushButton::clicked, this, &ConversationsPanel::undo);
    // Queued: an editor of a title that is being closed still points into the list.
    connect(&store_, &ConversationStore::changed, this, &ConversationsPanel::reload,
            Qt::QueuedConnection);
    connect(&Theme::instance(), &Theme::changed, this, &ConversationsPanel::restyle);
    restyle();
    showState();
}

QPushButton* ConversationsPanel::button(const QString& text)
{
    auto* made = new QPushButton(text, this);
    made->setAccessibleName(tr("%1 conversation").arg(QString(text).remove(QChar(0x2026))));
    made->setProperty("look", "quiet");
    made->setAutoDefault(false);
    return made;
}

void ConversationsPanel::begin()
{
    search_->clear();
    bin_->hide();
    list_->reload();
    const QModelIndex present = list_->indexOf(recorder_.current());
    view_->setCurrentIndex(present.isValid() ? present : list_->index(0));
    search_->setFocus();
}

bool ConversationsPanel::renaming() const
{
    const auto* editor = view_->findChild<QLineEdit*>();
    return editor != nullptr && editor->isVisible();
}

void ConversationsPanel::reload()
{
    if (!isVisible() || renaming()) return;
    const qint64 id = chosen();
    const int row = view_->currentIndex().row();
    list_->reload();
    const QModelIndex same = list_->indexOf(id);
    view_->setCurrentIndex(same.isValid() ? same
                                          : list_->index(std::min(row, list_->rowCount() - 1)));
}

qint64 ConversationsPanel::chosen() const
{
    return view_->currentIndex().data(ConversationList::kIdRole).toLongLong();
}

void ConversationsPanel::openChosen()
{
    const qint64 id = chosen();
    if (id == 0) return;
    if (id != recorder_.current() && !recorder_.open(id)) {
        Q_EMIT failed(tr("Opening the conversation"),
                      {ErrorCode::not_found, tr("it cannot be read").toStdString(), {}});
        return;
    }
    Q_EMIT closeWanted();
}

void ConversationsPanel::rename()
{
    view_->setFocus();
    view_->edit(view_->currentIndex());
}

void ConversationsPanel::remove()
{
    const qint64 id = chosen();
    if (id == 0) return;
    const QString title = view_->currentIndex().data().toString();
    if (id == recorder_.current()) conversation_.newChat(); // what is deleted is not written on
    if (!store_.remove(id)) return;
    removed_ = id;
    binned_->setText(tr("Deleted “%1”").arg(title.left(24)));
    bin_->show();
}

void ConversationsPanel::undo()
{
    if (!store_.undoRemove(removed_)) return;
    bin_->hide();
    view_->setFocus();
    list_->reload();
    view_->setCurrentIndex(list_->indexOf(removed_));
}

void ConversationsPanel::askForFile()
{
    if (chosen() == 0) return;
    QString name = view_->currentIndex().data().toString();
    for (QChar& c : name)
        c = c.isLetterOrNumber() || c == ' ' ? c : QChar('-');
    const QString markdown = tr("Markdown (*.md)"), json = tr("JSON (*.json)");
    auto* dialog = new QFileDialog(
        window(), tr("Export the conversation"),
        QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation), markdown + ";;" + json);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix("md");
    dialog->selectFile(name.trimmed());
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog, json](const QString& filter) {
        dialog->setDefaultSuffix(filter == json ? "json" : "md");
    });
    connect(dialog, &QFileDialog::fileSelected, this, &ConversationsPanel::exportTo);
    dialog->open(); // returns at once: the model goes on writing
}

void ConversationsPanel::exportTo(const QString& path)
{
    const std::optional<StoredConversation> conversation = store_.load(chosen());
    if (!conversation) return;
    const Result<void> done = exportConversation(*conversation, path);
    if (done)
        Q_EMIT said(tr("exported %1").arg(QFileInfo(path).fileName()));
    else
        Q_EMIT failed(tr("Exporting the conversation"), done.error());
}

void ConversationsPanel::showState()
{
    const bool any = chosen() != 0;
    for (QPushButton* each : {open_, rename_, export_, delete_})
        each->setEnabled(any);
    const bool empty = list_->rowCount() == 0;
    nothing_->setVisible(empty);
    nothing_->setText(!list_->search().isEmpty() ? tr("No conversation has these words.")
                          : store_.onDisk()      ? tr("Nothing has been said yet.")
                                                 : tr("Nothing has been said yet. Conversations "
                                                           "are not kept this time."));
}

void ConversationsPanel::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        Q_EMIT closeWanted();
    else
        QWidget::keyPressEvent(event);
}

/// The arrows choose while one types; Enter opens, Delete deletes.
bool ConversationsPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::KeyPress || renaming()) return QWidget::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    const bool typing = watched == search_;
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
        openChosen();
        return true;
    }
    if (typing && (key->key() == Qt::Key_Down || key->key() == Qt::Key_Up)) {
        const int row = view_->currentIndex().row() + (key->key() == Qt::Key_Down ? 1 : -1);
        view_->setCurrentIndex(list_->index(std::clamp(row, 0, list_->rowCount() - 1)));
        return true;
    }
    if (!typing && key->key() == Qt::Key_Delete) {
        remove();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ConversationsPanel::restyle()
{
    const Theme& theme = Theme::instance();
    layout()->setSpacing(theme.px(6));
    view_->setSpacing(0);
    view_->doItemsLayout();
}

} // namespace mixscope
