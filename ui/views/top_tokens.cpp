#include "ui/views/top_tokens.h"

#include "ui/label_paint.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"

#include <QPainter>

#include <array>

namespace mixscope {

namespace {

/// Three digits; what is not zero never looks like it.
QString probability(float p)
{
    if (p == 0.0F) return QStringLiteral("–");
    return p < 0.0005F ? QStringLiteral("< 0.001") : QString::number(double(p), 'f', 3);
}

} // namespace

TopTokens::TopTokens(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void TopTokens::setChoices(std::vector<TopChoice> choices, TokenId drawn,
                           std::function<QString(TokenId)> nameOf)
{
    beginResetModel();
    choices_ = std::move(choices);
    drawn_ = drawn;
    nameOf_ = std::move(nameOf);
    endResetModel();
}

int TopTokens::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(choices_.size());
}

int TopTokens::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(columns_);
}

QVariant TopTokens::data(const QModelIndex& index, int role) const
{
    const TopChoice& choice = choices_[std::size_t(index.row())];
    const int column = index.column();
    const bool drawn = choice.id == drawn_;
    const float parts[] {choice.p_raw, choice.p_temperature, choice.p_final};
    switch (role) {
    case kPartRole:
        return column >= raw ? QVariant(double(parts[column - raw])) : QVariant();
    case Qt::TextAlignmentRole:
        return int((column == token ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        return drawn && column <= token ? QVariant(Theme::instance().palette().warn) : QVariant();
    case Qt::BackgroundRole:
        return drawn ? QVariant(Theme::instance().palette().raised) : QVariant();
    case Qt::FontRole: // a font with ligatures would turn "<|" into a triangle
        return column == token ? QVariant(Theme::instance().font(12, drawn ? 600 : 400))
                               : QVariant();
    case Qt::DisplayRole:
        break;
    default:
        return {};
    }
    switch (column) {
    case rank:
        return index.row() + 1;
    case token:
        return drawn ? nameOf_(choice.id) + tr("  ◂ drawn") : nameOf_(choice.id);
    case id:
        return choice.id;
    case logit:
        return QString::number(double(choice.logit), 'f', 2);
    default:
        return probability(parts[column - raw]);
    }
}

QVariant TopTokens::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == token ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    static const std::array kNames {"#",
                                    QT_TR_NOOP("token"),
                                    QT_TR_NOOP("id"),
                                    QT_TR_NOOP("logit"),
                                    QT_TR_NOOP("raw"),
                                    QT_TR_NOOP("after temperature"),
                                    QT_TR_NOOP("after filters")};
    return tr(kNames[std::size_t(section)]);
}

void ProbabilityDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index); // with the ground of a drawn token
    if (index.column() == TopTokens::token) {
        const QColor color = index.data(Qt::ForegroundRole).value<QColor>();
        painter->setFont(index.data(Qt::FontRole).value<QFont>());
        painter->setPen(color.isValid() ? color : Theme::instance().palette().text);
        const int pad = Theme::instance().px(4);
        paintLabel(*painter, option.rect.adjusted(pad, 0, -pad, 0), Qt::AlignLeft,
                   index.data().toString());
    }
    const QVariant part = index.data(TopTokens::kPartRole);
    if (part.isValid()) {
        const Theme& theme = Theme::instance();
        const int pad = theme.px(3);
        const int room = option.rect.width() - theme.px(58);
        const QRect track(option.rect.left() + pad, option.rect.top() + option.rect.height() / 3,
                          std::max(0, room), std::max(2, option.rect.height() / 3));
        painter->fillRect(track, theme.palette().line);
        painter->fillRect(QRect(track.topLeft(),
                                QSize(int(part.toDouble() * track.width() + 0.5), track.height())),
                          theme.palette().attn);
    }
}

void ProbabilityDelegate::initStyleOption(QStyleOptionViewItem* option,
                                          const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    if (index.column() == TopTokens::token) option->text.clear(); // paint() draws the label
}

} // namespace mixscope
