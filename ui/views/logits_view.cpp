#include "ui/views/logits_view.h"

#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/stack_plot.h"
#include "ui/plot/token_marks.h"
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
constexpr double kEntropyTop = 5.0;

QString bits(float value)
{
    return std::isnan(value) ? QStringLiteral("–") : QString::number(double(value), 'f', 2);
}

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
        new TokenMarks(*plot, context.selection);
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
    if (firstChanged == 0) {
        surpriseTop_ = kSurpriseTop;
        entropyTop_ = kEntropyTop;
    }
    const int tokens = store().tokens();
    for (int t = std::max(0, firstChanged); t < tokens; ++t) {
        const double surprise = double(known(store().token(t).surprise_bits));
        const double entropy = double(known(store().token(t).entropy_bits));
        if (surprise > surpriseTop_) surpriseTop_ = niceCeiling(surprise);
        if (entropy > entropyTop_) entropyTop_ = niceCeiling(entropy);
    }
    surprise_->show(tokens, surpriseTop_);
    entropy_->show(tokens, entropyTop_);
    if (firstChanged <= shownToken_) shownToken_ = -1;
}

void LogitsView::showSelection()
{
    const int token = selection().token();
    if (model() == nullptr || token < 0 || token >= store().tokens()) return;
    const TokenInfo& info = store().token(token);
    const int next = token + 1 < store().tokens() ? store().token(token + 1).id : -1;
    if (token != shownToken_ || next != shownNext_) {
        shownToken_ = token;
        shownNext_ = next;
        choices_->setChoices(info.next, next,
                             [this](TokenId id) { return pieceLabel(*model(), id); });
    }
    tableCaption_->setText(
        tr("after token %1 '%2' · entropy %3 of at most %4 bit · its own surprise %5 bit")
            .arg(token)
            .arg(tokenInline(info), bits(info.entropy_bits))
            .arg(std::log2(double(std::max(2, model()->vocabulary))), 0, 'f', 1)
            .arg(bits(info.surprise_bits)));
    showNotice(token);
    const int pooled = surprise_->tokensPerPixel();
    setHeadline(tr("best choices for the next token"),
                pooled == 1 ? tr("exact") : tr("lanes: max of %1 tokens").arg(pooled));
}

/// Why a token has no choices, and the way to have them.
void LogitsView::showNotice(int token)
{
    if (!store().token(token).next.empty()) return setNotice({});
    const bool inside = token + 1 < store().tokens() && store().time(token + 1).prefill;
    if (inside)
        return setNotice(tr("Inside a prompt no choice is made: only after its last token."));
    setNotice(tr("The choices after this token were not captured"), tr("Turn on"),
              [this] { Q_EMIT probeLevelWanted(); });
}

void LogitsView::showGeometry()
{
    const Theme& theme = Theme::instance();
    // Ten choices fill the table where it has more height than they need.
    const int room = contentHeight() * 5 / 10 - theme.px(52);
    table_->verticalHeader()->setDefaultSectionSize(
        std::clamp(room / 10, theme.px(20), theme.px(30)));
}

void LogitsView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    showGeometry();
}

void LogitsView::writeTable(TableWriter& table) const
{
    if (model() == nullptr) return;
    table.columns({tr("token"), tr("text"), tr("quantity"), tr("value [bit]")});
    const QRectF window = surprise_->window();
    const int end = std::min(store().tokens(), int(std::ceil(window.right())));
    for (int token = std::max(0, int(window.left())); token < end; ++token) {
        const TokenInfo& info = store().token(token);
        const auto row = [&](const QString& what, float value) {
            table.cell(token).cell(tokenLabel(info)).cell(what).cell(double(value)).endRow();
        };
        row(tr("surprise"), info.surprise_bits);
        row(tr("entropy"), info.entropy_bits);
    }
    const int token = selection().token();
    if (token < 0 || token >= store().tokens()) return;
    table.comment(tableCaption_->text());
    table.columns({tr("rank"), tr("id"), tr("choice"), tr("logit"), tr("probability raw"),
                   tr("after temperature"), tr("after filters")});
    int rank = 0;
    for (const TopChoice& choice : store().token(token).next) {
        table.cell(++rank).cell(choice.id).cell(pieceLabel(*model(), choice.id));
        for (const float value : {choice.logit, choice.p_raw, choice.p_temperature, choice.p_final})
            table.cell(double(value));
        table.endRow();
    }
}

void LogitsView::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    surprise_->setParts({{tr("surprise"), colors.warn}});
    entropy_->setParts({{tr("entropy"), colors.attn}});
    table_->setFont(theme.mono(11));
    table_->horizontalHeader()->setFont(theme.font(11, 500));
    showGeometry();
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
                     .arg(isolated(pieceLabel(*model(), info.next[i].id)));
    }
    return tr("Top tokens after token %1 '%2': %3; entropy %4 bits")
        .arg(token)
        .arg(tokenInline(info), words.join(QStringLiteral(", ")),
             shortNumber(double(info.entropy_bits)));
}

} // namespace mixscope
