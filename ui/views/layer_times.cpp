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

void LayerTimes::setNames(const RunStore& store)
{
    rows_.clear();
    const ModelInfo* model = store.model();
    if (model == nullptr) return;
    rows_.push_back({.name = tr("embed"), .kind = tr("embedding"), .color = QStringLiteral("io")});
    for (int i = 0; i < int(model->layers.size()); ++i) {
        const LayerInfo& info = model->layers[std::size_t(i)];
        QString what = mixerName(info);
        if (!info.feed_forward.empty())
            what += QStringLiteral(" · ") + QString::fromStdString(info.feed_forward);
        rows_.push_back(
            {.name = QString::number(i), .kind = what, .color = kindOf(info), .layer = i});
    }
    rows_.push_back({.name = tr("head"), .kind = tr("unembedding"), .color = QStringLiteral("io")});
    rows_.push_back(
        {.name = tr("sampling"), .kind = tr("choosing the token"), .color = QStringLiteral("mlp")});
    rows_.push_back(
        {.name = tr("probes"), .kind = tr("looking inside"), .color = QStringLiteral("mlp")});
}

void LayerTimes::update(const RunStore& store)
{
    const std::size_t before = rows_.size();
    setNames(store);
    if (rows_.size() != before) {
        beginResetModel();
        endResetModel();
    }
    std::vector<int> decoded;
    for (int t = store.tokens() - 1; t >= 0 && int(decoded.size()) < kWindow; --t) {
        if (!store.time(t).prefill && store.time(t).ms > 0) decoded.push_back(t);
    }
    used_ = int(decoded.size());
    std::vector<float> us;
    double total = 0.0;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        us.clear();
        for (const int t : decoded) {
            const TokenTime& time = store.time(t);
            const std::size_t parts = time.layer_ms.size();
            if (r < parts)
                us.push_back(1000.0F * time.layer_ms[r]);
            else
                us.push_back(1000.0F * (r + 1 == rows_.size() ? time.probe_ms : time.sample_ms));
        }
        if (us.empty()) continue;
        const auto percentile = [&](double part) {
            const auto at = us.begin() + std::ptrdiff_t(part * double(us.size() - 1) + 0.5);
            std::nth_element(us.begin(), at, us.end());
            return double(*at);
        };
        Row& row = rows_[r];
        for (const float each : us)
            row.mean_us += double(each) / double(us.size());
        row.median_us = percentile(0.5);
        row.p90_us = percentile(0.9);
        row.p99_us = percentile(0.99);
        total += row.mean_us;
    }
    readGbPerS_ = store.model() != nullptr ? store.model()->read_bytes_per_s / 1e9 : 0.0;
    for (Row& row : rows_)
        row.share = total > 0 ? row.mean_us / total : 0.0;
    if (!decoded.empty()) {
        for (const OpTime& op : store.ops(decoded.front())) {
            const std::size_t row = std::size_t(op.layer + 1);
            if (row < rows_.size()) rows_[row].bytes += double(op.bytes);
        }
    }
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(int(rows_.size()) - 1, columns_ - 1));
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
    if (role == Qt::ForegroundRole && column == layer)
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
        return row.kind;
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
        QT_TR_NOOP("layer"),      QT_TR_NOOP("kind"),  QT_TR_NOOP("mean µs"),
        QT_TR_NOOP("median"),     QT_TR_NOOP("P90"),   QT_TR_NOOP("P99"),
        QT_TR_NOOP("% of token"), QT_TR_NOOP("bytes"), QT_TR_NOOP("GB/s"),
        QT_TR_NOOP("% of limit")};
    return tr(kNames[std::size_t(section)]);
}

} // namespace mixscope
