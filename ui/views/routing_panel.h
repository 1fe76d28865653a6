#pragma once

#include "ui/views/view.h"

#include <vector>

namespace mixscope {

class BarList;
class Caption;
class LanePlot;
struct LayerInfo;

/// Where the router of one layer sent its tokens: experts × tokens filled by weight, the load of
/// each expert against the uniform line, and the router's entropy.
class RoutingPanel : public QWidget {
    Q_OBJECT
public:
    RoutingPanel(ViewContext context, QWidget* parent);

    /// Another layer, or other colours: starts afresh.
    void setLayer(int layer, const LayerInfo& info);
    /// Draws what changed; true when nothing is left to do.
    bool update(int firstChanged);
    void showSelection();
    void setSideWidth(int pixels);
    LanePlot* plot() const { return experts_; }
    /// "expert 3 0.70, expert 1 0.20": the experts of a token and their weights.
    QStringList words(int token) const;

private:
    void showLoad();

    ViewContext context_;
    int layer_ = -1;
    int count_ = 0; ///< experts
    Caption* caption_;
    LanePlot* experts_;
    QWidget* side_;
    BarList* load_;
    Caption* entropy_;
    std::vector<long> chosen_; ///< times each expert was chosen
    int routed_ = 0; ///< tokens in chosen_
};

} // namespace mixscope
