#include "ui/models/model_map_model.h"

#include "ui/models/nice_number.h"
#include "ui/models/run_store.h"

#include <algorithm>

namespace mixscope {

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

QString ModelMapModel::sentence(int row) const
{
    const int layer = row - 1;
    QString text = row == 0 ? tr("embedding") : row == rowCount() - 1 ? tr("head") : QString();
    if (text.isEmpty()) {
        const LayerInfo& info = store_.model()->layers[std::size_t(layer)];
        text = QStringLiteral("%1 %2").arg(layer).arg(QString::fromStdString(info.mixer));
        if (info.n_experts > 0) text += tr(" with %1 experts").arg(info.n_experts);
    }
    if (row < int(ms_.size())) text += tr(", %1 ms").arg(double(ms_[std::size_t(row)]), 0, 'f', 3);
    return text;
}

QVariant ModelMapModel::data(const QModelIndex& index, int role) const
{
    const int row = index.row();
    if (row < 0 || row >= rowCount()) return {};
    const bool io = row == 0 || row == rowCount() - 1;
    const LayerInfo* info = io ? nullptr : &store_.model()->layers[std::size_t(row - 1)];
    const double ms = row < int(ms_.size()) ? double(ms_[std::size_t(row)]) : 0.0;
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
    case Ms:
        return ms;
    case Share:
        return scale_ > 0.0 ? std::min(1.0, ms / scale_) : 0.0;
    case Layer:
        return io ? -1 : row - 1;
    default:
        return {};
    }
}

void ModelMapModel::refresh()
{
    std::vector<float> now = store_.recentLayerMs();
    if (now.size() != std::size_t(rowCount()) || now == ms_) return;
    ms_ = std::move(now);
    const double highest = *std::max_element(ms_.begin(), ms_.end());
    if (highest > scale_) scale_ = niceAbove(highest);
    Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void ModelMapModel::reset()
{
    beginResetModel();
    ms_.clear();
    scale_ = 0.0;
    endResetModel();
}

} // namespace mixscope
