#include "ui/views/layer_times.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

QString bytesText(double bytes)
{
    if (bytes <= 0) return QStringLiteral("–");
    if (bytes < 1e6) return shortNumber(bytes / 1e3) + QStringLiteral(" kB");
    return shortNumber(bytes / 1e6) + QStringLiteral(" MB");
}

} // namespace

LayerTimes::LayerTimes(QObject* parent)
    : QAbstractTableModel(parent)
{
}

/// Embedding, layers, head, sampling, probes, with their times token by token.
LayerTimes::Rows LayerTimes::layersOf(const RunStore& store, std::span<const int> tokens)
{
    Rows rows;
    const ModelInfo& model = *store.model();
    rows.push_back({.name = tr("embed"), .kind = tr("embedding"), .color = QStringLiteral("io")});
    for (int i = 0; i < int(model.layers.size()); ++i) {
        const LayerInfo& info = model.layers[std::size_t(i)];
        QString what = mixerName(info);
        if (!info.feed_forward.empty())
            what += QStringLiteral(" · ") + QString::fromStdString(info.feed_forward);
        rows.push_back(
            {.name = QString::number(i), .kind = what, .color = kindOf(info), .layer = i});
    }
    rows.push_back({.name = tr("head"), .kind = tr("unembedding"), .color = QStringLiteral("io")});
    const std::size_t layers = rows.size();
    rows.push_back(
        {.name = tr("sampling"), .kind = tr("choosing the token"), .color = QStringLiteral("mlp")});
    rows.push_back(
        {.name = tr("probes"), .kind = tr("looking inside"), .color = QStringLiteral("mlp")});
    for (const int t : tokens) {
        const TokenTime& time = store.time(t);
        for (std::size_t r = 0; r < layers; ++r)
            rows[r].us.push_back(r < time.layer_ms.size() ? 1000.0F * time.layer_ms[r] : 0.0F);
        rows[layers].us.push_back(1000.0F * time.sample_ms);
        rows[layers + 1].us.push_back(1000.0F * time.probe_ms);
    }
    if (!tokens.empty()) {
        for (const OpTime& op : store.ops(tokens.front())) {
            const auto row = std::size_t(op.layer + 1);
            if (row < rows.size()) rows[row].bytes += double(op.bytes);
        }
    }
    for (Row& row : rows)
        row.calls = long(tokens.size());
    return rows;
}

/// Layers of one colour added up token by token; what is no layer stays as it is.
LayerTimes::Rows LayerTimes::kindsOf(const Rows& layers)
{
    Rows rows;
    std::vector<int> members;
    for (const Row& layer : layers) {
        const QString name = layer.layer < 0       ? layer.name
            : layer.color == QLatin1String("ssm")  ? tr("recurrent")
            : layer.color == QLatin1String("attn") ? tr("attention")
                                                   : tr("other");
        auto at = std::find_if(rows.begin(), rows.end(),
                               [&](const Row& row) { return row.name == name; });
        if (at == rows.end()) {
            rows.push_back(layer);
            rows.back().name = name;
            rows.back().layer = -1;
            members.push_back(layer.layer >= 0 ? 1 : 0);
            continue;
        }
        at->calls += layer.calls;
        at->bytes += layer.bytes;
        ++members[std::size_t(at - rows.begin())];
        for (std::size_t t = 0; t < at->us.size(); ++t)
            at->us[t] += layer.us[t];
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (members[r] == 0) continue;
        rows[r].kind = members[r] == 1 ? tr("1 layer") : tr("%1 layers").arg(members[r]);
    }
    return rows;
}

/// Ops of one name added up. All tokens of a model run the same ops in the same order, so the row
/// of an op is found once and then only checked.
LayerTimes::Rows LayerTimes::opsOf(const RunStore& store, std::span<const int> tokens)
{
    Rows rows;
    std::vector<const char*> names;
    std::vector<std::size_t> rowOf;
    const auto find = [&](const char* name) {
        const QString text = QString::fromUtf8(name);
        const auto at = std::find_if(rows.begin(), rows.end(),
                                     [&](const Row& row) { return row.name == text; });
        if (at != rows.end()) return std::size_t(at - rows.begin());
        rows.push_back({.name = text, .kind = tr("op"), .color = QStringLiteral("mlp")});
        rows.back().us.assign(tokens.size(), 0.0F);
        return rows.size() - 1;
    };
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        const auto ops = store.ops(tokens[t]);
        for (std::size_t i = 0; i < ops.size(); ++i) {
            if (i >= names.size()) {
                names.push_back(ops[i].name);
                rowOf.push_back(find(ops[i].name));
            } else if (names[i] != ops[i].name) {
                names[i] = ops[i].name;
                rowOf[i] = find(ops[i].name);
            }
            Row& row = rows[rowOf[i]];
            row.us[t] += ops[i].us;
            ++row.calls;
            if (t == 0) row.bytes += double(ops[i].bytes);
        }
    }
    return rows;
}

void LayerTimes::summarise(Row& row)
{
    std::vector<float> us = std::move(row.us);
    row.us.clear();
    if (us.empty()) return;
    const auto percentile = [&](double part) {
        const auto at = us.begin() + std::ptrdiff_t(part * double(us.size() - 1) + 0.5);
        std::nth_element(us.begin(), at, us.end());
        return double(*at);
    };
    for (const float each : us)
        row.mean_us += double(each) / double(us.size());
    row.median_us = percentile(0.5);
    row.p90_us = percentile(0.9);
    row.p99_us = percentile(0.99);
}

void LayerTimes::update(const RunStore& store)
{
    std::vector<int> decoded;
    for (int t = store.tokens() - 1; t >= 0 && int(decoded.size()) < kWindow; --t) {
        if (!store.time(t).prefill && store.time(t).ms > 0) decoded.push_back(t);
    }
    used_ = int(decoded.size());
    Rows rows;
    if (store.model() != nullptr) {
        rows = by_ == By::op ? opsOf(store, decoded) : layersOf(store, decoded);
        if (by_ == By::kind) rows = kindsOf(rows);
    }
    double total = 0.0; // of the whole token, so that shares mean the same in all three tables
    for (const int t : decoded)
        total += 1000.0 * double(store.time(t).ms) / double(used_);
    for (Row& row : rows) {
        summarise(row);
        row.share = total > 0 ? row.mean_us / total : 0.0;
    }
    readGbPerS_ = store.model() != nullptr ? store.model()->read_bytes_per_s / 1e9 : 0.0;
    const bool same = rows.size() == rows_.size()
        && std::equal(rows.begin(), rows.end(), rows_.begin(),
                      [](const Row& a, const Row& b) { return a.name == b.name; });
    if (same) {
        rows_ = std::move(rows);
        if (!rows_.empty())
            Q_EMIT dataChanged(index(0, 0), index(int(rows_.size()) - 1, columns_ - 1));
        return;
    }
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

int LayerTimes::layerOf(int row) const
{
    return row >= 0 && row < int(rows_.size()) ? rows_[std::size_t(row)].layer : -1;
}

int LayerTimes::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(rows_.size());
}
int LayerTimes::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(columns_);
}

QVariant LayerTimes::data(const QModelIndex& index, int role) const
{
    const Row& row = rows_[std::size_t(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole) {
        return int((column <= kind ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    if (role == Qt::ForegroundRole && column == layer && by_ != By::op)
        return Theme::instance().kindColor(row.color);
    if (role != Qt::DisplayRole && role != kSortRole) return {};
    const bool sort = role == kSortRole;
    const auto number = [sort](double value, const QString& text) {
        return sort ? QVariant(value) : QVariant(text);
    };
    const double gbs = row.mean_us > 0 ? row.bytes / row.mean_us / 1e3 : 0.0;
    switch (column) {
    case layer:
        return sort ? QVariant(index.row()) : QVariant(row.name);
    case kind:
        return by_ == By::op ? QString() : row.kind;
    case calls:
        return number(double(row.calls), QString::number(row.calls));
    case mean:
        return number(row.mean_us, shortNumber(row.mean_us));
    case median:
        return number(row.median_us, shortNumber(row.median_us));
    case p90:
        return number(row.p90_us, shortNumber(row.p90_us));
    case p99:
        return number(row.p99_us, shortNumber(row.p99_us));
    case share:
        return number(row.share, QString::number(100 * row.share, 'f', 1));
    case bytes:
        return number(row.bytes, bytesText(row.bytes));
    case rate:
        return number(gbs, row.bytes > 0 ? shortNumber(gbs) : QStringLiteral("–"));
    case limit: {
        const double part = readGbPerS_ > 0 ? gbs / readGbPerS_ : 0.0;
        return number(part, part > 0 ? QString::number(100 * part, 'f', 0) : QStringLiteral("–"));
    }
    default:
        return {};
    }
}

QVariant LayerTimes::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return int((section <= kind ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    static const std::array kNames {
        QT_TR_NOOP("layer"),  QT_TR_NOOP("kind"), QT_TR_NOOP("calls"),  QT_TR_NOOP("mean µs"),
        QT_TR_NOOP("median"), QT_TR_NOOP("P90"),  QT_TR_NOOP("P99"),    QT_TR_NOOP("% token"),
        QT_TR_NOOP("bytes"),  QT_TR_NOOP("GB/s"), QT_TR_NOOP("% limit")};
    if (section == layer && by_ != By::layer) return by_ == By::kind ? tr("kind") : tr("op");
    if (section == kind && by_ != By::layer) return by_ == By::kind ? tr("of") : QString();
    return tr(kNames[std::size_t(section)]);
}

} // namespace mixscope
