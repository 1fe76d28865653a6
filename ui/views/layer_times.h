#pragma once

#include <QAbstractTableModel>

#include <span>
#include <vector>

namespace mixscope {

class RunStore;

/// Statistics of time over the last decoded tokens, for a sortable table: a row for each layer
/// (with embedding, head, sampling and probes), for each kind of layer, or for each op by name.
/// Bytes are counted from shapes; the limit is the rate at which this machine re-reads a buffer as
/// large as the weights.
class LayerTimes : public QAbstractTableModel {
    Q_OBJECT
public:
    static constexpr int kWindow = 512; ///< tokens looked at, the newest decoded ones
    enum Column { layer, kind, calls, mean, median, p90, p99, share, bytes, rate, limit, columns_ };
    static constexpr int kSortRole = Qt::UserRole;
    enum class By { layer, kind, op };

    explicit LayerTimes(QObject* parent);

    void setBy(By by) { by_ = by; }
    By by() const { return by_; }
    /// Looks at the store again.
    void update(const RunStore& store);
    int tokensUsed() const { return used_; }
    /// Layer index of a row, -1 for the others.
    int layerOf(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString name;
        QString kind;
        QString color; ///< kind name for Theme::kindColor
        int layer = -1;
        long calls = 0; ///< in the tokens looked at
        double mean_us = 0, median_us = 0, p90_us = 0, p99_us = 0, share = 0, bytes = 0;
        std::vector<float> us; ///< by token looked at
    };
    using Rows = std::vector<Row>;
    static Rows layersOf(const RunStore& store, std::span<const int> tokens);
    static Rows kindsOf(const Rows& layers);
    static Rows opsOf(const RunStore& store, std::span<const int> tokens);
    static void summarise(Row& row);

    By by_ = By::layer;
    Rows rows_;
    int used_ = 0;
    double readGbPerS_ = 0.0; ///< measured on this machine for a buffer as large as the weights
};

} // namespace mixscope
