#include "ui/views/state_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/stack_plot.h"
#include "ui/plot/token_marks.h"
#include "ui/theme.h"
#include "ui/views/matrix_panel.h"
#include "ui/views/memory_strip.h"
#include "ui/views/parts.h"
#include "ui/views/value_list.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kRoomForMemory = 260; ///< height of the content below which the lanes need it all
constexpr int kTokensPerRefresh = 3000;
constexpr ValueScale kHalfLifeScale {ValueScale::Kind::log, 1.0F, 1e5F};

} // namespace

StateView::StateView(ViewContext context, QWidget* parent)
    : StageView(context, tr("State"), parent)
    , lanes_(new LanePlot(tr("State lanes"), {.xTitle = tr("token"), .margins = {56, 8, 76, 34}},
                          page()))
    , matrix_(new MatrixPanel(page()))
    , memory_(new MemoryStrip(context, page()))
    , numbers_(new ValueList(tr("State numbers"), page()))
    , holdsCaption_(new Caption(page()))
    , holds_(new BarList(tr("Tokens held"), QStringLiteral("ssm"), page()))
    , fit_(new SmallButton(tr("Fit now"), this))
    , quantityBar_(
          new SegmentBar(tr("Quantity"), {tr("‖S‖"), tr("‖ΔS‖ / ‖S‖"), tr("half-life")}, this))
    , headBar_(new SegmentBar(tr("Heads"), {tr("mean"), tr("one head"), tr("heads")}, this))
    , matrixBar_(new SegmentBar(tr("Matrix"), {tr("S"), tr("ΔS")}, this))
    , memoryBar_(new SegmentBar(tr("Memory as"), {tr("norm"), tr("share")}, this))
{
    for (QWidget* tool : {static_cast<QWidget*>(quantityBar_), static_cast<QWidget*>(headBar_),
                          static_cast<QWidget*>(matrixBar_), static_cast<QWidget*>(memoryBar_),
                          static_cast<QWidget*>(fit_)})
        tools()->addWidget(tool);
    tools()->addStretch(1);
    headBar_->setToolTip(
        tr("A lane is the mean of its heads, or the focused head; or each head of the layer"));
    matrixBar_->setToolTip(tr("The matrix now, or its change since the frame before"));
    memoryBar_->setToolTip(tr("What remains of each write: its norm, or its share"));
    fit_->setToolTip(tr("Lock the ranges to the values there are now"));
    auto* left = new QVBoxLayout;
    left->addWidget(lanes_, 5);
    left->addWidget(memory_, 3);
    side_ = new QBoxLayout(QBoxLayout::TopToBottom);
    side_->addWidget(matrix_, 0, Qt::AlignTop);
    side_->addWidget(numbers_, 0, Qt::AlignTop);
    side_->addWidget(holdsCaption_);
    side_->addWidget(holds_);
    side_->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addLayout(left, 1);
    row->addLayout(side_);
    content()->addLayout(row, 1);

    connect(quantityBar_, &SegmentBar::chosenChanged, this, &StateView::refit);
    connect(headBar_, &SegmentBar::chosenChanged, this, &StateView::refit);
    connect(matrixBar_, &SegmentBar::chosenChanged, this,
            [this](int chosen) { matrix_->setShow(MatrixPanel::Show(chosen)); });
    connect(memoryBar_, &SegmentBar::chosenChanged, this, [this](int chosen) {
        memory_->setAs(MemoryStrip::As(chosen));
        invalidate();
    });
    connect(fit_, &SmallButton::clicked, this, [this] {
        matrix_->fitNow();
        refit();
    });
    matrix_->take(context.store.state()); // a view made later shows what is known already
    connect(&context.store, &RunStore::stateChanged, this, [this] {
        matrix_->take(store().state());
        continueLater();
    });
    new TokenMarks(*lanes_, context.selection);
    connect(lanes_, &LanePlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(lanes_, &LanePlot::cellClicked, this, [this](int band, int line, int token) {
        const int layer = layers_[std::size_t(band)];
        const bool ofHeads = rowsOf(layer) > 1;
        selection().setLayer(layer);
        if (ofHeads) selection().setHead(line);
        selection().lockToken(token);
    });
    connect(holds_, &BarList::rowHovered, this, [this](int bar) {
        const bool known = bar >= 0 && bar < int(held_.size());
        selection().hoverSource(known ? held_[std::size_t(bar)] : -1);
    });
    connect(holds_, &BarList::rowClicked, this, [this](int bar) {
        if (bar < int(held_.size())) selection().lockSource(held_[std::size_t(bar)]);
    });
    for (PlotArea* plot : {static_cast<PlotArea*>(lanes_), static_cast<PlotArea*>(memory_->plot())})
        connect(plot, &PlotArea::stepped, this, &StateView::step);
    connect(lanes_, &PlotArea::windowChanged, this, [this] {
        QRectF window = lanes_->window(); // the same tokens below each other
        window.setTop(memory_->plot()->window().top());
        window.setBottom(memory_->plot()->window().bottom());
        if (window != memory_->plot()->window()) memory_->plot()->showWindow(window);
    });
}

StateView::Quantity StateView::quantity() const
{
    return Quantity(quantityBar_->chosen());
}
StateView::Heads StateView::heads() const
{
    return Heads(headBar_->chosen());
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
bool StateView::exact() const
{
    return layerInfo() != nullptr && MemoryRow::exactFor(*layerInfo());
}

StageView::Nothing StateView::nothing() const
{
    if (model() != nullptr && nearestLayer([](const LayerInfo& l) { return l.has_state(); }) < 0) {
        return {tr("Pure attention: its memory is the KV cache, which grows with every token."),
                tr("Show Memory"),
                {},
                "memory"};
    }
    return nothingYet(
        tr("Write a message: each token leaves its trace in the state of every recurrent layer."));
}

const Lane* StateView::lane(int layer) const
{
    const Probe probe = quantity() == Quantity::norm ? Probe::state_norm
        : quantity() == Quantity::change             ? Probe::state_change
                                                     : Probe::keep;
    return store().lane(probe, layer);
}

int StateView::rowsOf(int layer) const
{
    const bool expanded = heads() == Heads::each && layer == focus().layer;
    return expanded ? std::max(1, model()->layers[std::size_t(layer)].n_heads) : 1;
}

float StateView::value(int layer, int row, int token) const
{
    const Lane* from = lane(layer);
    const auto values = from != nullptr ? from->at(token) : std::span<const float>();
    if (values.empty()) return kUnknown;
    const bool half = quantity() == Quantity::half_life;
    const bool one = heads() == Heads::focused || rowsOf(layer) > 1;
    if (one) {
        const int wanted = rowsOf(layer) > 1 ? row : head();
        const float each = values[std::size_t(std::clamp(wanted, 0, int(values.size()) - 1))];
        return half ? halfLifeTokens(each) : each;
    }
    float sum = 0.0F;
    for (const float each : values)
        sum += half ? std::log(std::max(each, 1e-30F)) : each;
    const float mean = sum / float(values.size());
    return half ? halfLifeTokens(std::exp(mean)) : mean;
}

void StateView::setLayers()
{
    layers_.clear();
    for (int i = 0; i < int(model()->layers.size()); ++i) {
        if (model()->layers[std::size_t(i)].has_state()) layers_.push_back(i);
    }
    ranges_.assign(layers_.size(), {});
}

void StateView::setBands()
{
    const Theme& theme = Theme::instance();
    const bool half = quantity() == Quantity::half_life;
    std::vector<LaneBand> bands;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        bands.push_back({.title = QString::number(layers_[i]),
                         .kind = QStringLiteral("ssm"),
                         .rows = rowsOf(layers_[i]),
                         .map = half ? halfLifeMap() : theme.sequential(theme.palette().ssm),
                         .scale = half ? kHalfLifeScale
                                       : ValueScale {ValueScale::Kind::linear, ranges_[i].low(),
                                                     ranges_[i].high()}});
    }
    lanes_->setBands(std::move(bands));
}

bool StateView::checkRanges(int tokens)
{
    if (quantity() == Quantity::half_life || !clock_.due(tokens)) return false;
    bool changed = false;
    std::vector<float> values;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        values.clear();
        for (int t = 0; t < tokens; ++t) {
            for (int row = 0; row < rowsOf(layers_[i]); ++row)
                values.push_back(value(layers_[i], row, t));
        }
        changed |= ranges_[i].widen(values);
    }
    return changed;
}

void StateView::refit()
{
    modelDrawn_ = nullptr; // other bands
    invalidate();
}

void StateView::update(int firstChanged)
{
    const int tokens = store().tokens();
    bool other = modelDrawn_ != model();
    if (other) setLayers();
    const Selection::Focus now {heads() == Heads::each ? focus().layer : -1,
                                heads() == Heads::focused ? head() : 0};
    if (!other && now != drawnFor_) { // what the bands mean depends on the focus
        for (LockedRange& range : ranges_)
            range.unlock();
        other = true;
    }
    modelDrawn_ = model();
    drawnFor_ = now;
    if (other) clock_.restart();
    if (checkRanges(tokens) || other) {
        setBands();
        firstChanged = 0;
    }
    const auto fill = [this](int token, std::span<float> values) {
        std::size_t at = 0;
        for (const int layer : layers_) {
            for (int row = 0; row < rowsOf(layer); ++row)
                values[at++] = value(layer, row, token);
        }
    };
    if (!lanes_->update(firstChanged, tokens, fill, kTokensPerRefresh)) continueLater();
    const bool strip = exact() && contentHeight() >= Theme::instance().px(kRoomForMemory);
    if (memory_->isHidden() == strip) showGeometry();
    memory_->setVisible(strip);
    memoryBar_->setVisible(strip);
    if (exact()) memory_->update(focus().layer, head(), firstChanged);
    showMatrix();
    const bool captured = !std::isnan(value(layers_.front(), 0, tokens - 1));
    if (captured)
        setNotice({});
    else
        setNotice(tr("The newest state was not captured"), tr("Turn on"),
                  [this] { Q_EMIT probeLevelWanted(); });
}

void StateView::showSelection()
{
    if (model() == nullptr || layers_.empty()) return;
    const auto at = std::find(layers_.begin(), layers_.end(), focus().layer);
    lanes_->setFocus(at == layers_.end() ? -1 : int(at - layers_.begin()),
                     heads() == Heads::each ? head() : -1);
    if (exact()) memory_->showSelection();
    showMatrix();
    showNumbers();
    showHolds();

    const bool half = quantity() == Quantity::half_life;
    const QString which = heads() == Heads::focused ? tr("head %1").arg(head())
        : heads() == Heads::each                    ? tr("heads of layer %1").arg(focus().layer)
        : half                                      ? tr("harmonic mean of heads")
                                                    : tr("mean of heads");
    const QString range = half ? tr("range 1 … 10⁵") : tr("each row locked to its own 1–99 %");
    const int pooled = lanes_->pooling().x;
    setHeadline(tr("%1 · %2 · %3").arg(quantityName(), which, range),
                pooled == 1 ? tr("exact") : tr("max of %1 tokens").arg(pooled));
}

void StateView::showMatrix()
{
    const bool recurrent = layerInfo() != nullptr && layerInfo()->has_state();
    matrix_->setWanted(
        focus().layer, head(),
        recurrent
            ? QString()
            : tr("Layer %1 keeps no state. Click a lane to see its layer's.").arg(focus().layer));
}

void StateView::showGeometry()
{
    const Theme& theme = Theme::instance();
    const int tall = contentHeight() - theme.px(74);
    const bool low = contentHeight() < theme.px(360);
    const bool room = exact() && contentHeight() > theme.px(440);
    // Below the matrix stand numbers, a line each, and the tokens held where there is room; with
    // little height the numbers stand beside it.
    const int numbers = 7 * theme.px(17);
    const int below = low ? 0 : numbers + (room ? int(kHeldTokens + 1) * theme.px(20) : 0);
    side_->setDirection(low ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    const int beside = width() - theme.px(low ? 420 : 240); // what numbers and lanes leave
    matrix_->setSide(std::max(theme.px(32), std::min({tall - below, width() * 36 / 100, beside})));
    numbers_->setFixedHeight(numbers);
    numbers_->setMinimumWidth(low ? theme.px(170) : matrix_->width()); // a line each
    holds_->setVisible(room);
    holdsCaption_->setVisible(room);
    lanes_->setMinimumHeight(theme.px(60));
    memory_->setCompact(low);
}

void StateView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    showGeometry();
}

void StateView::restyle()
{
    memory_->restyle();
    showGeometry();
    if (!layers_.empty()) setBands();
}

} // namespace mixscope
