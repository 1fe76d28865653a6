#pragma once

#include "ui/models/expert_load.h"
#include "ui/views/view.h"

namespace mixscope {

class BarList;
class Caption;
class LanePlot;
class LoadGrid;
struct LayerInfo;
class ValueList;

/// Where the router of one layer sent its tokens: experts × tokens filled by weight with the
/// router's entropy below, and the load of each expert against the uniform line. Where it has the
/// view to itself it also shows all layers' loads and which tokens an expert is given most.
class RoutingPanel : public QWidget {
    Q_OBJECT
public:
    enum class Room { beside, alone }; ///< gates above it, or nothing

    RoutingPanel(ViewContext context, QWidget* parent);

    /// Another layer, or other colours: starts afresh.
    void setLayer(int layer, const LayerInfo& info, Room room);
    /// Draws what changed; true when nothing is left to do.
    bool update(int firstChanged);
    void showSelection();
    void describe(); ///< the choices of the focused token, for screen readers
    void setSideWidth(int pixels);
    LanePlot* plot() const { return experts_; }
    /// "expert 3 0.70, expert 1 0.20": the experts of a token and their weights.
    QStringList words(int token) const;
    QString sentence(int token) const;
    double entropy(int token) const; ///< of the router, bits

private:
    bool dense() const { return count_ == 0; }
    void setBands();
    void showLoad();
    void showOften();

    ViewContext context_;
    int layer_ = -1;
    int count_ = 0; ///< experts
    Room room_ = Room::beside;
    Caption* caption_;
    LanePlot* experts_;
    QWidget* side_;
    BarList* load_;
    Caption* loadCaption_;
    Caption* sent_;
    Caption* entropy_;
    QWidget* below_; ///< all layers and frequent tokens
    Caption* gridCaption_;
    LoadGrid* grid_;
    Caption* oftenCaption_;
    ValueList* often_;
    ExpertLoad counts_;
};

} // namespace mixscope
