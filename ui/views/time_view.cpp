#include "ui/views/time_view.h"

#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/stack_plot.h"
#include "ui/plot/token_marks.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"
#include "ui/views/flame_row.h"
#include "ui/views/layer_times.h"
#include "ui/views/legend.h"
#include "ui/views/parts.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace mixscope {

namespace {
constexpr int kTableMs = 500; ///< statistics are looked at twice a second
}

TimeView::TimeView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Time"), parent)
    , stack_(new StackPlot(tr("Time per token"),
                           {.xTitle = tr("token"), .yTitle = tr("ms"), .margins = {44, 8, 4, 34}},
                           page()))
    , legend_(new Legend(page()))
    , flameCaption_(new Caption(page()))
    , flame_(new FlameRow(page()))
    , tableCaption_(new Caption(page()))
    , times_(new LayerTimes(this))
    , sorted_(new QSortFilterProxyModel(this))
    , table_(new QTableView(page()))
    , byBar_(new SegmentBar(tr("Table by"), {tr("by layer"), tr("by kind"), tr("by op")}, this))
{
    tools()->addWidget(byBar_);
    tools()->addStretch(1);
    content()->addWidget(legend_);
    content()->addWidget(stack_, 3);
    content()->addWidget(flameCaption_);
    content()->addWidget(flame_);
    content()->addWidget(tableCaption_);
    content()->addWidget(table_, 4);

    stack_->setFill([this](int token, std::span<float> parts) { fill(token, parts); });
    stack_->setGround(
        [this](int token) {
            const bool prefill = token < store().tokens() && store().time(token).prefill;
            return prefill ? store().time(token).chunk : -1;
        },
        [this](int first) { return chunkName(first); });
    sorted_->setSourceModel(times_);
    sorted_->setSortRole(LayerTimes::kSortRole);
    table_->setModel(sorted_);
    table_->setAccessibleName(tr("Layer times"));
    table_->setObjectName(QStringLiteral("layer-times"));
    table_->setSortingEnabled(true);
    table_->sortByColumn(LayerTimes::layer, Qt::AscendingOrder);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setHighlightSections(false);
    table_->setMinimumHeight(60);
    table_->setTabKeyNavigation(false);
    table_->installEventFilter(this);
    table_->setToolTip(tr("Arrows move, S sorts by the column of the cell in focus"));

    connect(byBar_, &SegmentBar::chosenChanged, this, [this](int by) {
        times_->setBy(LayerTimes::By(by));
        table_->setColumnHidden(LayerTimes::kind, LayerTimes::By(by) == LayerTimes::By::op);
        showTable();
    });
    connect(table_, &QTableView::clicked, this, [this](const QModelIndex& index) {
        const int layer = times_->layerOf(sorted_->mapToSource(index).row());
        if (layer >= 0) selection().setLayer(layer);
    });
    connect(flame_, &FlameRow::layerClicked, this, [this](int layer) {
        if (model() != nullptr && layer >= 0 && layer < int(model()->layers.size()))
            selection().setLayer(layer);
    });
    new TokenMarks(*stack_, context.selection);
    connect(stack_, &StackPlot::tokenHovered, &context.selection, &Selection::hoverToken);
    connect(stack_, &StackPlot::tokenClicked, &context.selection, &Selection::lockToken);
    connect(stack_, &PlotArea::stepped, this, &TimeView::step);
}

QWidget* TimeView::drawn() const
{
    return stack_;
}

StageView::Nothing TimeView::nothing() const
{
    return nothingYet(tr("Run a prompt to measure."));
}

void TimeView::fill(int token, std::span<float> parts) const
{
    if (token >= store().tokens()) return;
    const TokenTime& time = store().time(token);
    const std::size_t last = time.layer_ms.empty() ? 0 : time.layer_ms.size() - 1;
    for (std::size_t i = 0; i < time.layer_ms.size(); ++i) {
        Part part = ends;
        if (i > 0 && i < last && i - 1 < model()->layers.size()) {
            const LayerInfo& layer = model()->layers[i - 1];
            part = layer.has_state() ? ssm : layer.has_attention() ? attention : other;
        }
        parts[part] += time.layer_ms[i];
    }
    parts[sampling] = time.sample_ms;
    parts[probes] = time.probe_ms;
}

/// The axis ends a third above the 99th percentile and only ever widens.
void TimeView::widen(int firstChanged)
{
    if (firstChanged == 0) top_ = 0.0;
    const int tokens = store().tokens();
    std::vector<float> totals;
    for (int t = std::min(firstChanged, std::max(0, tokens - 256)); t < tokens; ++t)
        totals.push_back(store().time(t).ms);
    if (totals.empty()) return;
    const auto at = totals.begin() + std::ptrdiff_t(0.99 * double(totals.size() - 1));
    std::nth_element(totals.begin(), at, totals.end());
    if (double(*at) > top_) top_ = niceCeiling(1.33 * double(*at));
}

void TimeView::update(int firstChanged)
{
    widen(firstChanged);
    stack_->show(store().tokens(), top_);
    if (store().tokens() != tableTokens_
        && (!tableAge_.isValid() || tableAge_.elapsed() >= kTableMs))
        showTable();
    else if (store().tokens() != tableTokens_)
        continueLater();
    if (firstChanged <= flameToken_) flameToken_ = -1;
}

void TimeView::sortByFocus()
{
    const int column = table_->currentIndex().column();
    if (column < 0) return;
    const QHeaderView* head = table_->horizontalHeader();
    const bool again = head->sortIndicatorSection() == column;
    const bool rising = again && head->sortIndicatorOrder() == Qt::DescendingOrder;
    table_->sortByColumn(column, rising ? Qt::AscendingOrder : Qt::DescendingOrder);
}

bool TimeView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == table_ && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_S) {
        sortByFocus();
        return true;
    }
    return StageView::eventFilter(watched, event);
}

/// "prefill 9.2 ms": what a chunk took.
QString TimeView::chunkName(int first) const
{
    double ms = 0.0;
    for (int t = first; t < store().tokens() && store().time(t).chunk == first; ++t)
        ms += double(store().time(t).ms);
    return tr("prefill %1 ms").arg(shortNumber(ms));
}

void TimeView::showTable()
{
    tableTokens_ = store().tokens();
    tableAge_.start();
    times_->update(store());
    tableCaption_->setText(tr("newest %1 decoded tokens · µs a token · bytes from shapes · limit: "
                              "re-reading the weights, %2 GB/s · heading or S sorts")
                               .arg(times_->tokensUsed())
                               .arg(shortNumber(model()->read_bytes_per_s / 1e9)));
    for (int row = 0; row < sorted_->rowCount(); ++row) {
        if (times_->layerOf(sorted_->mapToSource(sorted_->index(row, 0)).row())
            == selection().layer())
            table_->selectRow(row);
    }
}

void TimeView::showSelection()
{
    const int token = selection().token();
    if (model() == nullptr || token < 0 || token >= store().tokens()) return;
    const TokenTime& time = store().time(token);
    flameCaption_->setText(
        tr("ops of token %1 '%2' · %3 ms%4")
            .arg(token)
            .arg(tokenInline(store().token(token)), shortNumber(double(time.ms)),
                 time.prefill ? tr(" (its share of a prefill chunk)") : QString()));
    if (token != flameToken_) {
        flameToken_ = token;
        const auto ops = store().ops(token);
        flame_->setOps(tr("token %1").arg(token), {ops.begin(), ops.end()},
                       [this](int layer) { return layerColor(layer); });
    }
    flame_->setLayer(selection().layer());
    const int pooled = stack_->tokensPerPixel();
    setHeadline(tr("%1 tokens/s now · prefill %2 tokens/s")
                    .arg(shortNumber(store().tokensPerSecond()),
                         shortNumber(store().prefillTokensPerSecond())),
                pooled == 1 ? tr("wall, per op on the engine thread")
                            : tr("wall, per op · slowest of %1").arg(pooled));
}

QColor TimeView::layerColor(int layer) const
{
    const Theme& theme = Theme::instance();
    if (model() == nullptr || layer < 0 || layer >= int(model()->layers.size()))
        return theme.palette().io;
    return theme.kindColor(kindOf(model()->layers[std::size_t(layer)]));
}

void TimeView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    const bool small = height() < Theme::instance().px(420);
    flame_->setDetail(height() >= Theme::instance().px(360));
    flameCaption_->setVisible(!small);
    tableCaption_->setVisible(!small);
}

void TimeView::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    std::vector<StackPart> parts {
        {tr("recurrent layers"), colors.ssm}, {tr("attention layers"), colors.attn},
        {tr("other layers"), colors.mlp},     {tr("embedding and head"), colors.io},
        {tr("sampling"), colors.faint},       {tr("probes"), colors.warn}};
    stack_->setParts(parts);
    legend_->setParts(parts);
    flameToken_ = -1;
    table_->setFont(theme.mono(11));
    table_->horizontalHeader()->setFont(theme.font(11, 500));
    table_->verticalHeader()->setDefaultSectionSize(theme.px(20));
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table_->horizontalHeader()->setSectionResizeMode(LayerTimes::kind,
                                                     QHeaderView::ResizeToContents);
    table_->setStyleSheet(
        QStringLiteral(
            "QTableView { background: %1; color: %2; selection-background-color: %3;"
            " selection-color: %2; border: none; }"
            "QTableView::item:focus { border: 1px solid %7; }"
            "QHeaderView, QHeaderView::section { background: %1; color: %4; border: none;"
            " border-bottom: 1px solid %5; padding: 2px %6px; }")
            .arg(colors.panel.name(), colors.text.name(), colors.raised.name(), colors.muted.name(),
                 colors.line.name())
            .arg(theme.px(4))
            .arg(colors.accent.name()));
}

void TimeView::writeTable(TableWriter& table) const
{
    if (model() == nullptr) return;
    table.columns({tr("token"), tr("text"), tr("phase"), tr("part"), tr("time [ms]")});
    const QRectF window = stack_->window();
    const int end = std::min(store().tokens(), int(std::ceil(window.right())));
    for (int token = std::max(0, int(window.left())); token < end; ++token) {
        std::array<float, parts_> parts {};
        fill(token, parts);
        for (std::size_t i = 0; i < parts_; ++i) {
            table.cell(token)
                .cell(tokenLabel(store().token(token)))
                .cell(store().time(token).prefill ? tr("prefill") : tr("decode"))
                .cell(stack_->parts()[i].name)
                .cell(double(parts[i]))
                .endRow();
        }
    }
    QStringList names;
    for (int column = 0; column < times_->columnCount(); ++column)
        names << times_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    table.comment(tableCaption_->text());
    table.columns(names);
    for (int row = 0; row < sorted_->rowCount(); ++row) {
        for (int column = 0; column < sorted_->columnCount(); ++column) {
            const QModelIndex cell = sorted_->index(row, column);
            if (column <= LayerTimes::kind)
                table.cell(cell.data().toString());
            else
                table.cell(cell.data(LayerTimes::kSortRole).toDouble());
        }
        table.endRow();
    }
}

QString TimeView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int token = std::clamp(selection().token(), 0, store().tokens() - 1);
    std::array<float, parts_> parts {};
    fill(token, parts);
    static const std::array kNames {"recurrent layers",   "attention layers", "other layers",
                                    "embedding and head", "sampling",         "probes"};
    QStringList words;
    for (std::size_t i = 0; i < parts_; ++i) {
        if (parts[i] > 0) words << tr("%1 %2").arg(tr(kNames[i]), shortNumber(double(parts[i])));
    }
    return tr("Time per token, token %1: %2 ms%3; %4; %5 tokens per second")
        .arg(token)
        .arg(shortNumber(double(store().time(token).ms)),
             store().time(token).prefill ? tr(" in prefill") : QString(),
             words.join(QStringLiteral(", ")), shortNumber(store().tokensPerSecond()));
}

} // namespace mixscope
