#include "ui/views/state_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/matrix_map.h"
#include "ui/theme.h"
#include "ui/views/parts.h"
#include "ui/views/value_list.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kTokensPerRefresh = 3000;

QString halfLifeText(float keep)
{
    const float tokens = halfLifeTokens(keep);
    if (std::isnan(tokens)) return QStringLiteral("–");
    return tokens >= 1e5F ? QStringLiteral("> 10⁵ tokens")
                          : shortNumber(double(tokens)) + QStringLiteral(" tokens");
}

} // namespace

StateView::StateView(ViewContext context, QWidget* parent)
    : StageView(context, tr("State"), parent)
    , lanes_(new LanePlot(tr("State lanes"), {.xTitle = tr("token"), .margins = {44, 8, 76, 34}},
                          page()))
    , matrix_(new MatrixMap(tr("State matrix"), page()))
    , matrixCaption_(new Caption(page()))
    , rangeCaption_(new Caption(page()))
    , numbers_(new ValueList(tr("State numbers"), page()))
    , fit_(new QPushButton(tr("Fit now"), page()))
    , quantityBar_(
          new SegmentBar(tr("Quantity"), {tr("‖S‖"), tr("‖ΔS‖ / ‖S‖"), tr("half-life")}, this))
    , headBar_(new SegmentBar(tr("Heads"), {tr("all heads"), tr("focused head")}, this))
{
    tools()->addWidget(quantityBar_);
    tools()->addWidget(headBar_);
    tools()->addStretch(1);
    auto* besides = new QHBoxLayout;
    besides->addWidget(matrix_, 0, Qt::AlignTop);
    besides->addWidget(numbers_);
    besides->addStretch(1);
    auto* rangeRow = new QHBoxLayout;
    rangeRow->addWidget(rangeCaption_, 1);
    rangeRow->addWidget(fit_);
    auto* side = new QVBoxLayout;
    side->addWidget(matrixCaption_);
    side->addLayout(besides);
    side->addLayout(rangeRow);
    side->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addWidget(lanes_, 1);
    row->addLayout(side);
    content()->addLayout(row, 1);

    connect(quantityBar_, &SegmentBar::chosenChanged, this, &StateView::relook);
    connect(headBar_, &SegmentBar::chosenChanged, this, &StateView::relook);
    connect(fit_, &QPushButton::clicked, this, [this] {
        matrix_->fitNow();
        showMatrix();
    });
    connect(&context.store, &RunStore::stateChanged, this, &StateView::continueLater);
    connect(lanes_, &LanePlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(lanes_, &LanePlot::cellClicked, this, [this](int band, int, int token) {
        selection().setLayer(layers_[std::size_t(band)]);
        selection().lockToken(token);
    });
    connect(lanes_, &PlotArea::stepped, this, &StateView::step);
}

StateView::Quantity StateView::quantity() const
{
    return Quantity(quantityBar_->chosen());
}
bool StateView::focusedHeadOnly() const
{
    return headBar_->chosen() == 1;
}
Selection::Focus StateView::focus() const
{
    const Selection::Focus kept = selection().state();
    return kept.layer >= 0 ? kept : StageView::focus();
}

QWidget* StateView::drawn() const
{
    return lanes_;
}
int StateView::head() const
{
    return focus().head;
}

StageView::Nothing StateView::nothing() const
{
    if (model() != nullptr && nearestLayer([](const LayerInfo& l) { return l.has_state(); }) < 0) {
        return {
            tr("Pure attention: its memory is the KV cache, shown in the Memory view."), {}, {}};
    }
    return nothingYet(
        tr("Write a message: each token leaves its trace in the state of every recurrent layer."));
}

float StateView::value(int layer, int token) const
{
    const Probe probe = quantity() == Quantity::norm ? Probe::state_norm
        : quantity() == Quantity::change             ? Probe::state_change
                                                     : Probe::keep;
    const Lane* lane = store().lane(probe, layer);
    if (lane == nullptr) return kUnknown;
    const auto heads = lane->at(token);
    if (heads.empty()) return kUnknown;
    if (focusedHeadOnly()) {
        const float one = heads[std::size_t(std::clamp(head(), 0, int(heads.size()) - 1))];
        return quantity() == Quantity::half_life ? halfLifeTokens(one) : one;
    }
    float sum = 0.0F;
    for (const float each : heads)
        sum += quantity() == Quantity::half_life ? std::log(std::max(each, 1e-30F)) : each;
    const float mean = sum / float(heads.size());
    return quantity() == Quantity::half_life ? halfLifeTokens(std::exp(mean)) : mean;
}

void StateView::setLayers()
{
    layers_.clear();
    for (int i = 0; i < int(model()->layers.size()); ++i) {
        if (model()->layers[std::size_t(i)].has_state()) layers_.push_back(i);
    }
    ranges_.assign(layers_.size(), {});
    rangeTokens_ = 0;
}

void StateView::setBands()
{
    const Theme& theme = Theme::instance();
    std::vector<LaneBand> bands;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const bool half = quantity() == Quantity::half_life;
        const ValueScale scale = half
            ? ValueScale {ValueScale::Kind::log, 1.0F, 1e5F}
            : ValueScale {ValueScale::Kind::linear, ranges_[i].low(), ranges_[i].high()};
        bands.push_back({.title = QString::number(layers_[i]),
                         .kind = QStringLiteral("ssm"),
                         .rows = 1,
                         .map = half ? theme.ratio() : theme.sequential(theme.palette().ssm),
                         .scale = scale});
    }
    lanes_->setBands(std::move(bands));
}

bool StateView::checkRanges(int tokens)
{
    if (quantity() == Quantity::half_life) return false; // fixed, 1 … 10⁵ tokens
    if (rangeTokens_ > 0 && tokens < rangeTokens_ + std::max(8, rangeTokens_ / 8)) return false;
    rangeTokens_ = tokens;
    bool changed = false;
    std::vector<float> values(std::size_t(tokens), 0.0F);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        for (int t = 0; t < tokens; ++t)
            values[std::size_t(t)] = value(layers_[i], t);
        changed |= ranges_[i].widen(values);
    }
    return changed;
}

void StateView::relook()
{
    modelDrawn_ = nullptr; // other bands
    for (LockedRange& range : ranges_)
        range.unlock();
    rangeTokens_ = 0;
    invalidate();
}

void StateView::update(int firstChanged)
{
    const int tokens = store().tokens();
    const bool otherModel = modelDrawn_ != model();
    const bool otherHead = focusedHeadOnly() && headDrawn_ != head();
    if (otherModel) setLayers();
    if (otherHead) {
        for (LockedRange& range : ranges_)
            range.unlock();
        rangeTokens_ = 0;
    }
    modelDrawn_ = model();
    headDrawn_ = head();
    if (tokens < rangeTokens_) rangeTokens_ = 0;
    if (checkRanges(tokens) || otherModel || otherHead
        || int(lanes_->bands().size()) != int(layers_.size())) {
        setBands();
    }
    const auto fill = [this](int token, std::span<float> values) {
        for (std::size_t i = 0; i < layers_.size(); ++i)
            values[i] = value(layers_[i], token);
    };
    if (!lanes_->update(firstChanged, tokens, fill, kTokensPerRefresh)) continueLater();
    showMatrix();
}

void StateView::showSelection()
{
    if (model() == nullptr || layers_.empty()) return;
    const auto at = std::find(layers_.begin(), layers_.end(), focus().layer);
    lanes_->setFocus(at == layers_.end() ? -1 : int(at - layers_.begin()), -1);
    lanes_->setTokens(selection().token(), selection().lockedToken());
    showNumbers();

    static const std::array kWhat {QT_TR_NOOP("‖S‖"), QT_TR_NOOP("‖ΔS‖ / ‖S‖"),
                                   QT_TR_NOOP("half-life in tokens, log₁₀")};
    const QString heads = focusedHeadOnly() ? tr("head %1").arg(head())
        : quantity() == Quantity::half_life ? tr("harmonic mean of heads")
                                            : tr("mean of heads");
    const QString range = quantity() == Quantity::half_life
        ? tr("range 1 … 10⁵")
        : tr("each row locked to its own 1–99 %");
    const int pooled = lanes_->pooling().x;
    setHeadline(tr("%1 · %2 per layer and token · %3")
                    .arg(tr(kWhat[std::size_t(quantity())]), heads, range),
                pooled == 1 ? tr("exact") : tr("max of %1 tokens").arg(pooled));
}

void StateView::showMatrix()
{
    const StateFrame& frame = store().state();
    const int layer = focus().layer;
    const bool recurrent = layerInfo() != nullptr && layerInfo()->has_state();
    fit_->setVisible(recurrent && frame.layer == layer && frame.head == head());
    if (!recurrent) {
        matrixCaption_->setText(tr("State matrix"));
        matrix_->setNothing(
            tr("Layer %1 is attention and keeps no state. Click a lane to see its layer's.")
                .arg(layer));
        rangeCaption_->setText({});
        return;
    }
    if (frame.layer != layer || frame.head != head() || frame.values.empty()) {
        matrixCaption_->setText(tr("S · layer %1 · head %2").arg(layer).arg(head()));
        matrix_->setNothing(tr("Comes with the next token."));
        rangeCaption_->setText({});
        return;
    }
    matrixCaption_->setText(tr("S after token %1 · layer %2 · head %3 · %4 × %5")
                                .arg(frame.position)
                                .arg(layer)
                                .arg(head())
                                .arg(frame.rows)
                                .arg(frame.columns));
    matrix_->setMatrix(tr("layer %1 head %2").arg(layer).arg(head()), frame.rows, frame.columns,
                       frame.values);
    const QString pooled =
        matrix_->pooling() > 1 ? tr(" · largest of %1×%1").arg(matrix_->pooling()) : QString();
    rangeCaption_->setText(
        tr("±%1 (3σ, locked)%2").arg(shortNumber(double(matrix_->range())), pooled));
    matrix_->setAccessibleDescription(
        tr("State matrix, layer %1, head %2, %3 by %4 after token %5, colours end at ±%6")
            .arg(layer)
            .arg(head())
            .arg(frame.rows)
            .arg(frame.columns)
            .arg(frame.position)
            .arg(shortNumber(double(matrix_->range()))));
}

void StateView::showNumbers()
{
    const int layer = focus().layer, token = selection().token();
    const auto at = [&](Probe probe) {
        const Lane* lane = store().lane(probe, layer);
        return lane == nullptr ? kUnknown : lane->at(token, head());
    };
    const float keep = at(Probe::keep);
    numbers_->setValues({{tr("at token"), token < 0 ? QStringLiteral("–") : QString::number(token)},
                         {tr("‖S‖"), shortNumber(double(at(Probe::state_norm)))},
                         {tr("‖ΔS‖ / ‖S‖"), shortNumber(double(at(Probe::state_change)))},
                         {tr("keep"), shortNumber(double(keep))},
                         {tr("write"), shortNumber(double(at(Probe::write)))},
                         {tr("half-life"), halfLifeText(keep)}});
    numbers_->setToolTip(tr("keep = exp(ΔA); write = Δ·‖B‖·‖x‖; half-life = ln 2 / −ln keep"));
}

void StateView::showGeometry()
{
    const Theme& theme = Theme::instance();
    const int numbers = theme.px(120);
    const int room =
        std::min(contentHeight() - theme.px(60), (width() - 2 * theme.px(14)) * 42 / 100 - numbers);
    matrix_->setFixedSize(std::max(theme.px(70), room), std::max(theme.px(70), room));
    numbers_->setFixedWidth(numbers);
}

void StateView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    showGeometry();
}

void StateView::restyle()
{
    const Theme& theme = Theme::instance();
    fit_->setFont(theme.font(11, 500));
    fit_->setStyleSheet(
        QStringLiteral("QPushButton { background: %1; color: %2; border: 1px solid %3;"
                       " border-radius: %4px; padding: 1px %5px; min-height: 0; }"
                       "QPushButton:hover, QPushButton:focus { border-color: %6; }")
            .arg(theme.palette().raised.name(), theme.palette().text.name(),
                 theme.palette().line.name())
            .arg(theme.px(5))
            .arg(theme.px(8))
            .arg(theme.palette().accent.name()));
    showGeometry();
    if (!layers_.empty()) setBands();
}

QString StateView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int layer = focus().layer, token = selection().token();
    const Lane* norm = store().lane(Probe::state_norm, layer);
    const Lane* change = store().lane(Probe::state_change, layer);
    if (norm == nullptr || token < 0) {
        return tr("State lanes of %n recurrent layer(s), %1 tokens; layer %2 keeps no state",
                  nullptr, int(layers_.size()))
            .arg(store().tokens())
            .arg(layer);
    }
    return tr("State lanes, layer %1, head %2: norm %3, change %4 at token %5")
        .arg(layer)
        .arg(head())
        .arg(shortNumber(double(norm->at(token, head()))),
             shortNumber(change == nullptr ? double(kUnknown) : double(change->at(token, head()))))
        .arg(token);
}

} // namespace mixscope
