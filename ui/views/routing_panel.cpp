#include "ui/views/routing_panel.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/token_marks.h"
#include "ui/theme.h"
#include "ui/views/load_grid.h"
#include "ui/views/parts.h"
#include "ui/views/value_list.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kTokensPerRefresh = 2500;
constexpr int kBars = 16; ///< experts with a load bar
constexpr int kOftenExperts = 8; ///< … with their most frequent tokens
constexpr std::size_t kOftenTokens = 6;

} // namespace

RoutingPanel::RoutingPanel(ViewContext context, QWidget* parent)
    : QWidget(parent)
    , context_(context)
    , caption_(new Caption(this))
    , experts_(
          new LanePlot(tr("Experts"), {.xTitle = tr("token"), .margins = {84, 6, 62, 34}}, this))
    , side_(new QWidget(this))
    , load_(new BarList(tr("Expert load"), QStringLiteral("moe"), side_))
    , loadCaption_(new Caption(side_))
    , sent_(new Caption(side_))
    , entropy_(new Caption(side_))
    , below_(new QWidget(this))
    , gridCaption_(new Caption(below_))
    , grid_(new LoadGrid(below_))
    , oftenCaption_(new Caption(below_))
    , often_(new ValueList(tr("Frequent tokens"), below_))
{
    load_->setIndexWidth(2);
    load_->setTextWidth(0);
    loadCaption_->setText(tr("load so far · line: all equal"));
    auto* sideColumn = new QVBoxLayout(side_);
    sideColumn->setContentsMargins(0, 0, 0, 0);
    sideColumn->addWidget(loadCaption_);
    sideColumn->addWidget(load_);
    sideColumn->addWidget(sent_);
    sideColumn->addWidget(entropy_);
    sideColumn->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addWidget(experts_, 1);
    row->addWidget(side_);

    auto* gridColumn = new QVBoxLayout;
    gridColumn->addWidget(gridCaption_);
    gridColumn->addWidget(grid_, 1);
    auto* oftenColumn = new QVBoxLayout;
    oftenColumn->addWidget(oftenCaption_);
    oftenColumn->addWidget(often_);
    oftenColumn->addStretch(1);
    auto* belowRow = new QHBoxLayout(below_);
    belowRow->setContentsMargins(0, 0, 0, 0);
    belowRow->addLayout(gridColumn, 1);
    belowRow->addLayout(oftenColumn);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(caption_);
    column->addLayout(row, 3);
    column->addWidget(below_, 4);

    new TokenMarks(*experts_, context.selection);
    connect(experts_, &LanePlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(experts_, &LanePlot::cellClicked, this,
            [this](int, int, int token) { context_.selection.lockToken(token); });
    connect(grid_, &LoadGrid::layerClicked, &context.selection, &Selection::setLayer);
}

void RoutingPanel::setLayer(int layer, const LayerInfo& info, Room room)
{
    layer_ = layer;
    count_ = info.n_experts;
    room_ = room;
    counts_.reset();
    experts_->setVisible(!dense());
    side_->setVisible(!dense());
    below_->setVisible(!dense() && room == Room::alone);
    if (dense()) {
        caption_->setText(tr("Dense layer: no router."));
        return;
    }
    caption_->setText(tr("experts of layer %1 · the %2 chosen of %3, filled by router probability")
                          .arg(layer)
                          .arg(info.n_experts_used)
                          .arg(count_));
    gridCaption_->setText(tr("share of the choices by layer and expert · click takes the layer"));
    oftenCaption_->setText(tr("first choice most often for"));
    setBands();
}

void RoutingPanel::setBands()
{
    const Theme& theme = Theme::instance();
    const double rows = count_;
    experts_->setBands(
        {{.title = tr("expert"),
          .rows = count_,
          .map = theme.sequential(theme.palette().moe),
          .scale = {ValueScale::Kind::linear, 0.0F, 1.0F}},
         {.title = tr("entropy, bit"),
          .rows = 1,
          .map = theme.sequential(theme.palette().moe),
          .scale = {ValueScale::Kind::linear, 0.0F, std::log2(float(std::max(2, count_)))},
          .style = LaneBand::Style::stairs,
          .tall = std::max(1.5, rows * 0.3)}});
    const int tall = std::clamp(int(rows * 1.4 * theme.px(14)), theme.px(60), theme.px(190));
    const bool alone = room_ == Room::alone;
    experts_->setMinimumHeight(tall + theme.px(40));
    experts_->setMaximumHeight(alone ? QWIDGETSIZE_MAX : tall + theme.px(40));
}

void RoutingPanel::setSideWidth(int pixels)
{
    side_->setFixedWidth(pixels);
    often_->setFixedWidth(pixels);
    oftenCaption_->setFixedWidth(pixels);
}

bool RoutingPanel::update(int firstChanged)
{
    if (dense()) return true;
    const Lane* router = context_.store.lane(Probe::router, layer_);
    const Lane* experts = context_.store.lane(Probe::experts, layer_);
    const auto count = std::size_t(count_);
    const auto fill = [&](int token, std::span<float> values) {
        const auto weights = router != nullptr ? router->at(token) : std::span<const float>();
        if (weights.empty() || experts == nullptr || std::isnan(weights[0])) return;
        std::fill_n(values.begin(), count, 0.0F);
        for (const float chosen : experts->at(token)) {
            const auto expert = std::size_t(chosen >= 0.0F ? chosen : float(count));
            if (expert < std::min(count, weights.size())) values[expert] = weights[expert];
        }
        values[count] = float(entropyBits(weights.data(), weights.size()));
    };
    const int tokens = context_.store.tokens();
    const bool done = experts_->update(firstChanged, tokens, fill, kTokensPerRefresh);
    counts_.update(context_.store, firstChanged);
    showLoad();
    if (room_ == Room::alone) showOften();
    return done;
}

void RoutingPanel::showLoad()
{
    std::vector<BarRow> rows;
    for (int i = 0; i < std::min(count_, kBars); ++i) {
        const double part = counts_.share(layer_, i);
        rows.push_back({.index = QString::number(i),
                        .value = tr("%1 %").arg(100 * part, 0, 'f', 0),
                        .part = part});
    }
    load_->setMark(1.0 / count_);
    load_->setRows(std::move(rows));
}

void RoutingPanel::showOften()
{
    const ModelInfo& model = *context_.store.model();
    std::vector<int> routed;
    int most = 0;
    for (int i = 0; i < int(model.layers.size()); ++i) {
        if (model.layers[std::size_t(i)].n_experts == 0) continue;
        routed.push_back(i);
        most = std::max(most, model.layers[std::size_t(i)].n_experts);
    }
    grid_->setRows(std::move(routed), most, counts_);
    grid_->setFocus(layer_);
    std::vector<std::pair<QString, QString>> rows;
    for (int expert = 0; expert < std::min(count_, kOftenExperts); ++expert) {
        QStringList words;
        for (const ExpertLoad::Often& each : counts_.often(layer_, expert, kOftenTokens))
            words << tr("%1 ×%2").arg(isolated(pieceLabel(model, each.id))).arg(each.times);
        rows.emplace_back(tr("expert %1").arg(expert),
                          words.isEmpty() ? QStringLiteral("–") : words.join(QStringLiteral("  ")));
    }
    often_->setValues(std::move(rows));
}

void RoutingPanel::showSelection()
{
    const int token = context_.selection.token();
    if (dense()) return;
    const double bits = entropy(token);
    experts_->setReadings(token, {QString(), shortNumber(bits)});
    sent_->setText(sentence(token));
    entropy_->setText(tr("router entropy %1 of %2 bit")
                          .arg(shortNumber(bits), shortNumber(std::log2(double(count_)))));
}

QString RoutingPanel::sentence(int token) const
{
    return token < 0 ? QString() : tr("token %1: %2").arg(token).arg(words(token).join(", "));
}

void RoutingPanel::describe()
{
    if (dense()) return;
    const int token = context_.selection.token();
    experts_->setAccessibleDescription(
        tr("Experts, layer %1, %2 of them; %3; router entropy %4 bit")
            .arg(layer_)
            .arg(count_)
            .arg(sentence(token), shortNumber(entropy(token))));
}

double RoutingPanel::entropy(int token) const
{
    const Lane* router = context_.store.lane(Probe::router, layer_);
    const auto weights = router != nullptr ? router->at(token) : std::span<const float>();
    return entropyBits(weights.data(), weights.size());
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
