#pragma once

#include "ui/models/conversation_store.h"

#include <QAbstractListModel>

namespace mixscope {

/// The conversations that are kept, newest first, as a list that can be searched and whose titles
/// can be edited. UI thread only.
class ConversationList : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        kIdRole = Qt::UserRole,
        kLineRole, ///< "Yesterday · tiny-hybrid-13m · 4 messages"
    };

    explicit ConversationList(ConversationStore& store, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    void setSearch(const QString& search);
    QString search() const { return search_; }
    void reload();
    QModelIndex indexOf(qint64 id) const; ///< invalid when it is not in the list

private:
    ConversationStore& store_;
    QString search_;
    std::vector<ConversationHeader> rows_;
};

/// When something was, as short as it can be understood: "14:05", "Yesterday", "24 Nov", "24 Nov
/// 2025".
QString shortDate(const QDateTime& when, const QDateTime& now);

} // namespace mixscope
