// What the gates view says in words and in numbers.
#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/lane_plot.h"
#include "ui/views/gate_table.h"
#include "ui/views/gates_view.h"
#include "ui/views/parts.h"
#include "ui/views/routing_panel.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

QString GatesView::instead() const
{
    const LayerInfo& info = *layerInfo();
    if (info.has_attention()) {
        return tr("Layer %1 is attention: no gates here. It forgets nothing and appends the keys "
                  "and values of each token to its KV cache (%2 kB a token).")
            .arg(selection().layer())
            .arg(shortNumber(double(info.kv_bytes_per_token) / 1e3));
    }
    return tr("Layer %1 is %2: no gates here.").arg(selection().layer()).arg(mixerName(info));
}

QString GatesView::reading(std::size_t which, int token) const
{
    const float drawn = shown(which, value(which, token, selection().head()));
    if (std::isnan(drawn)) return {};
    if (which != kKeep || !asHalfLife()) return shortNumber(double(drawn));
    return drawn >= kHalfLifeLimit ? tr("> 10⁵ tokens")
                                   : tr("%1 tokens").arg(shortNumber(double(drawn)));
}

void GatesView::writeTable(TableWriter& table) const
{
    if (layerInfo() == nullptr) return;
    table.columns({tr("token"), tr("text"), tr("layer"), tr("quantity"),
                   tr("head, group or expert"), tr("value")});
    const QRectF window = (hasGates() ? lanes_ : routing_->plot())->window();
    const int end = std::min(store().tokens(), int(std::ceil(window.right())));
    for (int token = std::max(0, int(window.left())); token < end; ++token) {
        for (std::size_t i = 0; hasGates() && i < kGates; ++i) {
            const auto values = gate(i) != nullptr ? gate(i)->at(token) : std::span<const float>();
            for (std::size_t row = 0; row < values.size(); ++row) {
                writeRow(table, token, tr(kGateTable[i].name), int(row), values[row]);
                if (i == kKeep)
                    writeRow(table, token, tr("half-life [tokens]"), int(row),
                             halfLifeTokens(values[row]));
            }
        }
        const Lane* router = store().lane(Probe::router, selection().layer());
        if (!hasExperts() || router == nullptr) continue;
        for (int expert = 0; expert < router->width(); ++expert)
            writeRow(table, token, tr("router probability"), expert, router->at(token, expert));
    }
}

void GatesView::writeRow(TableWriter& table, int token, const QString& what, int index,
                         float value) const
{
    table.cell(token)
        .cell(tokenLabel(store().token(token)))
        .cell(selection().layer())
        .cell(what)
        .cell(index)
        .cell(double(value))
        .endRow();
}

QString GatesView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int layer = selection().layer(), head = selection().head(), token = selection().token();
    QStringList parts;
    for (std::size_t i = 0; hasGates() && i < kGates; ++i) {
        parts << tr(kGateTable[i].name) + QLatin1Char(' ')
                + shortNumber(double(value(i, token, head)));
    }
    const QString where = hasGates() ? tr("Gate lanes, layer %1, head %2").arg(layer).arg(head)
                                     : tr("Experts, layer %1").arg(layer);
    if (hasExperts()) parts << routing_->words(token);
    return tr("%1, token %2: %3").arg(where).arg(token).arg(parts.join(QStringLiteral(", ")));
}

} // namespace mixscope
