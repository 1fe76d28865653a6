#include "ui/views/attention_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/color_bar.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"
#include "ui/views/head_grid.h"
#include "ui/views/parts.h"

#include <QGridLayout>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr std::int64_t kCellsPerRefresh = 1'200'000; ///< keeps a refresh at a few milliseconds
constexpr int kLeastBars = 4, kMostBars = 12;
constexpr float kLogFloor = 1e-4F;

} // namespace

AttentionView::AttentionView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Attention"), parent)
    , map_(new PlotArea(tr("Attention map"),
                        {.xTitle = tr("key token"),
                         .yTitle = tr("query token"),
                         .margins = {44, 8, 4, 34},
                         .zoom = Qt::Horizontal | Qt::Vertical},
                        page()))
    , bar_(new ColorBar(page()))
    , grid_(new HeadGrid(thumbs_, page()))
    , gridCaption_(new Caption(page()))
    , barsCaption_(new Caption(page()))
    , bars_(new BarList(tr("Looks at"), QStringLiteral("attn"), page()))
    , scaleBar_(new SegmentBar(tr("Scale"), {tr("linear"), tr("√"), tr("log")}, this))
    , sinkBar_(new SegmentBar(tr("First token"),
                              {tr("show first"), tr("hide"), tr("hide + renormalise")}, this))
{
    tools()->addWidget(scaleBar_);
    tools()->addWidget(sinkBar_);
    tools()->addStretch(1);
    scaleBar_->choose(1);

    auto* side = new QVBoxLayout;
    side->addWidget(gridCaption_);
    side->addWidget(grid_);
    side->addWidget(barsCaption_);
    side->addWidget(bars_);
    side->addStretch(1);
    side->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    row->addWidget(map_);
    row->addWidget(bar_);
    row->addLayout(side, 1);
    content()->addLayout(row, 1);

    map_->setPicture([this](QPainter& p, const PlotMap& m) { paintMap(p, m); });
    map_->setOverlay([this](QPainter& p, const PlotMap& m) { paintCross(p, m); });
    const auto name = [this](int token) {
        return token < store().tokens() ? tokenLabel(store().token(token)).left(8) : QString();
    };
    map_->setCellNames(name, name);

    connect(scaleBar_, &SegmentBar::chosenChanged, this, &AttentionView::setLook);
    connect(sinkBar_, &SegmentBar::chosenChanged, this, &AttentionView::setLook);
    connect(grid_, &HeadGrid::headClicked, this,
            [this](int head) { selection().focus(focus().layer, head); });
    connect(&context.store, &RunStore::attentionChanged, this, [this](int layer) {
        if (layer == layerDrawn_) continueLater();
    });
    connect(&context.store, &RunStore::runStateChanged, this, [this] {
        if (!picture_.missing().empty())
            continueLater(); // a finished reply leaves time to recompute
    });
    connect(map_, &PlotArea::hovered, this, [this](QPointF at) {
        const int key = int(at.x()), query = int(at.y());
        if (query >= store().tokens() || key > query) return;
        selection().hoverToken(query);
        selection().hoverSource(key);
    });
    connect(map_, &PlotArea::left, this, [this] {
        selection().hoverToken(-1);
        selection().hoverSource(-1);
    });
    connect(map_, &PlotArea::clicked, this, [this](QPointF at) {
        if (int(at.y()) < store().tokens()) selection().lockToken(int(at.y()));
    });
    connect(map_, &PlotArea::stepped, this, &AttentionView::stepCell);
    connect(bars_, &BarList::rowHovered, this, [this](int bar) {
        selection().hoverSource(
            bar >= 0 && bar < int(targets_.size()) ? targets_[std::size_t(bar)].key : -1);
    });
    setLook();
}

const AttentionStore* AttentionView::rows() const
{
    return store().attention(focus().layer);
}
Sink AttentionView::sink() const
{
    return Sink(sinkBar_->chosen());
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

ValueScale AttentionView::scale() const
{
    switch (scaleBar_->chosen()) {
    case 0:
        return {ValueScale::Kind::linear, 0.0F, 1.0F};
    case 1:
        return {ValueScale::Kind::root, 0.0F, 1.0F};
    default:
        return {ValueScale::Kind::log, kLogFloor, 1.0F};
    }
}

AttentionLook AttentionView::look() const
{
    return {.scale = scale(), .sink = sink(), .heads = {HeadChoice::Kind::one, head()}};
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

void AttentionView::setLook()
{
    tiles_.clear();
    thumbs_.setScale(scale());
    bar_->setScale(scale(), Theme::instance().sequential(), tr("attention weight"));
    continueLater();
}

void AttentionView::restyle()
{
    const Theme& theme = Theme::instance();
    colors_ = cellColors(theme.sequential());
    bar_->setScale(scale(), theme.sequential(), tr("attention weight"));
    bar_->setInsets(theme.px(8), theme.px(34));
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
    const int available = width() - 2 * theme.px(14) - theme.px(48) - 2 * theme.px(8);
    const int inner = contentHeight();
    const int map = std::max(theme.px(120), std::min(inner + theme.px(6), available * 62 / 100));
    map_->setFixedWidth(map);
    const int side = inner - 2 * theme.px(24); // less the two captions
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
        thumbs_.reset(layerInfo()->n_heads);
        showGeometry();
    }
    if (look() != picture_.look())
        picture_.setLook(look());
    else
        picture_.truncate(firstChanged);
    if (firstChanged < thumbs_.tokens()) thumbs_.reset(layerInfo()->n_heads);
    repeats_.update(store(), firstChanged);
    const bool mapDone = picture_.update(rows(), tokens, kCellsPerRefresh);
    const bool thumbsDone = mapDone && thumbs_.update(rows(), tokens, kCellsPerRefresh, &repeats_);
    if (!mapDone || !thumbsDone) continueLater();

    const double extent = steppedExtent(tokens);
    // A window that showed the newest row goes on showing it; one on older rows holds still.
    const bool atEnd = map_->window().bottom() >= tokensDrawn_;
    tokensDrawn_ = tokens;
    map_->setExtent({0, 0, extent, extent}, selection().following() && atEnd);
    grid_->setHead(head());
    grid_->setTokens(tokens);
    gridCaption_->setText(tr("heads of layer %1 · mean entropy of a row, bit").arg(layerDrawn_));
    if (mapDone) askForMissingRows();
    map_->redraw();
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
    barsCaption_->setText(query < 0              ? QString()
                              : targets_.empty() ? tr("token %1: row not captured").arg(query)
                                                 : tr("token %1 looks at").arg(query));
    const PlotMap map = map_->map();
    const TilePooling pooling = tilePooling(
        picture_.pyramid(),
        {.cells = map.window, .pixels = (map.rect.size() * devicePixelRatioF()).toSize()});
    static const std::array kSinkWords {"", " · first token hidden",
                                        " · first token hidden, rest scaled to 1"};
    setHeadline(tr("layer %1 · head %2 of %3 · probability · %4 scale%5")
                    .arg(focus().layer)
                    .arg(head())
                    .arg(layerInfo()->n_heads)
                    .arg(nameOf(scale().kind), tr(kSinkWords[std::size_t(sink())])),
                pooling == TilePooling {}
                    ? tr("exact · %1 × %1").arg(store().tokens())
                    : tr("max of %1×%1 · %2 × %2").arg(pooling.x).arg(store().tokens()));
    map_->redrawOverlay();
}

void AttentionView::paintMap(QPainter& painter, const PlotMap& map)
{
    const TileWindow window {.cells = map.window,
                             .pixels = (map.rect.size() * map.deviceScale).toSize()};
    if (window.pixels.isEmpty()) return;
    const QRgb hatch = Theme::instance().palette().line.rgb();
    painter.drawImage(map.rect, tiles_.image(picture_.pyramid(), window, colors_, hatch));
}

void AttentionView::paintCross(QPainter& painter, const PlotMap& map) const
{
    const Palette& colors = Theme::instance().palette();
    const int query = selection().token(), key = selection().source();
    const auto across = [&](int row, const QColor& color) {
        if (row < map.window.top() || row >= map.window.bottom()) return;
        const double y = map.y(row + 0.5);
        painter.setPen(QPen(color, 1.5));
        painter.drawLine(QPointF(map.rect.left(), y), QPointF(map.rect.right(), y));
    };
    if (selection().lockedToken() >= 0) across(selection().lockedToken(), colors.warn);
    if (query >= 0 && query != selection().lockedToken()) {
        QColor faint = colors.warn;
        faint.setAlphaF(0.6F);
        across(query, faint);
    }
    if (key < 0 || query < 0 || std::max(key, query) >= store().tokens()) return;
    if (key < map.window.left() || key >= map.window.right()) return;
    painter.setPen(QPen(colors.accent, 1));
    painter.drawLine(QPointF(map.x(key + 0.5), map.rect.top()),
                     QPointF(map.x(key + 0.5), map.rect.bottom()));
    const float weight = rows() != nullptr ? rows()->at(head(), query, key) : kUnknown;
    const QString label = tr("%1 → %2: %3").arg(query).arg(key).arg(shortNumber(weight));
    painter.setFont(Theme::instance().mono(10, 500));
    // Kept in the empty corner above the diagonal, so that it never covers the row under study.
    const QRectF corner = map.rect.adjusted(0, 4, -6, 0);
    painter.setPen(colors.text);
    painter.drawText(corner, Qt::AlignRight | Qt::AlignTop,
                     label + QLatin1Char('\n') + tokenLabel(store().token(query))
                         + QStringLiteral(" → ") + tokenLabel(store().token(key)));
}

void AttentionView::stepCell(QPoint by)
{
    const int tokens = store().tokens();
    if (tokens == 0) return;
    if (by.y() != 0) selection().lockToken(std::clamp(selection().token() + by.y(), 0, tokens - 1));
    if (by.x() != 0)
        selection().hoverSource(
            std::clamp(selection().source() + by.x(), 0, std::max(0, selection().token())));
}

std::vector<AttentionView::Target> AttentionView::looksAt(int query, std::size_t count) const
{
    const AttentionStore* store = rows();
    if (store == nullptr || query < 0) return {};
    const auto row = store->fractions(head(), query);
    const std::size_t first = sink() == Sink::show || row.size() <= 1 ? 0 : 1;
    const float rest =
        sink() == Sink::renormalise && first == 1 ? 1.0F - float(row[0]) / 65535.0F : 1.0F;
    std::vector<Target> targets;
    for (std::size_t key = first; key < row.size(); ++key)
        targets.push_back({int(key), float(row[key]) / 65535.0F / rest});
    const auto heavier = [](const Target& a, const Target& b) { return a.weight > b.weight; };
    const std::size_t kept = std::min(count, targets.size());
    std::partial_sort(targets.begin(), targets.begin() + std::ptrdiff_t(kept), targets.end(),
                      heavier);
    targets.resize(kept);
    return targets;
}

QString AttentionView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int tokens = store().tokens(), query = selection().token();
    const QString where =
        tr("Attention map, layer %1, head %2, %3 by %3").arg(focus().layer).arg(head()).arg(tokens);
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
    return tr("%1: %2; entropy %3 bits")
        .arg(subject, looks.join(QStringLiteral(", ")))
        .arg(double(entropyBits(rows()->fractions(head(), query))), 0, 'f', 1);
}

} // namespace mixscope
