#include "ui/views/memory_view.h"

#include "engine/model_info.h"
#include "ui/export/table_writer.h"
#include "ui/models/memory_projection.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/curve_plot.h"
#include "ui/plot/stack_plot.h"
#include "ui/plot/token_marks.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"
#include "ui/views/legend.h"
#include "ui/views/parts.h"
#include "ui/views/value_list.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kFirstDecade = 2, kLastDecade = 6; ///< of the projection: 10² … 10⁶ tokens
constexpr double kMillion = 1e6;

struct Unit {
    double bytes;
    const char* name;
};
constexpr std::array<Unit, 4> kUnits {{{1.0, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}}};

/// The largest unit of which there is at least one.
Unit unitOf(double bytes)
{
    Unit best = kUnits.front();
    for (const Unit& each : kUnits)
        if (bytes >= each.bytes) best = each;
    return best;
}

QString bytesText(double bytes)
{
    const Unit unit = unitOf(bytes);
    QString number = shortNumber(bytes / unit.bytes);
    if (number.endsWith(QStringLiteral(".00"))) number.chop(3);
    if (number.endsWith(QStringLiteral(".0"))) number.chop(2);
    return number + QLatin1Char(' ') + QLatin1String(unit.name);
}

QString count(double tokens)
{
    return QLocale().toString(qlonglong(std::llround(tokens)));
}

} // namespace

MemoryView::MemoryView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Memory"), parent)
    , growth_(new StackPlot(
          tr("Memory growth"),
          {.xTitle = tr("tokens"), .yTitle = tr("MB"), .margins = {62, 8, 12, 34}}, page()))
    , legend_(new Legend(page()))
    , projectionCaption_(new Caption(page()))
    , projection_(new CurvePlot(tr("Memory projection"),
                                {.xTitle = tr("tokens"), .margins = {62, 8, 12, 34}}, page()))
    , plots_(new QBoxLayout(QBoxLayout::TopToBottom))
    , numbers_(new ValueList(tr("Memory numbers"), page()))
    , weightsBar_(new SegmentBar(tr("Weights"), {tr("without weights"), tr("with weights")}, this))
    , reachBar_(new SegmentBar(tr("Reach"), {tr("so far"), tr("to the context limit")}, this))
{
    tools()->addWidget(weightsBar_);
    tools()->addWidget(reachBar_);
    tools()->addStretch(1);
    auto* above = new QVBoxLayout;
    above->addWidget(legend_);
    above->addWidget(growth_, 1);
    auto* below = new QVBoxLayout;
    below->addWidget(projectionCaption_);
    below->addWidget(projection_, 1);
    plots_->addLayout(above, 1);
    plots_->addLayout(below, 1);
    auto* row = new QHBoxLayout;
    row->addLayout(plots_, 1);
    row->addWidget(numbers_, 0, Qt::AlignTop);
    content()->addLayout(row, 1);

    growth_->setGap(0.0);
    growth_->setFill([this](int token, std::span<float> parts) { fill(token, parts); });
    growth_->setGround([this](int token) { return token >= store().tokens() ? 0 : -1; },
                       [](int) { return tr("still to come, from the shapes"); });
    projection_->setTickNames(
        [](double tokens) { return tokens < 1e4 ? count(tokens) : rangeNumber(tokens); },
        [](double bytes) { return bytesText(bytes); });
    connect(&context.store, &RunStore::runStateChanged, this, [this] {
        if (store().planned() != nullptr) invalidate();
    });
    connect(weightsBar_, &SegmentBar::chosenChanged, this, &MemoryView::invalidate);
    connect(reachBar_, &SegmentBar::chosenChanged, this, &MemoryView::invalidate);
    new TokenMarks(*growth_, context.selection);
    connect(growth_, &StackPlot::tokenHovered, this,
            [this](int token) { selection().hoverToken(token < store().tokens() ? token : -1); });
    connect(growth_, &StackPlot::tokenClicked, this, [this](int token) {
        if (token < store().tokens()) selection().lockToken(token);
    });
    connect(growth_, &PlotArea::stepped, this, &MemoryView::step);
    connect(projection_, &CurvePlot::valueHovered, this, [this](double tokens) {
        read_ = tokens > 0 ? tokens : kMillion;
        showCaption();
    });
}

QWidget* MemoryView::drawn() const
{
    return growth_;
}
bool MemoryView::withWeights() const
{
    return weightsBar_->chosen() == 1;
}
double MemoryView::weights() const
{
    return withWeights() ? double(shown()->weight_bytes) : 0.0;
}

int MemoryView::columns() const
{
    return reachBar_->chosen() == 1 ? std::max(shown()->context_limit, store().tokens())
                                    : std::max(1, store().tokens());
}

/// The model that is there, or the one that is being loaded.
const ModelInfo* MemoryView::shown() const
{
    return model() != nullptr ? model() : store().planned();
}

StageView::Nothing MemoryView::nothing() const
{
    if (shown() == nullptr) return {tr("No model is open."), {}, {}};
    return {};
}

void MemoryView::fill(int token, std::span<float> parts) const
{
    parts[0] = float(weights() / unit_);
    parts[1] = float(double(shown()->state_bytes) / unit_);
    parts[2] = float(double(shown()->kv_bytes_per_token) * (token + 1) / unit_);
}

void MemoryView::update(int)
{
    const double kv = double(shown()->kv_bytes_per_token), state = double(shown()->state_bytes);
    const double most = weights() + state + kv * steppedExtent(columns());
    const Unit unit = unitOf(most);
    unit_ = unit.bytes;
    growth_->setTitles(tr("tokens"), QLatin1String(unit.name));
    growth_->show(columns(), niceCeiling(1.05 * most / unit_));

    std::vector<StackPart> legend = growth_->parts();
    if (!withWeights() && !legend.empty()) legend.erase(legend.begin());
    legend_->setParts(std::move(legend));
    if (curvesOf_ != std::pair<const void*, bool>(shown(), withWeights())) setCurves();
    projection_->setNow(store().tokens(), tr("now"));
    showCaption();
    showNumbers();
    const QString what =
        tr("%1 against tokens")
            .arg(withWeights() ? tr("weights, state and KV cache") : tr("state and KV cache"));
    const bool planned = model() == nullptr;
    setHeadline(planned ? tr("%1 · %2").arg(QString::fromStdString(shown()->name), what) : what,
                planned ? tr("planned, from the headers") : tr("from the model's shapes"));
}

void MemoryView::setCurves()
{
    curvesOf_ = {shown(), withWeights()};
    const MemoryProjection project(*shown());
    const Palette& colors = Theme::instance().palette();
    const double extra = weights();
    const auto curve = [extra](const QString& name, const QColor& color, Qt::PenStyle style,
                               const MemoryCurve& bytes) {
        return Curve {name, color, style,
                      [bytes, extra](double tokens) { return extra + bytes.at(tokens); }};
    };
    std::vector<Curve> curves;
    std::vector<CurveMark> marks;
    const auto mark = [&](const MemoryCurve& a, const MemoryCurve& b, const QString& text) {
        const double tokens = crossing(a, b);
        if (!std::isnan(tokens))
            marks.push_back({tokens, extra + a.at(tokens), text.arg(count(tokens))});
    };
    if (project.pure_attention)
        curves.push_back(
            curve(tr("pure attention"), colors.attn, Qt::DashLine, *project.pure_attention));
    if (project.pure_recurrent)
        curves.push_back(
            curve(tr("pure recurrent"), colors.ssm, Qt::DashDotLine, *project.pure_recurrent));
    curves.push_back(curve(tr("this model"), colors.text, Qt::SolidLine, project.model));
    if (project.pure_attention && project.pure_recurrent)
        mark(*project.pure_attention, *project.pure_recurrent, tr("equal at %1 tokens"));
    double least = 1e18, most = 1.0;
    for (const Curve& each : curves) {
        least = std::min(least, each.at(std::pow(10.0, kFirstDecade)));
        most = std::max(most, each.at(kMillion));
    }
    least = std::max(least, 1.0); // a layer that keeps nothing has no logarithm
    // A mark near the lower end needs room for its words below.
    projection_->setDecades(kFirstDecade, kLastDecade, int(std::floor(std::log10(least / 3.0))),
                            int(std::ceil(std::log10(most))));
    projection_->setCurves(std::move(curves), std::move(marks));
    projection_->setAccessibleDescription(wordsAt(kMillion));
}

void MemoryView::showCaption()
{
    const MemoryProjection project(*shown());
    QStringList words {tr("at %1 tokens").arg(count(read_))};
    if (project.pure_attention || project.pure_recurrent)
        words << tr("pure: all %1 layers like one of this model's").arg(project.layers);
    if (project.pure_attention) words << tr("attention layer %1").arg(project.attention_layer);
    if (project.pure_recurrent) words << tr("recurrent layer %1").arg(project.recurrent_layer);
    projectionCaption_->setText(words.join(QStringLiteral(" · ")));
}

QString MemoryView::wordsAt(double tokens) const
{
    const MemoryProjection project(*shown());
    const double extra = weights();
    QStringList words {tr("this model %1").arg(bytesText(extra + project.model.at(tokens)))};
    if (project.pure_attention)
        words << tr("all %1 layers like attention layer %2: %3")
                     .arg(project.layers)
                     .arg(project.attention_layer)
                     .arg(bytesText(extra + project.pure_attention->at(tokens)));
    if (project.pure_recurrent)
        words << tr("all like recurrent layer %1: %2")
                     .arg(project.recurrent_layer)
                     .arg(bytesText(extra + project.pure_recurrent->at(tokens)));
    return tr("at %1 tokens · %2").arg(count(tokens), words.join(QStringLiteral(" · ")));
}

void MemoryView::showNumbers()
{
    const double kv = double(shown()->kv_bytes_per_token), state = double(shown()->state_bytes);
    const int tokens = store().tokens();
    std::vector<std::pair<QString, QString>> numbers {
        {tr("weights"), bytesText(double(shown()->weight_bytes))},
        {tr("recurrent state, fixed"), bytesText(state)},
        {tr("KV cache per token"), bytesText(kv)},
        {tr("KV cache at %1 tokens").arg(count(tokens)), bytesText(kv * tokens)},
        {tr("KV cache at %1 tokens").arg(count(shown()->context_limit)),
         bytesText(kv * shown()->context_limit)}};
    if (kv > 0 && state > 0)
        numbers.emplace_back(tr("KV cache = state at"), tr("%1 tokens").arg(count(state / kv)));
    const MemoryProjection project(*shown());
    if (project.pure_attention && project.pure_recurrent) {
        numbers.emplace_back(
            tr("one layer's KV = one state at"),
            tr("%1 tokens").arg(count(crossing(*project.pure_attention, *project.pure_recurrent))));
    }
    numbers.emplace_back(tr("history kept by this window"), bytesText(double(store().bytes())));
    numbers_->setValues(std::move(numbers));
}

void MemoryView::resizeEvent(QResizeEvent* event)
{
    StageView::resizeEvent(event);
    const bool low = contentHeight() < Theme::instance().px(380);
    plots_->setDirection(low ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

void MemoryView::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    growth_->setParts({{tr("weights"), colors.mlp},
                       {tr("recurrent state"), colors.ssm},
                       {tr("KV cache"), colors.attn}});
    numbers_->setFixedWidth(theme.px(170));
    curvesOf_ = {}; // curves carry colours
}

void MemoryView::writeTable(TableWriter& table) const
{
    if (shown() == nullptr) return;
    table.columns({tr("tokens"), tr("what"), tr("memory [bytes]")});
    const auto row = [&](double tokens, const QString& what, double bytes) {
        table.cell(tokens).cell(what).cell(bytes).endRow();
    };
    for (int tokens = 1; tokens <= columns(); ++tokens) {
        if (withWeights()) row(tokens, tr("weights"), weights());
        row(tokens, tr("recurrent state"), double(shown()->state_bytes));
        row(tokens, tr("KV cache"), double(shown()->kv_bytes_per_token) * tokens);
    }
    constexpr int kSteps = 10; // for each power of ten
    for (int i = kFirstDecade * kSteps; i <= kLastDecade * kSteps; ++i) {
        const double tokens = std::round(std::pow(10.0, i / double(kSteps)));
        for (const Curve& curve : projection_->curves())
            row(tokens, tr("projection, %1").arg(curve.name), curve.at(tokens));
    }
}

QString MemoryView::describe() const
{
    if (shown() == nullptr) return tr("No model is open.");
    return tr("Memory growth: weights %1, recurrent state %2, KV cache %3 at %4 tokens (%5 per "
              "token); %6")
        .arg(bytesText(double(shown()->weight_bytes)), bytesText(double(shown()->state_bytes)),
             bytesText(double(shown()->kv_bytes_per_token) * store().tokens()))
        .arg(store().tokens())
        .arg(bytesText(double(shown()->kv_bytes_per_token)), wordsAt(kMillion));
}

} // namespace mixscope
