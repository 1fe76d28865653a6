#pragma once

#include "engine/token_batch.h"

#include <QAbstractTableModel>
#include <QStyledItemDelegate>

#include <functional>
#include <vector>

namespace mixscope {

/// The model's best choices after a token: logit, probability raw, after temperature, after
/// filters.
class TopTokens : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { rank, token, id, logit, raw, temperature, filtered, columns_ };
    static constexpr int kPartRole =
        Qt::UserRole; ///< 0 … 1, length of the bar behind a probability

    explicit TopTokens(QObject* parent);
    /// `drawn`: the token that came next, -1 when none did. `nameOf` gives a token's text.
    void setChoices(std::vector<TopChoice> choices, TokenId drawn,
                    std::function<QString(TokenId)> nameOf);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<TopChoice> choices_;
    TokenId drawn_ = -1;
    std::function<QString(TokenId)> nameOf_;
};

/// Draws a bar behind a probability.
class ProbabilityDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace mixscope
