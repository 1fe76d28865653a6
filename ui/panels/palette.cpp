#include "ui/panels/palette.h"

#include "ui/label_paint.h"
#include "ui/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

namespace {

constexpr int kWidth = 560;
constexpr int kRow = 30;
constexpr int kRows = 12;

/// A row: what it is, its text, its keys.
class EntryPainter : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {100, Theme::instance().px(kRow)};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        const Theme& theme = Theme::instance();
        const Palette& colors = theme.palette();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (option.state & QStyle::State_Selected) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(colors.user);
            painter->drawRoundedRect(option.rect, theme.px(5), theme.px(5));
        }
        QRect line = option.rect.adjusted(theme.px(10), 0, -theme.px(10), 0);
        const auto say = [&](const QFont& font, QColor color, Qt::AlignmentFlag side,
                             const QString& text) {
            painter->setFont(font);
            painter->setPen(color);
            paintLabel(*painter, line, side, text);
        };
        const bool enabled = (index.flags() & Qt::ItemIsEnabled) != 0;
        say(theme.font(11), colors.muted, Qt::AlignLeft,
            index.data(PaletteModel::Group).toString());
        say(theme.mono(11), colors.muted, Qt::AlignRight,
            index.data(PaletteModel::Keys).toString());
        line.setLeft(line.left() + theme.px(76));
        line.setRight(line.right() - theme.px(120));
        say(theme.font(13), enabled ? colors.text : colors.disabled, Qt::AlignLeft,
            index.data().toString());
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget* window)
    : QFrame(window, Qt::Popup)
    , line_(new QLineEdit(this))
    , list_(new QListView(this))
{
    setObjectName("popup");
    setAccessibleName(tr("Command palette"));
    line_->setAccessibleName(tr("Find"));
    line_->setClearButtonEnabled(false);
    list_->setAccessibleName(tr("Found"));
    list_->setModel(&model_);
    list_->setItemDelegate(new EntryPainter(list_));
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setUniformItemSizes(true);
    auto* column = new QVBoxLayout(this);
    column->addWidget(line_);
    column->addWidget(list_, 1);
    line_->installEventFilter(this);
    connect(line_, &QLineEdit::textChanged, this, [this](const QString& text) {
        model_.setQuery(text);
        list_->setCurrentIndex(model_.index(0));
        place();
    });
    connect(line_, &QLineEdit::returnPressed, this,
            [this] { choose(list_->currentIndex().row()); });
    connect(list_, &QListView::clicked, this,
            [this](const QModelIndex& index) { choose(index.row()); });
}

void CommandPalette::open(std::vector<PaletteEntry> entries, PaletteModel::Finder finder,
                          const QString& hint)
{
    model_.setEntries(std::move(entries), std::move(finder));
    line_->clear();
    line_->setPlaceholderText(hint);
    list_->setCurrentIndex(model_.index(0));
    place();
    show();
    line_->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::place()
{
    const Theme& theme = Theme::instance();
    const int pad = theme.px(8);
    layout()->setContentsMargins(pad, pad, pad, pad);
    layout()->setSpacing(pad);
    line_->setFont(theme.font(14));
    const QSize window = parentWidget()->size();
    const int rows = std::clamp(model_.rowCount(), 1, kRows);
    const QSize wanted(theme.px(kWidth), theme.px(kRow * rows + 56));
    resize(wanted.boundedTo(window - QSize(pad * 4, theme.px(80))));
    const QPoint corner((window.width() - width()) / 2, theme.px(56));
    QFrame::move(parentWidget()->mapToGlobal(corner));
}

void CommandPalette::choose(int row)
{
    const std::function<void()> run = model_.runOf(row);
    if (!run) return;
    hide();
    run();
}

void CommandPalette::move(int by)
{
    const int rows = model_.rowCount();
    if (rows == 0) return;
    list_->setCurrentIndex(model_.index(std::clamp(list_->currentIndex().row() + by, 0, rows - 1)));
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Down:
            move(1);
            return true;
        case Qt::Key_Up:
            move(-1);
            return true;
        case Qt::Key_PageDown:
            move(kRows);
            return true;
        case Qt::Key_PageUp:
            move(-kRows);
            return true;
        case Qt::Key_Escape:
            hide();
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace mixscope
