#include "ui/views/attention_reader.h"

#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/token_text.h"
#include "ui/views/parts.h"

#include <QCoreApplication>

#include <algorithm>

namespace mixscope {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("mixscope::AttentionView", text);
}

} // namespace

int distanceBin(int tokensBack)
{
    int bin = 0;
    while (bin + 1 < kDistanceBins && firstOfBin(bin + 1) <= tokensBack)
        ++bin;
    return bin;
}

int firstOfBin(int bin)
{
    return bin == 0 ? 0 : 1 << (bin - 1);
}

AttentionReader::AttentionReader(const RunStore& store, int layer, AttentionLook look)
    : store_(store)
    , layer_(layer)
    , look_(look)
{
}

std::span<const std::uint16_t> AttentionReader::row(int query)
{
    const AttentionStore* rows = store_.attention(layer_);
    if (rows == nullptr || query < 0) return {};
    return shownRow(*rows, look_, query, buffer_);
}

std::vector<AttentionTarget> AttentionReader::heaviest(int query, std::size_t count)
{
    const auto weights = row(query);
    std::vector<AttentionTarget> targets;
    for (std::size_t key = look_.sink == Sink::show || query == 0 ? 0 : 1; key < weights.size();
         ++key)
        targets.push_back({int(key), float(weights[key]) / float(kWeightSteps)});
    const auto heavier = [](const AttentionTarget& a, const AttentionTarget& b) {
        return a.weight > b.weight;
    };
    const std::size_t kept = std::min(count, targets.size());
    std::partial_sort(targets.begin(), targets.begin() + std::ptrdiff_t(kept), targets.end(),
                      heavier);
    targets.resize(kept);
    return targets;
}

DistanceMass AttentionReader::byDistance(int query)
{
    DistanceMass mass {};
    const auto weights = row(query);
    int bin = 0;
    for (int back = 0; back < int(weights.size()); ++back) {
        if (bin + 1 < kDistanceBins && back >= firstOfBin(bin + 1)) ++bin;
        mass[std::size_t(bin)] +=
            float(weights[weights.size() - 1 - std::size_t(back)]) / float(kWeightSteps);
    }
    return mass;
}

QString AttentionReader::readout(int query, int key)
{
    if (query < 0 || query >= store_.tokens()) return {};
    const auto named = [this](int token) {
        return tr("%1 “%2”").arg(token).arg(tokenInline(store_.token(token)));
    };
    AttentionLook whole = look_;
    if (whole.sink == Sink::hide) whole.sink = Sink::show; // hidden is not zero
    AttentionReader reader(store_, layer_, whole);
    const auto weights = reader.row(query);
    if (weights.empty()) return tr("token %1: row not kept").arg(named(query));
    if (key < 0 || key > query) return tr("token %1 looks at").arg(named(query));
    const double weight = double(weights[std::size_t(key)]) / kWeightSteps;
    return tr("%1 → %2: %3").arg(named(query), named(key), shortNumber(weight));
}

QString AttentionReader::place() const
{
    switch (look_.heads.kind) {
    case HeadChoice::Kind::mean:
        return tr("layer %1, mean of all heads").arg(layer_);
    case HeadChoice::Kind::max:
        return tr("layer %1, largest of all heads").arg(layer_);
    case HeadChoice::Kind::one:
        break;
    }
    return tr("layer %1, head %2").arg(layer_).arg(look_.heads.head);
}

QString AttentionReader::rowInWords(int query, std::size_t count)
{
    const QString subject = tr("token %1 '%2'").arg(query).arg(quoted(query));
    QStringList looks;
    for (const AttentionTarget& target : heaviest(query, count)) {
        looks << tr("%1 on %2 '%3'")
                     .arg(double(target.weight), 0, 'f', 2)
                     .arg(target.key)
                     .arg(quoted(target.key));
    }
    if (looks.isEmpty()) return tr("%1: row not captured").arg(subject);
    return tr("%1: %2").arg(subject, looks.join(QStringLiteral(", ")));
}

void AttentionReader::write(TableWriter& table, const QRect& window)
{
    table.columns({tr("query [token]"), tr("query text"), tr("key [token]"), tr("key text"),
                   tr("weight [0…1]")});
    const int last = std::min(store_.tokens(), window.top() + window.height());
    for (int query = std::max(0, window.top()); query < last; ++query) {
        const auto weights = row(query);
        const int end = std::min(query + 1, window.left() + window.width());
        for (int key = std::max(0, window.left()); key < end; ++key) {
            const bool hidden = weights.empty() || (key == 0 && look_.sink != Sink::show);
            table.cell(query).cell(tokenText(store_.token(query)));
            table.cell(key).cell(tokenText(store_.token(key)));
            table.cell(hidden ? double(kUnknown)
                              : double(weights[std::size_t(key)]) / kWeightSteps);
            table.endRow();
        }
    }
}

QString AttentionReader::quoted(int token) const
{
    return isolated(tokenText(store_.token(token)));
}

} // namespace mixscope
