#pragma once

#include <QAbstractListModel>

#include <vector>

namespace mixscope {

class RunStore;

/// Rows of the model map: the embedding, every layer, the head; each with what it is and its median
/// time per token. The scale of the times is locked: it only grows, in steps. UI thread only.
class ModelMapModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { Mixer = Qt::UserRole, FeedForward, Ms, Share, Layer };
    explicit ModelMapModel(RunStore& store, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    /// Takes new times from the store (the panel calls it 5 times a second).
    void refresh();
    double scaleMs() const { return scale_; } ///< time of a full bar; 0 before there is one

private:
    void reset();
    QString sentence(int row) const;

    RunStore& store_;
    std::vector<float> ms_; ///< [L + 2], empty before something was measured
    double scale_ = 0.0;
};

} // namespace mixscope
