// What the state view says in words and in numbers.
#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/lane_plot.h"
#include "ui/views/matrix_panel.h"
#include "ui/views/memory_strip.h"
#include "ui/views/parts.h"
#include "ui/views/state_view.h"
#include "ui/views/value_list.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

QString StateView::quantityName() const
{
    static const std::array kWhat {QT_TR_NOOP("‖S‖"), QT_TR_NOOP("‖ΔS‖ / ‖S‖"),
                                   QT_TR_NOOP("half-life [tokens]")};
    return tr(kWhat[std::size_t(quantity())]);
}

void StateView::showNumbers()
{
    const int layer = focus().layer, token = selection().token();
    const auto at = [&](Probe probe) {
        const Lane* lane = store().lane(probe, layer);
        return lane == nullptr ? kUnknown : lane->at(token, head());
    };
    const float keep = at(Probe::keep);
    const auto number = [](float value) { return shortNumber(double(value)); };
    std::vector<std::pair<QString, QString>> values {
        {tr("at token"), token < 0 ? QStringLiteral("–") : QString::number(token)},
        {tr("‖S‖"), number(at(Probe::state_norm))},
        {tr("‖ΔS‖ / ‖S‖"), number(at(Probe::state_change))},
        {tr("keep"), number(keep)},
        {tr("write"), number(at(Probe::write))},
        {tr("half-life"), halfLifeText(keep)}};
    if (exact()) values.emplace_back(tr("write half gone"), memory_->shortFate(token));
    numbers_->setValues(std::move(values));
    numbers_->setToolTip(tr("keep = exp(ΔA); write = Δ·‖B‖·‖x‖; half-life = ln 2 / −ln keep"));
}

void StateView::showHolds()
{
    if (!exact() || holds_->isHidden()) return; // finding them looks at every token
    std::vector<BarRow> rows = memory_->strongest(kHeldTokens);
    held_.clear();
    for (const BarRow& row : rows)
        held_.push_back(row.index.toInt());
    rows.resize(kHeldTokens); // always as many lines, so that nothing moves
    holds_->setRows(std::move(rows));
    holdsCaption_->setText(tr("holds most of"));
}

void StateView::writeTable(TableWriter& table) const
{
    if (model() == nullptr) return;
    table.columns({tr("token"), tr("text"), tr("layer"), tr("head"), tr("quantity"), tr("value")});
    const QRectF window = lanes_->window();
    const int end = std::min(store().tokens(), int(std::ceil(window.right())));
    for (int token = std::max(0, int(window.left())); token < end; ++token) {
        for (const int layer : layers_) {
            for (int row = 0; row < rowsOf(layer); ++row) {
                const QString which = rowsOf(layer) > 1 ? QString::number(row)
                    : heads() == Heads::focused         ? QString::number(head())
                                                        : tr("mean");
                table.cell(token)
                    .cell(tokenLabel(store().token(token)))
                    .cell(layer)
                    .cell(which)
                    .cell(quantityName())
                    .cell(double(value(layer, row, token)))
                    .endRow();
            }
        }
    }
    if (exact()) memory_->writeTable(table);
    matrix_->writeTable(table);
}

QString StateView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int layer = focus().layer, token = selection().token();
    const Lane* norm = store().lane(Probe::state_norm, layer);
    const Lane* change = store().lane(Probe::state_change, layer);
    if (norm == nullptr || token < 0) {
        return tr("State lanes of %1 recurrent layers, %2 tokens; layer %3 keeps no state")
            .arg(layers_.size())
            .arg(store().tokens())
            .arg(layer);
    }
    QString words = tr("State lanes, layer %1, head %2: norm %3, change %4 at token %5")
                        .arg(layer)
                        .arg(head())
                        .arg(shortNumber(double(norm->at(token, head()))),
                             shortNumber(change == nullptr ? double(kUnknown)
                                                           : double(change->at(token, head()))))
                        .arg(token);
    if (exact()) words += tr("; its write: %1").arg(memory_->fate(token));
    return words;
}

} // namespace mixscope
