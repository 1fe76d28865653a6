#include "ui/views/attention_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/color_bar.h"
#include "ui/theme.h"
#include "ui/views/attention_map.h"
#include "ui/views/attention_row.h"
#include "ui/views/head_grid.h"
#include "ui/views/parts.h"
#include "ui/views/tool_row.h"

#include <QHBoxLayout>
#include <QStackedLayout>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace mixscope {

namespace {

constexpr std::int64_t kCellsPerRefresh = 700'000; ///< keeps a refresh at a few milliseconds
constexpr int kLeastBars = 4, kMostBars = 16;
constexpr int kLeastMap = 160, kLeastSide = 156;
constexpr int kBarWidth = 48; ///< of the colour bar
constexpr float kLogFloor = 1e-4F;
constexpr int kReorderMs = 1000; ///< heads that change places faster cannot be read

} // namespace

AttentionView::AttentionView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Attention"), parent)
    , parts_(new QStackedLayout)
    , map_(new AttentionMap(picture_, context.store, context.selection, page()))
    , bar_(new ColorBar(page()))
    , pooling_(new QToolButton(bar_))
    , grid_(new HeadGrid(page()))
    , gridCaption_(new Caption(page()))
    , barsCaption_(new Caption(page()))
    , bars_(new BarList(tr("Looks at"), QStringLiteral("attn"), page()))
    , row_(new AttentionRowPage(context.store, context.selection, page()))
    , heads_(new AllHeads(thumbs_, page()))
    , partBar_(new SegmentBar(tr("Part"), {tr("Map"), tr("Row"), tr("All heads")}, this))
    , scaleBar_(new SegmentBar(tr("Scale"), {tr("linear"), tr("√"), tr("log")}, this))
    , sinkBar_(
          new SegmentBar(tr("First token"), {tr("show first"), tr("hide"), tr("rescale")}, this))
    , headsBar_(new SegmentBar(tr("Heads shown"), {tr("one"), tr("mean"), tr("max")}, page()))
{
    sinkBar_->setToolTip(tr("Many heads rest on the first token. Hide it, or hide it and scale the "
                            "rest of each row to sum 1."));
    headsBar_->setToolTip(tr("What the map shows: the focused head, or the mean or the largest "
                             "weight of all heads of the layer"));
    pooling_->setAccessibleName(tr("Pooling"));
    pooling_->setCheckable(true);
    pooling_->setToolTip(tr("More tokens than pixels are shown. A pixel is the largest weight "
                            "under it, or, when this is down, their mean."));
    scaleBar_->choose(1);
    layOut();
    connectParts();
    lookChanged();
}

void AttentionView::layOut()
{
    for (SegmentBar* bar : {partBar_, scaleBar_, sinkBar_})
        tools()->addWidget(bar);
    tools()->addStretch(1);
    auto* headTools = new ToolRow(page());
    headTools->row()->addWidget(headsBar_);
    auto* heads = new QHBoxLayout;
    heads->addWidget(gridCaption_, 1);
    heads->addWidget(headTools);
    auto* side = new QVBoxLayout;
    side->setContentsMargins(0, 0, 0, 0);
    side->addLayout(heads);
    side->addWidget(grid_);
    side->addWidget(barsCaption_);
    side->addWidget(bars_);
    side->addStretch(1);
    auto* mapPage = new QWidget(page());
    auto* row = new QHBoxLayout(mapPage);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(map_);
    row->addWidget(bar_);
    row->addLayout(side, 1);
    parts_->addWidget(mapPage);
    parts_->addWidget(row_);
    parts_->addWidget(heads_);
    content()->addLayout(parts_, 1);
}

void AttentionView::connectParts()
{
    for (SegmentBar* bar : {scaleBar_, sinkBar_, headsBar_})
        connect(bar, &SegmentBar::chosenChanged, this, &AttentionView::lookChanged);
    connect(pooling_, &QToolButton::toggled, this, &AttentionView::lookChanged);
    connect(partBar_, &SegmentBar::chosenChanged, this, [this](int part) {
        parts_->setCurrentIndex(part);
        invalidate();
    });
    connect(grid_, &HeadGrid::headClicked, this, [this](int head) {
        headsBar_->choose(0);
        selection().focus(focus().layer, head);
    });
    connect(heads_->sheet(), &HeadSheet::headClicked, this, [this](int layer, int head) {
        headsBar_->choose(0);
        selection().focus(layer, head);
    });
    connect(heads_->sheet(), &HeadSheet::layerWanted, this, &View::attentionWanted);
    connect(&store(), &RunStore::modelChanged, this, [this] { modelDrawn_ = nullptr; });
    connect(&store(), &RunStore::tokensChanged, this,
            [this](int first) { voidFrom_ = std::min(voidFrom_, first); });
    connect(&store(), &RunStore::attentionChanged, this, [this](int layer) {
        if (layer == layerDrawn_ || part() == Part::heads) continueLater();
    });
    connect(&store(), &RunStore::runStateChanged, this, [this] {
        if (!picture_.missing().empty())
            continueLater(); // a finished reply leaves time to recompute
    });
    connect(map_, &PlotArea::windowChanged, this, [this] { showSelection(); });
    connect(bars_, &BarList::rowHovered, this, [this](int bar) {
        selection().hoverSource(
            bar >= 0 && bar < int(targets_.size()) ? targets_[std::size_t(bar)].key : -1);
    });
    connect(bars_, &BarList::rowClicked, this, [this](int bar) {
        if (bar < int(targets_.size())) selection().lockSource(targets_[std::size_t(bar)].key);
    });
}

AttentionView::Part AttentionView::part() const
{
    return Part(parts_->currentIndex());
}

const AttentionStore* AttentionView::rows() const
{
    return store().attention(focus().layer);
}

AttentionReader AttentionView::reader() const
{
    return {store(), focus().layer, look()};
}

Selection::Focus AttentionView::focus() const
{
    const Selection::Focus kept = selection().attention();
    return kept.layer >= 0 ? kept : StageView::focus();
}

QWidget* AttentionView::drawn() const
{
    return map_;
}

int AttentionView::head() const
{
    return layerInfo() ? std::clamp(focus().head, 0, std::max(0, layerInfo()->n_heads - 1)) : 0;
}

AttentionLook AttentionView::look() const
{
    static constexpr std::array kScales {ValueScale {ValueScale::Kind::linear, 0.0F, 1.0F},
                                         ValueScale {ValueScale::Kind::root, 0.0F, 1.0F},
                                         ValueScale {ValueScale::Kind::log, kLogFloor, 1.0F}};
    const auto kind = HeadChoice::Kind(headsBar_->chosen());
    return {.scale = kScales[std::size_t(scaleBar_->chosen())],
            .sink = Sink(sinkBar_->chosen()),
            .heads = {kind, kind == HeadChoice::Kind::one ? head() : 0},
            .meanPooled = pooling_->isChecked()};
}

/// "L3 · head 2 of 8 · probability · √ scale · first token hidden"
QString AttentionView::lookName() const
{
    const AttentionLook now = look();
    const int heads = layerInfo()->n_heads;
    static const std::array kSinkWords {QT_TR_NOOP(""), QT_TR_NOOP(" · first token hidden"),
                                        QT_TR_NOOP(" · first token hidden, rest scaled to 1")};
    const QString of = now.heads.kind == HeadChoice::Kind::one
        ? tr("head %1 of %2").arg(now.heads.head).arg(heads)
        : now.heads.kind == HeadChoice::Kind::mean ? tr("mean of %1 heads").arg(heads)
                                                   : tr("max over %1 heads").arg(heads);
    return tr("L%1 · %2 · probability · %3 scale")
               .arg(focus().layer)
               .arg(of, nameOf(now.scale.kind))
        + (now.sink == Sink::show ? QString() : tr(kSinkWords[std::size_t(now.sink)]));
}

StageView::Nothing AttentionView::nothing() const
{
    const auto attends = [](const LayerInfo& layer) { return layer.has_attention(); };
    if (model() != nullptr && layerInfo() != nullptr && !layerInfo()->has_attention()) {
        const int near = nearestLayer(attends);
        if (near < 0)
            return {
                tr("This model has no attention layer: all it knows of earlier tokens is in the "
                   "state of its recurrent layers."),
                tr("Show State"),
                {},
                "state"};
        return {tr("Layer %1 is %2: it has no attention map.")
                    .arg(focus().layer)
                    .arg(mixerName(*layerInfo())),
                tr("Show layer %1, the nearest with attention").arg(near),
                [this, near] { selection().setLayer(near); }};
    }
    return nothingYet(tr("Write a message: with every token the map grows by one row."));
}

QString AttentionView::waitingFor() const
{
    const bool rows = store().waiting() == RunStore::Waiting::attention && !store().generating()
        && (store().awaitedLayer() == focus().layer || part() == Part::heads);
    return rows ? tr("Computing the rows of layer %1…").arg(store().awaitedLayer())
                : StageView::waitingFor();
}

void AttentionView::lookChanged()
{
    const AttentionLook now = look();
    grid_->setScale(now.scale);
    heads_->sheet()->setScale(now.scale);
    bar_->setScale(now.scale, Theme::instance().sequential(), tr("attention weight"));
    pooling_->setText(pooling_->isChecked() ? tr("mean") : tr("max"));
    continueLater();
}

void AttentionView::restyle()
{
    const Theme& theme = Theme::instance();
    map_->takeTheme();
    bar_->setScale(look().scale, theme.sequential(), tr("attention weight"));
    bar_->setInsets(AttentionMap::topInset(), AttentionMap::bottomInset());
    pooling_->setFont(theme.font(11, 500));
    pooling_->setStyleSheet(QStringLiteral("padding: 0; min-height: 0;")); // as wide as the bar
    showGeometry();
}

void AttentionView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    showGeometry();
}

/// The map is square as long as the heads beside it keep a third of the width.
void AttentionView::showGeometry()
{
    const Theme& theme = Theme::instance();
    const int available = width() - 2 * theme.px(14) - theme.px(kBarWidth) - 2 * theme.px(8);
    const int inner = contentHeight();
    const int widest = std::min(available * 66 / 100, available - theme.px(kLeastSide));
    const int map = std::clamp(AttentionMap::widthFor(inner), theme.px(kLeastMap),
                               std::max(theme.px(kLeastMap), widest));
    map_->setFixedWidth(map);
    const int side = inner - theme.px(64); // less the heads' tools and the caption
    const int least = kLeastBars * bars_->rowHeight();
    const int grid = grid_->heightFor(available - map, side - least);
    grid_->setFixedHeight(std::max(theme.px(40), grid));
    barCount_ = std::clamp((side - grid) / bars_->rowHeight(), kLeastBars, kMostBars);
}

/// What was drawn stays valid until the conversation is rewound: another theme, part or layer in
/// focus, which also count as changes, void nothing.
void AttentionView::update(int)
{
    const int tokens = store().tokens();
    const int firstVoid = std::exchange(voidFrom_, std::numeric_limits<int>::max());
    if (std::exchange(modelDrawn_, model()) != model()) {
        thumbs_.clear();
        grid_->setLayer(thumbs_.of(focus().layer, layerInfo()->n_heads), 1);
        layerDrawn_ = -1;
        headRows_.clear();
        for (int i = 0; i < int(model()->layers.size()); ++i) {
            const LayerInfo& layer = model()->layers[std::size_t(i)];
            if (layer.has_attention()) headRows_.push_back({i, layer.n_heads});
        }
    }
    if (focus().layer != layerDrawn_) {
        layerDrawn_ = focus().layer;
        layerAsked_ = -1;
        picture_.reset();
        map_->forget();
        const LayerInfo& info = *layerInfo();
        grid_->setLayer(thumbs_.of(layerDrawn_, info.n_heads),
                        info.n_kv_heads > 0 ? info.n_heads / info.n_kv_heads : 1);
        showGeometry();
    }
    if (look() != picture_.look()) {
        picture_.setLook(look());
        map_->forget();
    } else {
        picture_.truncate(std::min(firstVoid, tokens));
    }
    thumbs_.truncate(firstVoid);
    repeats_.update(store(), firstVoid);
    const bool mapDone = picture_.update(rows(), tokens, kCellsPerRefresh);
    if (mapDone)
        updateThumbs(tokens);
    else
        continueLater();

    map_->setTokens(tokens, selection().following());
    grid_->setHead(headsBar_->chosen() == 0 ? head() : -1);
    grid_->setTokens(tokens);
    gridCaption_->setText(tr("layer %1 · mean entropy, bit").arg(layerDrawn_));
    if (part() == Part::heads) showAllHeads(tokens);
    if (mapDone) askForMissingRows();
}

/// The focused layer first; the others while they can be seen.
void AttentionView::updateThumbs(int tokens)
{
    bool done = thumbs_.of(layerDrawn_, layerInfo()->n_heads)
                    .update(rows(), tokens, kCellsPerRefresh, &repeats_);
    for (const HeadRow& row : headRows_) {
        const AttentionStore* kept = store().attention(row.layer);
        if (!done || part() != Part::heads || kept == nullptr) continue;
        done = thumbs_.of(row.layer, row.heads).update(kept, tokens, kCellsPerRefresh, &repeats_);
    }
    if (!done) continueLater();
}

void AttentionView::showAllHeads(int tokens)
{
    HeadSheet* sheet = heads_->sheet();
    sheet->setChosen(focus().layer, head());
    if (sorted_.isValid() && sorted_.elapsed() < kReorderMs && store().generating()) return;
    sorted_.start();
    sheet->setRows(headRows_, tokens);
}

/// The button of the pooling stands where there is something to pool.
void AttentionView::showPooling()
{
    const Theme& theme = Theme::instance();
    pooling_->setVisible(map_->pooling() > 1);
    pooling_->setGeometry(0, bar_->height() - theme.px(32), theme.px(46), theme.px(24));
}

/// Rows that were never captured, or that had to go while another layer was in focus, are asked for
/// once. Those beyond the budget would have to go again: only the window is asked for, by a click.
void AttentionView::askForMissingRows()
{
    const int layer = layerDrawn_;
    const std::vector<int>& missing = picture_.missing();
    if (missing.empty()) {
        layerAsked_ = -1; // a later gap is asked for again
        setNotice({});
        return;
    }
    const int fits =
        store().attentionHistory().firstThatFits(layerInfo()->n_heads, store().tokens());
    const bool chosen = store().attentionHistory().wanted() != QueryRange {};
    if (layerAsked_ != layer && !store().generating() && !chosen && missing.back() >= fits) {
        layerAsked_ = layer;
        Q_EMIT attentionWanted(layer);
    }
    setNotice(missingSentence(), tr("Recompute"), [this, layer] {
        const QRectF& shown = map_->window();
        store().setAttentionFocus(layer, {int(shown.top()), int(std::ceil(shown.bottom()))});
        Q_EMIT attentionWanted(layer);
    });
}

void AttentionView::showSelection()
{
    if (layerInfo() == nullptr || !layerInfo()->has_attention()) return;
    const int query = selection().token();
    AttentionReader numbers = reader();
    targets_ = numbers.heaviest(query, std::size_t(barCount_));
    bars_->setRows(barsOf(store(), targets_, barCount_));
    barsCaption_->setText(numbers.readout(query, selection().source()));
    if (part() == Part::row) row_->showRow(numbers, look());
    showPooling();
    const int pooled = map_->pooling(), tokens = store().tokens();
    const bool exact = pooled == 1 || part() != Part::map;
    setHeadline(lookName(),
                exact ? tr("exact · %1 × %1").arg(tokens)
                      : tr("%1 of %2 × %2 · %3 × %3")
                            .arg(look().meanPooled ? tr("mean") : tr("max"))
                            .arg(pooled)
                            .arg(tokens));
    map_->redrawOverlay();
}

} // namespace mixscope
