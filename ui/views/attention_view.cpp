#include "ui/views/attention_view.h"

#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/color_bar.h"
#include "ui/theme.h"
#include "ui/views/attention_map.h"
#include "ui/views/head_grid.h"
#include "ui/views/parts.h"

#include <QHBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr std::int64_t kCellsPerRefresh = 700'000; ///< keeps a refresh at a few milliseconds
constexpr int kLeastBars = 4, kMostBars = 8;
constexpr int kBarWidth = 48; ///< of the colour bar
constexpr float kLogFloor = 1e-4F;

} // namespace

AttentionView::AttentionView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Attention"), parent)
    , map_(new AttentionMap(picture_, context.store, context.selection, page()))
    , bar_(new ColorBar(page()))
    , grid_(new HeadGrid(thumbs_, page()))
    , gridCaption_(new Caption(page()))
    , barsCaption_(new Caption(page()))
    , bars_(new BarList(tr("Looks at"), QStringLiteral("attn"), page()))
    , scaleBar_(new SegmentBar(tr("Scale"), {tr("linear"), tr("√"), tr("log")}, this))
    , sinkBar_(
          new SegmentBar(tr("First token"), {tr("show first"), tr("hide"), tr("rescale")}, this))
    , headsBar_(new SegmentBar(tr("Heads shown"), {tr("one"), tr("mean"), tr("max")}, page()))
    , poolBar_(new SegmentBar(tr("Pooling"), {tr("max"), tr("mean")}, this))
{
    sinkBar_->setToolTip(tr("Many heads rest on the first token. Hide it, or hide it and scale the "
                            "rest of each row to sum 1."));
    headsBar_->setToolTip(tr("What the map shows: the focused head, or the mean or the largest "
                             "weight of all heads of the layer"));
    poolBar_->setToolTip(tr("Where more tokens than pixels are shown: the largest weight under a "
                            "pixel, or their mean"));
    scaleBar_->choose(1);
    layOut();
    connectParts();
    lookChanged();
}

void AttentionView::layOut()
{
    tools()->addWidget(scaleBar_);
    tools()->addWidget(sinkBar_);
    tools()->addWidget(poolBar_);
    tools()->addStretch(1);
    auto* heads = new QHBoxLayout;
    heads->addWidget(gridCaption_, 1);
    heads->addWidget(headsBar_);
    auto* side = new QVBoxLayout;
    side->setContentsMargins(0, 0, 0, 0);
    side->addLayout(heads);
    side->addWidget(grid_);
    side->addWidget(barsCaption_);
    side->addWidget(bars_);
    side->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addWidget(map_);
    row->addWidget(bar_);
    row->addLayout(side, 1);
    content()->addLayout(row, 1);
}

void AttentionView::connectParts()
{
    for (SegmentBar* bar : {scaleBar_, sinkBar_, headsBar_, poolBar_})
        connect(bar, &SegmentBar::chosenChanged, this, &AttentionView::lookChanged);
    connect(grid_, &HeadGrid::headClicked, this, [this](int head) {
        headsBar_->choose(0);
        selection().focus(focus().layer, head);
    });
    connect(&store(), &RunStore::attentionChanged, this, [this](int layer) {
        if (layer == layerDrawn_) continueLater();
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
}

const AttentionStore* AttentionView::rows() const
{
    return store().attention(focus().layer);
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
            .meanPooled = poolBar_->chosen() == 1};
}

/// "head 2 of 8 · probability · √ scale · first token hidden"
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
    return tr("layer %1 · %2 · probability · %3 scale")
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
                tr("This model has no attention layer. Its memory is in the State view."), {}, {}};
        return {tr("Layer %1 is %2: it has no attention map.")
                    .arg(focus().layer)
                    .arg(mixerName(*layerInfo())),
                tr("Show layer %1, the nearest with attention").arg(near),
                [this, near] { selection().setLayer(near); }};
    }
    return nothingYet(tr("Write a message: with every token the map grows by one row."));
}

void AttentionView::lookChanged()
{
    const AttentionLook now = look();
    thumbs_.setScale(now.scale);
    bar_->setScale(now.scale, Theme::instance().sequential(), tr("attention weight"));
    continueLater();
}

void AttentionView::restyle()
{
    const Theme& theme = Theme::instance();
    map_->takeTheme();
    bar_->setScale(look().scale, theme.sequential(), tr("attention weight"));
    bar_->setInsets(AttentionMap::topInset(), AttentionMap::bottomInset());
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
    const int map = std::clamp(AttentionMap::widthFor(inner), theme.px(160),
                               std::max(theme.px(160), available * 66 / 100));
    map_->setFixedWidth(map);
    const int side = inner - theme.px(64); // less the heads' tools and the caption
    const int least = kLeastBars * bars_->rowHeight();
    const int grid = grid_->heightFor(available - map, side - least);
    grid_->setFixedHeight(std::max(theme.px(40), grid));
    barCount_ = std::clamp((side - grid) / bars_->rowHeight(), kLeastBars, kMostBars);
}

void AttentionView::update(int firstChanged)
{
    const int tokens = store().tokens();
    if (focus().layer != layerDrawn_) {
        layerDrawn_ = focus().layer;
        layerAsked_ = -1;
        picture_.reset();
        map_->forget();
        thumbs_.reset(layerInfo()->n_heads);
        showGeometry();
    }
    if (look() != picture_.look()) {
        picture_.setLook(look());
        map_->forget();
    } else {
        picture_.truncate(firstChanged);
    }
    if (firstChanged < thumbs_.tokens()) thumbs_.reset(layerInfo()->n_heads);
    repeats_.update(store(), firstChanged);
    const bool mapDone = picture_.update(rows(), tokens, kCellsPerRefresh);
    const bool thumbsDone = mapDone && thumbs_.update(rows(), tokens, kCellsPerRefresh, &repeats_);
    if (!mapDone || !thumbsDone) continueLater();

    map_->setTokens(tokens, selection().following());
    grid_->setHead(headsBar_->chosen() == 0 ? head() : -1);
    grid_->setTokens(tokens);
    gridCaption_->setText(tr("layer %1 · mean entropy, bit").arg(layerDrawn_));
    if (mapDone) askForMissingRows();
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

QString AttentionView::missingSentence() const
{
    const std::vector<int>& missing = picture_.missing();
    const auto dropped = std::count_if(missing.begin(), missing.end(), [this](int query) {
        return rows() != nullptr && rows()->dropped(query);
    });
    if (dropped == 0)
        return tr("%n row(s) not captured for this layer", nullptr, int(missing.size()));
    return tr("%1 of %2 rows not kept: attention history is limited to %3 MiB")
        .arg(missing.size())
        .arg(store().tokens())
        .arg(double(store().attentionHistory().budget()) / (1 << 20), 0, 'g', 4);
}

void AttentionView::showSelection()
{
    if (layerInfo() == nullptr || !layerInfo()->has_attention()) return;
    const int query = selection().token();
    targets_ = looksAt(query, std::size_t(barCount_));
    std::vector<BarRow> bars;
    for (const Target& target : targets_) {
        bars.push_back({.index = QString::number(target.key),
                        .text = tokenLabel(store().token(target.key)),
                        .value = QString::number(double(target.weight), 'f', 2),
                        .part = target.weight,
                        .strong = bars.empty()});
    }
    bars.resize(std::size_t(barCount_)); // always as many lines, so that nothing moves
    bars_->setRows(std::move(bars));
    barsCaption_->setText(readout());
    const int pooled = map_->pooling();
    setHeadline(lookName(),
                pooled == 1 ? tr("exact · %1 × %1").arg(store().tokens())
                            : tr("%1 of %2 × %2 · %3 × %3")
                                  .arg(poolBar_->chosen() == 1 ? tr("mean") : tr("max"))
                                  .arg(pooled)
                                  .arg(store().tokens()));
    map_->redrawOverlay();
}

/// Row or cell under the rulers in words: "58 “named” → 43 “Pip”: 0.94".
QString AttentionView::readout() const
{
    const int query = selection().token(), key = selection().source();
    if (query < 0 || query >= store().tokens()) return {};
    const auto named = [this](int token) {
        return tr("%1 “%2”").arg(token).arg(tokenLabel(store().token(token)));
    };
    AttentionLook whole = look();
    if (whole.sink == Sink::hide) whole.sink = Sink::show; // hidden is not zero
    std::vector<std::uint16_t> buffer;
    const auto row = rows() != nullptr ? shownRow(*rows(), whole, query, buffer)
                                       : std::span<const std::uint16_t>();
    if (row.empty()) return tr("token %1: row not kept").arg(named(query));
    if (key < 0 || key > query) return tr("token %1 looks at").arg(named(query));
    const double weight = double(row[std::size_t(key)]) / kWeightSteps;
    return tr("%1 → %2: %3").arg(named(query), named(key), shortNumber(weight));
}

std::vector<AttentionView::Target> AttentionView::looksAt(int query, std::size_t count) const
{
    if (rows() == nullptr || query < 0) return {};
    std::vector<std::uint16_t> buffer;
    const AttentionLook now = look();
    const auto row = shownRow(*rows(), now, query, buffer);
    std::vector<Target> targets;
    for (std::size_t key = now.sink == Sink::show || query == 0 ? 0 : 1; key < row.size(); ++key)
        targets.push_back({int(key), float(row[key]) / float(kWeightSteps)});
    const auto heavier = [](const Target& a, const Target& b) { return a.weight > b.weight; };
    const std::size_t kept = std::min(count, targets.size());
    std::partial_sort(targets.begin(), targets.begin() + std::ptrdiff_t(kept), targets.end(),
                      heavier);
    targets.resize(kept);
    return targets;
}

/// Long format: one line a cell of the window shown.
void AttentionView::writeTable(TableWriter& table) const
{
    table.columns({tr("query [token]"), tr("query text"), tr("key [token]"), tr("key text"),
                   tr("weight [0…1]")});
    if (rows() == nullptr) return;
    const QRectF shown = map_->window();
    const AttentionLook now = look();
    const auto text = [this](int token) {
        const TokenInfo& info = store().token(token);
        return QString::fromStdString(info.text.empty() ? info.piece : info.text);
    };
    std::vector<std::uint16_t> buffer;
    const int last = std::min(store().tokens(), int(std::ceil(shown.bottom())));
    for (int query = std::max(0, int(shown.top())); query < last; ++query) {
        const auto row = shownRow(*rows(), now, query, buffer);
        const int end = std::min(query + 1, int(std::ceil(shown.right())));
        for (int key = std::max(0, int(shown.left())); key < end; ++key) {
            const bool hidden = row.empty() || (key == 0 && now.sink != Sink::show);
            table.cell(query).cell(text(query)).cell(key).cell(text(key));
            table.cell(hidden ? double(kUnknown) : double(row[std::size_t(key)]) / kWeightSteps);
            table.endRow();
        }
    }
}

QString AttentionView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int tokens = store().tokens(), query = selection().token();
    const HeadChoice shown = look().heads;
    const QString heads = shown.kind == HeadChoice::Kind::one ? tr("head %1").arg(shown.head)
        : shown.kind == HeadChoice::Kind::mean                ? tr("mean of all heads")
                                                              : tr("largest of all heads");
    const QString where =
        tr("Attention map, layer %1, %2, %3 by %3").arg(focus().layer).arg(heads).arg(tokens);
    if (query < 0 || query >= tokens) return where;
    const auto quoted = [this](int token) {
        const TokenInfo& info = store().token(token);
        return QString::fromStdString(info.text.empty() ? info.piece : info.text);
    };
    const QString subject = tr("%1, token %2 '%3'").arg(where).arg(query).arg(quoted(query));
    QStringList looks;
    for (const Target& target : looksAt(query, 3)) {
        looks << tr("%1 on %2 '%3'")
                     .arg(double(target.weight), 0, 'f', 2)
                     .arg(target.key)
                     .arg(quoted(target.key));
    }
    if (looks.isEmpty()) return tr("%1: row not captured").arg(subject);
    const QString row = tr("%1: %2").arg(subject, looks.join(QStringLiteral(", ")));
    const float bits = picture_.entropyBits(query);
    return std::isnan(bits) ? row : tr("%1; entropy %2 bits").arg(row).arg(double(bits), 0, 'f', 1);
}

} // namespace mixscope
