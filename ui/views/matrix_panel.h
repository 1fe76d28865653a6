#pragma once

#include "engine/token_batch.h"

#include <QWidget>

#include <vector>

namespace mixscope {

class Caption;
class MatrixMap;
class NormStrip;
class TableWriter;

/// The state of one recurrent head as it is now, or how it changed since the frame before, with
/// the norms of its rows and columns along its edges.
class MatrixPanel : public QWidget {
    Q_OBJECT
public:
    enum class Show { state, change };

    explicit MatrixPanel(QWidget* parent);

    /// A new frame; frames of the same head in order give the change.
    void take(const StateFrame& frame);
    /// Whose matrix is wanted; `nothing` says why there is none, empty when there can be one.
    void setWanted(int layer, int head, const QString& nothing);
    void setShow(Show show);
    void fitNow();
    void setSide(int pixels); ///< of the square for matrix and norms
    void writeTable(TableWriter& table) const;

private:
    void redraw();
    /// Values shown, empty when they cannot be.
    std::vector<float> values() const;
    QString whose() const;
    void showNorms(const std::vector<float>& values);

    StateFrame frame_, before_;
    int layer_ = -1, head_ = -1;
    QString nothing_;
    Show show_ = Show::state;
    Caption* caption_;
    MatrixMap* matrix_;
    NormStrip* rows_;
    NormStrip* columns_;
    Caption* range_;
};

} // namespace mixscope
