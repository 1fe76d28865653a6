#include "ui/panels/alternatives.h"

#include "ui/models/run_store.h"
#include "ui/models/token_text.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <QCoreApplication>
#include <QFrame>
#include <QScreen>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

namespace {

constexpr int kWidth = 260;

std::vector<BarRow> choicesBefore(const RunStore& store, int token)
{
    std::vector<BarRow> rows;
    for (const TopChoice& choice : store.token(token - 1).next) {
        rows.push_back({QString::number(rows.size() + 1), pieceLabel(*store.model(), choice.id),
                        QString::number(double(choice.p_raw), 'f', 3), double(choice.p_raw),
                        choice.id == store.token(token).id});
    }
    return rows;
}

} // namespace

bool showAlternatives(const RunStore& store, int token, QPoint at, QWidget* parent)
{
    if (token < 1 || token >= store.tokens() || store.model() == nullptr) return false;
    std::vector<BarRow> rows = choicesBefore(store, token);
    if (rows.empty()) return false;
    const Theme& theme = Theme::instance();
    const QString title = QCoreApplication::translate("Alternatives", "In place of token %1 “%2”")
                              .arg(token)
                              .arg(tokenInline(store.token(token)));
    auto* popup = new QFrame(parent, Qt::Popup);
    popup->setObjectName("popup");
    popup->setAttribute(Qt::WA_DeleteOnClose);
    popup->setAccessibleName(QCoreApplication::translate("Alternatives", "Alternatives"));
    QStringList words;
    for (const BarRow& row : rows)
        words << isolated(row.text) + ' ' + row.value;
    popup->setAccessibleDescription(title + QStringLiteral(": ")
                                    + words.join(QStringLiteral(", ")));
    auto* column = new QVBoxLayout(popup);
    const int pad = theme.px(10);
    column->setContentsMargins(pad, pad, pad, pad);
    auto* caption = new Caption(popup);
    caption->setText(title);
    auto* bars = new BarList(QCoreApplication::translate("Alternatives", "Choices"), "attn", popup);
    bars->setIndexWidth(2);
    bars->setRows(std::move(rows));
    column->addWidget(caption);
    column->addWidget(bars);
    popup->resize(std::max(theme.px(kWidth), popup->sizeHint().width()),
                  popup->sizeHint().height());
    const QRect room = parent->screen()->availableGeometry();
    popup->move(
        std::clamp(at.x(), room.left(), std::max(room.left(), room.right() - popup->width())),
        std::clamp(at.y(), room.top(), std::max(room.top(), room.bottom() - popup->height())));
    popup->show();
    return true;
}

} // namespace mixscope
