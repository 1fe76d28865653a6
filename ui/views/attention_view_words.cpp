// What the attention view says in words and in numbers.
#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/views/attention_map.h"
#include "ui/views/attention_row.h"
#include "ui/views/attention_view.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

QString AttentionView::missingSentence() const
{
    const std::vector<int>& missing = picture_.missing();
    const auto dropped = std::count_if(missing.begin(), missing.end(), [this](int query) {
        return rows() != nullptr && rows()->dropped(query);
    });
    if (dropped == 0)
        return tr("%n row(s) not captured for this layer", nullptr, int(missing.size()));
    return tr("%1 of %2 rows not kept: attention history is limited to %3 MiB")
        .arg(missing.size())
        .arg(store().tokens())
        .arg(double(store().attentionHistory().budget()) / (1 << 20), 0, 'g', 4);
}

/// What is shown: the cells of the map's window, the focused row, or the scores of all heads.
void AttentionView::writeTable(TableWriter& table) const
{
    AttentionReader numbers = reader();
    const QRect window = map_->window().toAlignedRect();
    const QRectF keys = row_->plot()->window();
    switch (part()) {
    case Part::map:
        return numbers.write(table, window);
    case Part::row:
        return numbers.write(
            table, QRect(int(keys.left()), selection().token(), int(std::ceil(keys.width())), 1));
    case Part::heads:
        break;
    }
    table.columns({tr("layer"), tr("head"), tr("rows seen [token]"), tr("mean entropy [bit]"),
                   tr("weight on first token [0…1]"), tr("weight on previous token [0…1]"),
                   tr("induction [0…1]")});
    for (const HeadRow& row : headRows_) {
        const HeadThumbs* thumbs = thumbs_.find(row.layer);
        for (int head = 0; thumbs != nullptr && head < row.heads; ++head) {
            const HeadScores scores = thumbs->scores(head);
            table.cell(row.layer).cell(head).cell(thumbs->rowsDrawn());
            for (const float score :
                 {scores.entropyBits, scores.sink, scores.previous, scores.induction})
                table.cell(double(score));
            table.endRow();
        }
    }
}

QString AttentionView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    AttentionReader numbers = reader();
    const int tokens = store().tokens(), query = selection().token();
    const QString where = tr("Attention map, %1, %2 by %2").arg(numbers.place()).arg(tokens);
    if (query < 0 || query >= tokens) return where;
    const QString row = tr("%1, %2").arg(where, numbers.rowInWords(query, 3));
    const float bits = picture_.entropyBits(query);
    const QString words =
        std::isnan(bits) ? row : tr("%1; entropy %2 bits").arg(row).arg(double(bits), 0, 'f', 1);
    const int source = selection().source();
    return source < 0 || source > query
        ? words
        : tr("%1; source token %2").arg(words, numbers.readout(query, source));
}

} // namespace mixscope
