#include "ui/views/routing_panel.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/lane_plot.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kTokensPerRefresh = 2500;
constexpr int kBars = 16; ///< experts with a load bar

} // namespace

RoutingPanel::RoutingPanel(ViewContext context, QWidget* parent)
    : QWidget(parent)
    , context_(context)
    , caption_(new Caption(this))
    , experts_(
          new LanePlot(tr("Experts"), {.xTitle = tr("token"), .margins = {84, 6, 62, 34}}, this))
    , side_(new QWidget(this))
    , load_(new BarList(tr("Expert load"), QStringLiteral("moe"), side_))
    , entropy_(new Caption(side_))
{
    load_->setIndexWidth(2);
    load_->setTextWidth(0);
    auto* sideColumn = new QVBoxLayout(side_);
    sideColumn->setContentsMargins(0, 0, 0, 0);
    sideColumn->addWidget(load_);
    sideColumn->addWidget(entropy_);
    sideColumn->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addWidget(experts_, 1);
    row->addWidget(side_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(caption_);
    column->addLayout(row, 1);

    connect(experts_, &LanePlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(experts_, &LanePlot::cellClicked, this,
            [this](int, int, int token) { context_.selection.lockToken(token); });
}

void RoutingPanel::setLayer(int layer, const LayerInfo& info)
{
    const Theme& theme = Theme::instance();
    layer_ = layer;
    count_ = info.n_experts;
    routed_ = 0;
    experts_->setVisible(count_ > 0);
    side_->setVisible(count_ > 0);
    if (count_ == 0) {
        caption_->setText(tr("Dense layer: no router."));
        return;
    }
    caption_->setText(tr("experts of layer %1 · the %2 chosen of %3, filled by router probability "
                         "· load and uniform line at the right")
                          .arg(layer)
                          .arg(info.n_experts_used)
                          .arg(count_));
    experts_->setBands({{.title = tr("expert"),
                         .rows = count_,
                         .map = theme.sequential(theme.palette().moe),
                         .scale = {ValueScale::Kind::linear, 0.0F, 1.0F}}});
    const int height = std::clamp(count_ * theme.px(14), theme.px(40), theme.px(160));
    experts_->setFixedHeight(height + theme.px(40));
}

void RoutingPanel::setSideWidth(int pixels)
{
    side_->setFixedWidth(pixels);
}

bool RoutingPanel::update(int firstChanged)
{
    if (count_ == 0) return true;
    const Lane* router = context_.store.lane(Probe::router, layer_);
    const Lane* experts = context_.store.lane(Probe::experts, layer_);
    const auto count = std::size_t(count_);
    const auto fill = [&](int token, std::span<float> values) {
        const auto weights = router != nullptr ? router->at(token) : std::span<const float>();
        if (weights.empty() || experts == nullptr) return;
        std::fill(values.begin(), values.end(), 0.0F);
        for (const float chosen : experts->at(token)) {
            const auto expert = std::size_t(chosen >= 0.0F ? chosen : float(count));
            if (expert < std::min(count, weights.size())) values[expert] = weights[expert];
        }
    };
    const int tokens = context_.store.tokens();
    const bool done = experts_->update(firstChanged, tokens, fill, kTokensPerRefresh);
    if (firstChanged < routed_ || routed_ == 0) {
        chosen_.assign(count, 0);
        routed_ = 0;
    }
    for (; experts != nullptr && routed_ < tokens; ++routed_) {
        for (const float chosen : experts->at(routed_)) {
            if (chosen >= 0 && std::size_t(chosen) < count) ++chosen_[std::size_t(chosen)];
        }
    }
    showLoad();
    return done;
}

void RoutingPanel::showLoad()
{
    long all = 0;
    for (const long times : chosen_)
        all += times;
    std::vector<BarRow> rows;
    for (int i = 0; i < std::min(count_, kBars); ++i) {
        const double part = all == 0 ? 0.0 : double(chosen_[std::size_t(i)]) / double(all);
        rows.push_back({.index = QString::number(i),
                        .value = tr("%1 %").arg(100 * part, 0, 'f', 0),
                        .part = part});
    }
    load_->setMark(1.0 / count_);
    load_->setRows(std::move(rows));
}

void RoutingPanel::showSelection()
{
    const int token = context_.selection.token();
    if (count_ == 0) return;
    experts_->setTokens(token, context_.selection.lockedToken());
    const Lane* router = context_.store.lane(Probe::router, layer_);
    const auto weights = router != nullptr ? router->at(token) : std::span<const float>();
    double bits = weights.empty() ? double(kUnknown) : 0.0;
    for (const float p : weights) {
        if (p > 0) bits -= double(p) * std::log2(double(p));
    }
    entropy_->setText(tr("router entropy at token %1: %2 bit").arg(token).arg(shortNumber(bits)));
}

QStringList RoutingPanel::words(int token) const
{
    QStringList words;
    const Lane* router = context_.store.lane(Probe::router, layer_);
    const Lane* experts = context_.store.lane(Probe::experts, layer_);
    if (router == nullptr || experts == nullptr) return words;
    for (const float chosen : experts->at(token)) {
        if (!(chosen >= 0.0F)) continue;
        words << tr("expert %1 %2")
                     .arg(int(chosen))
                     .arg(shortNumber(double(router->at(token, int(chosen)))));
    }
    return words;
}

} // namespace mixscope
