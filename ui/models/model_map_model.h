#pragma once

#include "engine/probe.h"
#include "ui/models/layer_pattern.h"

#include <QAbstractListModel>

#include <span>
#include <vector>

namespace mixscope {

class RunStore;

/// Rows of the model map: the embedding, every layer, the head; each with what it is and a chosen
/// quantity. The scale of a quantity is locked: it only grows, in steps. UI thread only.
class ModelMapModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { Mixer = Qt::UserRole, FeedForward, Value, ValueText, Share, Layer, Bracket };
    /// Where a row lies in the repeating group of layers.
    enum BracketPart { noBracket, begins, inside, ends };
    /// What the bars show.
    struct Quantity {
        const char* name; ///< in the picker
        const char* unit; ///< beside the scale; empty for a share
        const char* meaning;
        double factor; ///< from the number to what is printed
        int decimals;
    };
    enum Kind { time, weights, change, output };
    static std::span<const Quantity> quantities();

    explicit ModelMapModel(RunStore& store, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    void show(int quantity); ///< a Kind
    int quantity() const { return quantity_; }
    /// Takes new numbers from the store (the panel calls it 5 times a second).
    void refresh();
    /// Number of a full bar; 0 before there is one.
    double scale() const { return scale_; }
    QString scaleText() const; ///< "µs, 0–500"
    const LayerPattern& pattern() const { return pattern_; }

private:
    void reset();
    std::vector<float> read() const;
    float meanRatio(Probe above, Probe below, int layer) const;
    float meanOf(Probe probe, int layer) const;
    QString sentence(int row) const;
    QString valueText(int row) const;
    BracketPart bracketOf(int layer) const;

    RunStore& store_;
    std::vector<float> values_; ///< [L + 2], empty before something was measured; NaN: none
    double scale_ = 0.0;
    int quantity_ = time;
    LayerPattern pattern_;
};

} // namespace mixscope
