#include "ui/models/conversation_list.h"

#include <QCoreApplication>
#include <QLocale>

namespace mixscope {

ConversationList::ConversationList(ConversationStore& store, QObject* parent)
    : QAbstractListModel(parent)
    , store_(store)
{
}

int ConversationList::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(rows_.size());
}

QVariant ConversationList::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= int(rows_.size())) return {};
    const ConversationHeader& row = rows_[std::size_t(index.row())];
    const QString line =
        QStringLiteral("%1 · %2 · %3")
            .arg(shortDate(row.changed, QDateTime::currentDateTime()), row.model,
                 tr("%n message(s)", nullptr, row.messages)
                     .replace("(s)", row.messages == 1 ? QString() : QStringLiteral("s")));
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return row.title;
    case Qt::AccessibleTextRole:
        return row.title + ", " + QString(line).replace(" · ", ", ");
    case Qt::ToolTipRole:
        return QStringLiteral("%1\n%2").arg(row.title, QLocale().toString(row.changed));
    case kIdRole:
        return row.id;
    case kLineRole:
        return line;
    default:
        return {};
    }
}

bool ConversationList::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || !index.isValid()) return false;
    return store_.rename(index.data(kIdRole).toLongLong(), value.toString());
}

Qt::ItemFlags ConversationList::flags(const QModelIndex& index) const
{
    return QAbstractListModel::flags(index) | Qt::ItemIsEditable;
}

void ConversationList::setSearch(const QString& search)
{
    search_ = search;
    reload();
}

void ConversationList::reload()
{
    beginResetModel();
    rows_ = store_.list(search_);
    endResetModel();
}

QModelIndex ConversationList::indexOf(qint64 id) const
{
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].id == id) return index(int(row));
    }
    return {};
}

QString shortDate(const QDateTime& when, const QDateTime& now)
{
    const QLocale locale;
    const qint64 days = when.date().daysTo(now.date());
    if (days == 0) return locale.toString(when.time(), "HH:mm");
    if (days == 1) return QCoreApplication::translate("Conversations", "Yesterday");
    const bool thisYear = when.date().year() == now.date().year();
    return locale.toString(when.date(), thisYear ? "d MMM" : "d MMM yyyy");
}

} // namespace mixscope
