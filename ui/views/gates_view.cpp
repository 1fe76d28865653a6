#include "ui/views/gates_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/histogram.h"
#include "ui/plot/lane_plot.h"
#include "ui/theme.h"
#include "ui/views/parts.h"
#include "ui/views/routing_panel.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kTokensPerRefresh = 2500;
constexpr std::size_t kDt = 0, kKeep = 1;
constexpr float kHalfLifeLimit = 1e5F;

struct Gate {
    Probe probe;
    const char* name; ///< word on screen
    const char* meaning; ///< symbols, in the tooltip
};
constexpr std::array<Gate, 4> kGateTable {{
    {Probe::dt, "step Δ", "step = Δ after softplus"},
    {Probe::keep, "keep", "keep = exp(ΔA), the part of the state that stays"},
    {Probe::write, "write", "write = Δ·‖B‖·‖x‖, what is added to the state"},
    {Probe::out_gate, "out gate", "out gate = mean |SiLU(z)| over the head"},
}};

} // namespace

GatesView::GatesView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Gates"), parent)
    , lanes_(new LanePlot(tr("Gate lanes"), {.xTicks = false, .margins = {84, 6, 62, 4}}, page()))
    , routing_(new RoutingPanel(context, page()))
    , histogram_(new Histogram(tr("Gate histogram"), page()))
    , histogramCaption_(new Caption(page()))
    , saturation_(new Caption(page()))
    , noGates_(new Caption(page()))
    , gateBar_(
          new SegmentBar(tr("Gate"), {tr("step Δ"), tr("keep"), tr("write"), tr("out gate")}, this))
    , keepBar_(new SegmentBar(tr("Keep as"), {tr("keep 0…1"), tr("half-life")}, this))
    , gateSide_(new QWidget(page()))
{
    tools()->addWidget(keepBar_);
    tools()->addStretch(1);
    tools()->addWidget(gateBar_);
    gateBar_->choose(int(kKeep));

    auto* gateColumn = new QVBoxLayout(gateSide_);
    gateColumn->setContentsMargins(0, 0, 0, 0);
    gateColumn->addWidget(histogramCaption_);
    gateColumn->addWidget(histogram_);
    gateColumn->addWidget(saturation_);
    gateColumn->addStretch(1);

    auto* gates = new QHBoxLayout;
    gates->addWidget(lanes_, 1);
    gates->addWidget(gateSide_);
    content()->addWidget(noGates_);
    content()->addLayout(gates, 1);
    content()->addWidget(routing_);

    connect(gateBar_, &SegmentBar::chosenChanged, this, [this] {
        counted_ = 0;
        continueLater();
    });
    connect(keepBar_, &SegmentBar::chosenChanged, this, [this] {
        layerDrawn_ = -1; // other bands
        invalidate();
    });
    connect(lanes_, &LanePlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(lanes_, &PlotArea::stepped, this, &GatesView::step);
    connect(routing_->plot(), &PlotArea::stepped, this, &GatesView::step);
    connect(lanes_, &LanePlot::cellClicked, this, [this](int band, int head, int token) {
        gateBar_->choose(band);
        selection().setHead(head);
        selection().lockToken(token);
    });
    connect(lanes_, &PlotArea::windowChanged, this, [this] {
        QRectF window = lanes_->window();
        LanePlot* experts = routing_->plot(); // the same tokens below each other
        window.setTop(experts->window().top());
        window.setBottom(experts->window().bottom());
        if (window != experts->window()) experts->showWindow(window);
    });
}

QWidget* GatesView::drawn() const
{
    return lanes_;
}
bool GatesView::hasGates() const
{
    return layerInfo() != nullptr && layerInfo()->has_state();
}
bool GatesView::hasExperts() const
{
    return layerInfo() != nullptr && layerInfo()->n_experts > 0;
}
bool GatesView::asHalfLife() const
{
    return keepBar_->chosen() == 1;
}
const Lane* GatesView::gate(std::size_t which) const
{
    return store().lane(kGateTable[which].probe, selection().layer());
}

StageView::Nothing GatesView::nothing() const
{
    if (model() != nullptr && layerInfo() != nullptr && !hasGates() && !hasExperts()) {
        const int near =
            nearestLayer([](const LayerInfo& l) { return l.has_state() || l.n_experts > 0; });
        if (near < 0) return {tr("No gates here, and a dense model: no router."), {}, {}};
        return {tr("Layer %1 is %2 without experts: no gates here.")
                    .arg(selection().layer())
                    .arg(mixerName(*layerInfo())),
                tr("Show layer %1, the nearest with gates").arg(near),
                [this, near] { selection().setLayer(near); }};
    }
    return nothingYet(
        tr("Write a message: each token opens and closes the gates of every recurrent layer."));
}

float GatesView::shown(std::size_t which, float value) const
{
    if (which != kKeep || !asHalfLife() || std::isnan(value)) return value;
    return std::min(halfLifeTokens(value), kHalfLifeLimit);
}

ValueScale GatesView::scaleOf(std::size_t which) const
{
    if (which == kDt) return {ValueScale::Kind::log, 1e-4F, 10.0F};
    if (which == kKeep && asHalfLife()) return {ValueScale::Kind::log, 1.0F, kHalfLifeLimit};
    if (which == kKeep) return {ValueScale::Kind::linear, 0.0F, 1.0F};
    return {ValueScale::Kind::linear, 0.0F, std::max(ranges_[which].high(), 1e-6F)};
}

void GatesView::setBands()
{
    const Theme& theme = Theme::instance();
    const auto hue = theme.sequential(theme.palette().ssm);
    std::vector<LaneBand> bands;
    for (std::size_t i = 0; hasGates() && i < kGates; ++i) {
        const bool half = i == kKeep && asHalfLife();
        bands.push_back({.title = half ? tr("half-life") : tr(kGateTable[i].name),
                         .kind = {},
                         .rows = layerInfo()->n_heads,
                         .map = i == kKeep ? theme.ratio() : hue,
                         .scale = scaleOf(i)});
    }
    lanes_->setBands(std::move(bands));
    QStringList meanings;
    for (const Gate& each : kGateTable)
        meanings << tr(each.meaning);
    lanes_->setToolTip(meanings.join(QLatin1Char('\n')));

    routing_->setLayer(selection().layer(), *layerInfo());
    counted_ = 0;
}

bool GatesView::checkRanges(int tokens)
{
    if (rangeTokens_ > 0 && tokens < rangeTokens_ + std::max(8, rangeTokens_ / 8)) return false;
    rangeTokens_ = tokens;
    bool changed = false;
    for (std::size_t i = kKeep + 1; i < kGates; ++i) {
        const Lane* lane = gate(i);
        if (lane == nullptr) continue;
        std::vector<float> values;
        for (int t = 0; t < lane->tokens(); ++t) {
            const auto heads = lane->at(t);
            values.insert(values.end(), heads.begin(), heads.end());
        }
        changed |= ranges_[i].widen(values);
    }
    return changed;
}

void GatesView::update(int firstChanged)
{
    const int tokens = store().tokens();
    const bool other = layerDrawn_ != selection().layer() || modelDrawn_ != model();
    if (other) {
        for (LockedRange& range : ranges_)
            range.unlock();
        rangeTokens_ = 0;
    }
    layerDrawn_ = selection().layer();
    modelDrawn_ = model();
    if (tokens < rangeTokens_) rangeTokens_ = 0;
    if (checkRanges(tokens) || other) {
        setBands();
        firstChanged = 0;
        showGeometry();
    }
    lanes_->setVisible(hasGates());
    gateSide_->setVisible(hasGates());
    noGates_->setVisible(!hasGates());
    if (hasGates())
        updateGates(firstChanged);
    else
        noGates_->setText(
            tr("Layer %1 is attention: no gates here, it appends every token to its KV cache.")
                .arg(layerDrawn_));
    if (!routing_->update(firstChanged)) continueLater();
}

void GatesView::updateGates(int firstChanged)
{
    const auto heads = std::size_t(layerInfo()->n_heads);
    const auto fill = [&](int token, std::span<float> values) {
        for (std::size_t i = 0; i < kGates; ++i) {
            const auto from = gate(i) != nullptr ? gate(i)->at(token) : std::span<const float>();
            for (std::size_t h = 0; h < std::min(heads, from.size()); ++h)
                values[i * heads + h] = shown(i, from[h]);
        }
    };
    if (!lanes_->update(firstChanged, store().tokens(), fill, kTokensPerRefresh)) continueLater();
    updateHistogram(firstChanged, store().tokens());
}

void GatesView::updateHistogram(int firstChanged, int tokens)
{
    const auto which = std::size_t(gateBar_->chosen());
    const ValueScale scale = scaleOf(which);
    if (firstChanged < counted_ || counted_ == 0 || !(scale == histogram_->scale())) {
        const Theme& theme = Theme::instance();
        histogram_->setScale(scale,
                             which == kKeep ? theme.ratio() : theme.sequential(theme.palette().ssm),
                             lanes_->bands()[which].title);
        counted_ = 0;
    }
    const Lane* lane = gate(which);
    for (; lane != nullptr && counted_ < tokens; ++counted_) {
        for (const float value : lane->at(counted_))
            histogram_->add(shown(which, value));
    }
    histogram_->show();
    histogramCaption_->setText(
        tr("%1 · all heads, %2 values").arg(lanes_->bands()[which].title).arg(histogram_->count()));
    saturation_->setText(tr("saturated: %1 % low (< 1 %), %2 % high (> 99 %)")
                             .arg(100 * histogram_->lowPart(), 0, 'f', 1)
                             .arg(100 * histogram_->highPart(), 0, 'f', 1));
}

void GatesView::showSelection()
{
    if (layerInfo() == nullptr || (!hasGates() && !hasExperts())) return;
    lanes_->setFocus(-1, hasGates() ? selection().head() : -1);
    lanes_->setTokens(selection().token(), selection().lockedToken());
    routing_->showSelection();
    const int layer = selection().layer();
    const int pooled = (hasGates() ? lanes_ : routing_->plot())->pooling().x;
    setHeadline(hasGates()
                    ? tr("layer %1 · %2 heads × tokens · ranges locked, printed at the right")
                          .arg(layer)
                          .arg(layerInfo()->n_heads)
                    : tr("layer %1 · experts × tokens").arg(layer),
                pooled == 1 ? tr("exact") : tr("max of %1 tokens").arg(pooled));
}

void GatesView::showGeometry()
{
    const Theme& theme = Theme::instance();
    const int side = std::clamp(width() * 30 / 100, theme.px(150), theme.px(300));
    gateSide_->setFixedWidth(side);
    routing_->setSideWidth(side);
    histogram_->setFixedHeight(std::clamp(height() / 3, theme.px(70), theme.px(200)));
}

void GatesView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    showGeometry();
}

void GatesView::restyle()
{
    layerDrawn_ = -1; // bands carry colours
    showGeometry();
}

QString GatesView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int layer = selection().layer(), head = selection().head(), token = selection().token();
    QStringList parts;
    for (std::size_t i = 0; hasGates() && i < kGates; ++i) {
        const float value = gate(i) != nullptr ? gate(i)->at(token, head) : kUnknown;
        parts << tr(kGateTable[i].name) + QLatin1Char(' ') + shortNumber(double(value));
    }
    const QString where = hasGates() ? tr("Gate lanes, layer %1, head %2").arg(layer).arg(head)
                                     : tr("Experts, layer %1").arg(layer);
    if (hasExperts()) parts << routing_->words(token);
    return tr("%1, token %2: %3").arg(where).arg(token).arg(parts.join(QStringLiteral(", ")));
}

} // namespace mixscope
