#include "ui/views/logits_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/stack_plot.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"
#include "ui/views/parts.h"
#include "ui/views/top_tokens.h"

#include <QHeaderView>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr double kSurpriseTop = 10.0; ///< bits; the axis widens when a token exceeds it

float known(float value)
{
    return std::isnan(value) ? 0.0F : value;
}

} // namespace

LogitsView::LogitsView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Logits"), parent)
    , table_(new QTableView(page()))
    , choices_(new TopTokens(this))
    , tableCaption_(new Caption(page()))
    , surprise_(new StackPlot(
          tr("Surprise"),
          {.yTitle = tr("surprise, bit"), .xTicks = false, .margins = {44, 8, 4, 4}}, page()))
    , entropy_(new StackPlot(
          tr("Entropy"),
          {.xTitle = tr("token"), .yTitle = tr("entropy, bit"), .margins = {44, 8, 4, 34}}, page()))
{
    content()->addWidget(tableCaption_);
    content()->addWidget(table_, 5);
    content()->addWidget(surprise_, 2);
    content()->addWidget(entropy_, 3);
    table_->setModel(choices_);
    table_->setItemDelegate(new ProbabilityDelegate(table_));
    table_->setAccessibleName(tr("Top tokens"));
    table_->setObjectName(QStringLiteral("top-tokens"));
    table_->setSelectionMode(QAbstractItemView::NoSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setHighlightSections(false);
    table_->setMinimumHeight(60);

    surprise_->setFill([this](int token, std::span<float> parts) {
        if (token < store().tokens()) parts[0] = known(store().token(token).surprise_bits);
    });
    entropy_->setFill([this](int token, std::span<float> parts) {
        if (token < store().tokens()) parts[0] = known(store().token(token).entropy_bits);
    });
    for (StackPlot* plot : {surprise_, entropy_}) {
        connect(plot, &StackPlot::tokenHovered, &context.selection, &Selection::hoverToken);
        connect(plot, &StackPlot::tokenClicked, &context.selection, &Selection::lockToken);
        connect(plot, &PlotArea::stepped, this, &LogitsView::step);
    }
}

QWidget* LogitsView::drawn() const
{
    return table_;
}

StageView::Nothing LogitsView::nothing() const
{
    return nothingYet(
        tr("Write a message: for every token the model's best next choices are kept."));
}

void LogitsView::update(int firstChanged)
{
    if (firstChanged == 0) surpriseTop_ = kSurpriseTop;
    const int tokens = store().tokens();
    for (int t = std::max(0, firstChanged); t < tokens; ++t) {
        const double bits = double(known(store().token(t).surprise_bits));
        if (bits > surpriseTop_) surpriseTop_ = niceCeiling(bits);
    }
    surprise_->show(tokens, surpriseTop_);
    entropy_->show(tokens, std::ceil(std::log2(std::max(2, model()->vocabulary))));
    if (firstChanged <= shownToken_) shownToken_ = -1;
}

void LogitsView::showSelection()
{
    const int token = selection().token();
    if (model() == nullptr || token < 0 || token >= store().tokens()) return;
    for (StackPlot* plot : {surprise_, entropy_})
        plot->setTokens(token, selection().lockedToken());
    const TokenInfo& info = store().token(token);
    const int next = token + 1 < store().tokens() ? store().token(token + 1).id : -1;
    if (token != shownToken_ || next != shownNext_) {
        shownToken_ = token;
        shownNext_ = next;
        choices_->setChoices(info.next, next,
                             [this](TokenId id) { return pieceLabel(*model(), id); });
    }
    tableCaption_->setText(
        tr("after token %1 '%2' · entropy %3 bit · this token's own surprise %4 bit")
            .arg(token)
            .arg(tokenLabel(info), shortNumber(double(info.entropy_bits)),
                 shortNumber(double(info.surprise_bits))));
    const int pooled = surprise_->tokensPerPixel();
    setHeadline(tr("best choices for the next token: raw, after temperature, after filters"),
                pooled == 1 ? tr("exact") : tr("lanes: max of %1 tokens").arg(pooled));
}

void LogitsView::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    surprise_->setParts({{tr("surprise"), colors.warn}});
    entropy_->setParts({{tr("entropy"), colors.attn}});
    table_->setFont(theme.mono(11));
    table_->horizontalHeader()->setFont(theme.font(11, 500));
    table_->verticalHeader()->setDefaultSectionSize(theme.px(20));
    QHeaderView* head = table_->horizontalHeader();
    head->setSectionResizeMode(QHeaderView::Stretch);
    for (const int column : {TopTokens::rank, TopTokens::id, TopTokens::logit}) {
        head->setSectionResizeMode(column, QHeaderView::Fixed);
        head->resizeSection(column, theme.px(column == TopTokens::rank ? 32 : 62));
    }
    table_->setStyleSheet(
        QStringLiteral(
            "QTableView { background: %1; color: %2; border: none; }"
            "QHeaderView, QHeaderView::section { background: %1; color: %3; border: none;"
            " border-bottom: 1px solid %4; padding: 2px %5px; }")
            .arg(colors.panel.name(), colors.text.name(), colors.muted.name(), colors.line.name())
            .arg(theme.px(4)));
    shownToken_ = -1;
}

QString LogitsView::describe() const
{
    const Nothing none = nothing();
    if (!none.sentence.isEmpty()) return none.sentence;
    const int token = std::clamp(selection().token(), 0, store().tokens() - 1);
    const TokenInfo& info = store().token(token);
    QStringList words;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, info.next.size()); ++i) {
        words << tr("%1 for '%2'")
                     .arg(double(info.next[i].p_raw), 0, 'f', 2)
                     .arg(pieceLabel(*model(), info.next[i].id));
    }
    return tr("Top tokens after token %1 '%2': %3; entropy %4 bits")
        .arg(token)
        .arg(tokenLabel(info), words.join(QStringLiteral(", ")),
             shortNumber(double(info.entropy_bits)));
}

} // namespace mixscope
