#include "ui/views/gates_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/histogram.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/token_marks.h"
#include "ui/theme.h"
#include "ui/views/gate_table.h"
#include "ui/views/parts.h"
#include "ui/views/routing_panel.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kTokensPerRefresh = 2500;
constexpr int kStairHeads = 4; ///< up to so many heads are drawn as lines
constexpr double kStairRows = 6.0; ///< height of such a band, in rows
constexpr double kReadRows = 2.0; ///< height of a read lane that all heads of a group share
constexpr int kGatesRow = 1, kRoutingRow = 2; ///< of the column of contents

} // namespace

GatesView::GatesView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Gates"), parent)
    , lanes_(new LanePlot(tr("Gate lanes"), {.xTicks = false, .margins = {84, 6, 62, 4}}, page()))
    , routing_(new RoutingPanel(context, page()))
    , histogram_(new Histogram(tr("Gate histogram"), page()))
    , histogramCaption_(new Caption(page()))
    , saturation_(new Caption(page()))
    , noGates_(new Caption(page()))
    , gateBar_(new SegmentBar(tr("Gate"), {tr("write"), tr("keep"), tr("read"), tr("out"), tr("Δ")},
                              this))
    , keepBar_(new SegmentBar(tr("Keep as"), {tr("keep 0…1"), tr("half-life")}, this))
    , fit_(new SmallButton(tr("Fit now"), this))
    , gateSide_(new QWidget(page()))
{
    tools()->addWidget(gateBar_);
    tools()->addWidget(keepBar_);
    tools()->addWidget(fit_);
    tools()->addStretch(1);
    gateBar_->choose(int(kKeep));
    fit_->setToolTip(tr("Lock the ranges of write, read and out gate to the values so far"));

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
    connect(fit_, &QPushButton::clicked, this, &GatesView::refit);
    new TokenMarks(*lanes_, context.selection);
    connect(lanes_, &LanePlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(lanes_, &PlotArea::stepped, this, &GatesView::step);
    connect(routing_->plot(), &PlotArea::stepped, this, &GatesView::step);
    connect(lanes_, &LanePlot::cellClicked, this, [this](int band, int head, int token) {
        gateBar_->choose(band);
        if (rowsOf(std::size_t(band)) == layerInfo()->n_heads) selection().setHead(head);
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
void GatesView::describeParts()
{
    routing_->describe();
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

int GatesView::rowsOf(std::size_t which) const
{
    return which == kRead ? std::max(1, layerInfo()->n_groups) : layerInfo()->n_heads;
}

float GatesView::value(std::size_t which, int token, int head) const
{
    const int row = head * rowsOf(which) / std::max(1, layerInfo()->n_heads);
    return gate(which) != nullptr ? gate(which)->at(token, row) : kUnknown;
}

bool GatesView::captured(int token) const
{
    return !std::isnan(value(kKeep, token, 0));
}

ValueScale GatesView::scaleOf(std::size_t which) const
{
    if (which == kStep) return {ValueScale::Kind::log, 1e-4F, 10.0F};
    if (which == kKeep && asHalfLife()) return {ValueScale::Kind::log, 1.0F, kHalfLifeLimit};
    if (which == kKeep) return {ValueScale::Kind::linear, 0.0F, 1.0F};
    return {ValueScale::Kind::linear, 0.0F, std::max(ranges_[which].high(), 1e-6F)};
}

std::vector<unsigned> GatesView::mapOf(std::size_t which) const
{
    const Theme& theme = Theme::instance();
    if (which != kKeep) return theme.sequential(theme.palette().ssm);
    return asHalfLife() ? halfLifeMap() : theme.ratio();
}

void GatesView::setBands()
{
    std::vector<LaneBand> bands;
    for (std::size_t i = 0; hasGates() && i < kGates; ++i) {
        const int rows = rowsOf(i);
        const bool stairs = layerInfo()->n_heads <= kStairHeads;
        bands.push_back(
            {.title = i == kKeep && asHalfLife() ? tr("half-life") : tr(kGateTable[i].name),
             .kind = {},
             .rows = rows,
             .map = mapOf(i),
             .scale = scaleOf(i),
             .style = stairs ? LaneBand::Style::stairs : LaneBand::Style::heat,
             .tall = stairs ? kStairRows : std::max(double(rows), kReadRows)});
    }
    lanes_->setBands(std::move(bands));
    QStringList meanings;
    for (const Gate& each : kGateTable)
        meanings << tr(each.meaning);
    lanes_->setToolTip(meanings.join(QLatin1Char('\n')));

    routing_->setLayer(selection().layer(), *layerInfo(),
                       hasGates() ? RoutingPanel::Room::beside : RoutingPanel::Room::alone);
    counted_ = 0;
}

bool GatesView::checkRanges(int tokens)
{
    if (!hasGates() || !clock_.due(tokens)) return false;
    bool changed = false;
    for (const std::size_t i : {kWrite, kRead, kOut}) {
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

void GatesView::refit()
{
    for (LockedRange& range : ranges_)
        range.unlock();
    clock_.restart();
    invalidate();
}

void GatesView::update(int firstChanged)
{
    const int tokens = store().tokens();
    const bool other = layerDrawn_ != selection().layer() || modelDrawn_ != model();
    if (other) refit();
    layerDrawn_ = selection().layer();
    modelDrawn_ = model();
    if (checkRanges(tokens) || other) {
        setBands();
        firstChanged = 0;
        showGeometry();
    }
    content()->setStretch(kGatesRow, hasGates() ? 1 : 0);
    content()->setStretch(kRoutingRow, hasGates() ? 0 : 1);
    lanes_->setVisible(hasGates());
    gateSide_->setVisible(hasGates());
    keepBar_->setVisible(hasGates());
    gateBar_->setVisible(hasGates());
    fit_->setVisible(hasGates());
    noGates_->setVisible(!hasGates());
    if (hasGates())
        updateGates(firstChanged);
    else
        noGates_->setText(instead());
    if (!routing_->update(firstChanged)) continueLater();
    if (hasGates() && tokens > 0 && !captured(tokens - 1))
        setNotice(tr("The newest gates were not captured"), tr("Turn on"),
                  [this] { Q_EMIT probeLevelWanted(); });
    else
        setNotice({});
}

void GatesView::updateGates(int firstChanged)
{
    const auto fill = [&](int token, std::span<float> values) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < kGates; ++i) {
            const auto from = gate(i) != nullptr ? gate(i)->at(token) : std::span<const float>();
            const auto rows = std::size_t(rowsOf(i));
            for (std::size_t row = 0; row < std::min(rows, from.size()); ++row)
                values[at + row] = shown(i, from[row]);
            at += rows;
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
        histogram_->setScale(scale, mapOf(which), lanes_->bands()[which].title);
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
    const QString low = QString::number(100 * histogram_->lowPart(), 'f', 1);
    const QString high = QString::number(100 * histogram_->highPart(), 'f', 1);
    saturation_->setText(which == kKeep && !asHalfLife()
                             ? tr("saturated: %1 % below 0.01, %2 % above 0.99").arg(low, high)
                             : tr("at the ends of the range: %1 % low, %2 % high").arg(low, high));
}

void GatesView::showSelection()
{
    if (layerInfo() == nullptr || (!hasGates() && !hasExperts())) return;
    const int token = selection().token();
    lanes_->setFocus(-1, hasGates() ? selection().head() : -1);
    QStringList readings;
    for (std::size_t i = 0; hasGates() && i < kGates; ++i)
        readings << reading(i, token);
    lanes_->setReadings(token, readings);
    const auto which = std::size_t(gateBar_->chosen());
    histogram_->setMark(hasGates() ? shown(which, value(which, token, selection().head()))
                                   : kUnknown);
    routing_->showSelection();
    const int layer = selection().layer();
    const int pooled = (hasGates() ? lanes_ : routing_->plot())->pooling().x;
    setHeadline(hasGates() ? tr("layer %1 · head %2 of %3 · ranges locked")
                                 .arg(layer)
                                 .arg(selection().head())
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
    histogram_->setFixedHeight(std::clamp(height() * 2 / 5, theme.px(70), theme.px(320)));
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

} // namespace mixscope
