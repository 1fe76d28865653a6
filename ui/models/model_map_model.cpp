#include "ui/models/model_map_model.h"

#include "ui/models/nice_number.h"
#include "ui/models/run_store.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kRecent = 32; // tokens a mean is taken over

constexpr ModelMapModel::Quantity kQuantities[] = {
    {QT_TR_NOOP("time"), "µs", QT_TR_NOOP("time per token, median of the last 32 tokens"), 1000.0,
     0},
    {QT_TR_NOOP("weights"), "MB", QT_TR_NOOP("bytes of weights"), 1e-6, 1},
    {QT_TR_NOOP("‖ΔS‖/‖S‖"), "", QT_TR_NOOP("change of the state, mean of heads and 32 tokens"),
     1.0, 2},
    {QT_TR_NOOP("output"), "",
     QT_TR_NOOP("norm of what the layer adds over the norm of the stream, "
                "mean of 32 tokens"),
     1.0, 2},
};

} // namespace

std::span<const ModelMapModel::Quantity> ModelMapModel::quantities()
{
    return kQuantities;
}

ModelMapModel::ModelMapModel(RunStore& store, QObject* parent)
    : QAbstractListModel(parent)
    , store_(store)
{
    connect(&store_, &RunStore::modelChanged, this, &ModelMapModel::reset);
}

int ModelMapModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || store_.model() == nullptr ? 0
                                                         : int(store_.model()->layers.size()) + 2;
}

QString ModelMapModel::valueText(int row) const
{
    const float value = row < int(values_.size()) ? values_[std::size_t(row)] : kUnknown;
    if (std::isnan(value)) return {};
    const Quantity& shown = kQuantities[quantity_];
    return QLocale().toString(double(value) * shown.factor, 'f', shown.decimals);
}

QString ModelMapModel::sentence(int row) const
{
    const int layer = row - 1;
    QString text = row == 0 ? tr("embedding") : row == rowCount() - 1 ? tr("head") : QString();
    if (text.isEmpty()) {
        const LayerInfo& info = store_.model()->layers[std::size_t(layer)];
        text = QStringLiteral("%1 %2").arg(layer).arg(QString::fromStdString(info.mixer));
        if (info.n_experts > 0) text += tr(" with %1 experts").arg(info.n_experts);
    }
    const float value = row < int(values_.size()) ? values_[std::size_t(row)] : kUnknown;
    if (std::isnan(value)) return text;
    const Quantity& shown = kQuantities[quantity_];
    if (quantity_ == time) return text + tr(", %1 ms").arg(double(value), 0, 'f', 3);
    const QString number = QString::number(double(value) * shown.factor, 'f', shown.decimals);
    const QString unit = QString::fromUtf8(shown.unit);
    return unit.isEmpty() ? tr("%1, %2 %3").arg(text, tr(shown.name), number)
                          : tr("%1, %2 %3").arg(text, number, unit);
}

ModelMapModel::BracketPart ModelMapModel::bracketOf(int layer) const
{
    const int place = layer - pattern_.first;
    if (layer < 0 || place < 0 || place >= pattern_.length * pattern_.times) return noBracket;
    const int in = place % pattern_.length;
    return in == 0 ? begins : in == pattern_.length - 1 ? ends : inside;
}

QVariant ModelMapModel::data(const QModelIndex& index, int role) const
{
    const int row = index.row();
    if (row < 0 || row >= rowCount()) return {};
    const bool io = row == 0 || row == rowCount() - 1;
    const LayerInfo* info = io ? nullptr : &store_.model()->layers[std::size_t(row - 1)];
    const double value = row < int(values_.size()) ? double(values_[std::size_t(row)]) : 0.0;
    switch (role) {
    case Qt::DisplayRole:
        return row == 0 ? tr("embed") : io ? tr("head") : QString::number(row - 1);
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole:
        return sentence(row);
    case Mixer:
        return info ? QString::fromStdString(info->mixer) : QStringLiteral("io");
    case FeedForward:
        return info ? QString::fromStdString(info->feed_forward) : QString();
    case Value:
        return value;
    case ValueText:
        return valueText(row);
    case Share:
        return scale_ > 0.0 && value > 0.0 ? std::min(1.0, value / scale_) : 0.0;
    case Layer:
        return io ? -1 : row - 1;
    case Bracket:
        return bracketOf(io ? -1 : row - 1);
    default:
        return {};
    }
}

float ModelMapModel::meanOf(Probe probe, int layer) const
{
    const Lane* lane = store_.lane(probe, layer);
    double sum = 0.0;
    int count = 0;
    for (int token = std::max(0, store_.tokens() - kRecent); lane && token < store_.tokens();
         ++token) {
        for (const float value : lane->at(token)) {
            if (!std::isfinite(value)) continue;
            sum += double(value);
            ++count;
        }
    }
    return count > 0 ? float(sum / count) : kUnknown;
}

float ModelMapModel::meanRatio(Probe above, Probe below, int layer) const
{
    return meanOf(above, layer) / meanOf(below, layer);
}

std::vector<float> ModelMapModel::read() const
{
    if (quantity_ == time) return store_.recentLayerMs();
    std::vector<float> values(std::size_t(rowCount()), kUnknown);
    for (int layer = 0; layer + 2 < rowCount(); ++layer) {
        float& value = values[std::size_t(layer) + 1];
        if (quantity_ == weights)
            value = float(store_.model()->layers[std::size_t(layer)].weight_bytes);
        else if (quantity_ == change)
            value = meanOf(Probe::state_change, layer);
        else
            value = meanRatio(Probe::block_norm, Probe::residual_norm, layer);
    }
    return values;
}

void ModelMapModel::show(int quantity)
{
    quantity_ = std::clamp(quantity, 0, int(std::size(kQuantities)) - 1);
    values_.clear();
    scale_ = 0.0;
    refresh();
    if (rowCount() > 0) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void ModelMapModel::refresh()
{
    if (rowCount() == 0) return;
    std::vector<float> now = read();
    const auto same = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    if (now.size() != std::size_t(rowCount())
        || std::equal(now.begin(), now.end(), values_.begin(), values_.end(), same))
        return;
    values_ = std::move(now);
    double highest = 0.0;
    for (const float value : values_)
        highest = std::isfinite(value) ? std::max(highest, double(value)) : highest;
    if (highest > scale_) scale_ = niceAbove(highest);
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

QString ModelMapModel::scaleText() const
{
    if (scale_ <= 0.0) return {};
    if (quantity_ == time && scale_ >= 1.0) // milliseconds
        return QStringLiteral("0–%1 ms").arg(QLocale().toString(scale_, 'g', 4));
    const Quantity& shown = kQuantities[quantity_];
    const QString end = QLocale().toString(scale_ * shown.factor, 'g', 4);
    return shown.unit[0] == '\0'
        ? QStringLiteral("0–%1").arg(end)
        : QStringLiteral("0–%1 %2").arg(end, QString::fromUtf8(shown.unit));
}

void ModelMapModel::reset()
{
    beginResetModel();
    values_.clear();
    scale_ = 0.0;
    std::vector<std::string> kinds;
    for (int layer = 0; layer + 2 < rowCount(); ++layer)
        kinds.push_back(store_.model()->layers[std::size_t(layer)].mixer);
    pattern_ = repeatingPattern(kinds);
    endResetModel();
}

} // namespace mixscope
