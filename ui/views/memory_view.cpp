#include "ui/views/memory_view.h"

#include "engine/model_info.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/stack_plot.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"
#include "ui/views/legend.h"
#include "ui/views/parts.h"
#include "ui/views/value_list.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

namespace {

constexpr double kMega = 1e6;

QString bytesText(double bytes)
{
    if (bytes < 1e3) return QStringLiteral("%1 B").arg(bytes, 0, 'f', 0);
    if (bytes < 1e6) return shortNumber(bytes / 1e3) + QStringLiteral(" kB");
    if (bytes < 1e9) return shortNumber(bytes / 1e6) + QStringLiteral(" MB");
    return shortNumber(bytes / 1e9) + QStringLiteral(" GB");
}

} // namespace

MemoryView::MemoryView(ViewContext context, QWidget* parent)
    : StageView(context, tr("Memory"), parent)
    , growth_(new StackPlot(tr("Memory growth"),
                            {.xTitle = tr("tokens"), .yTitle = tr("MB"), .margins = {52, 8, 4, 34}},
                            page()))
    , legend_(new Legend(page()))
    , numbers_(new ValueList(tr("Memory numbers"), page()))
    , weightsBar_(new SegmentBar(tr("Weights"), {tr("without weights"), tr("with weights")}, this))
    , reachBar_(new SegmentBar(tr("Reach"), {tr("so far"), tr("to the context limit")}, this))
{
    tools()->addWidget(weightsBar_);
    tools()->addWidget(reachBar_);
    tools()->addStretch(1);
    auto* plots = new QVBoxLayout;
    plots->addWidget(legend_);
    plots->addWidget(growth_, 1);
    auto* row = new QHBoxLayout;
    row->addLayout(plots, 1);
    row->addWidget(numbers_, 0, Qt::AlignTop);
    content()->addLayout(row, 1);

    growth_->setGap(0.0);
    growth_->setFill([this](int token, std::span<float> parts) { fill(token, parts); });
    growth_->setGround([this](int token) { return token >= store().tokens(); },
                       tr("still to come, from the shapes"));
    connect(weightsBar_, &SegmentBar::chosenChanged, this, &MemoryView::invalidate);
    connect(reachBar_, &SegmentBar::chosenChanged, this, &MemoryView::invalidate);
    connect(growth_, &StackPlot::tokenHovered, this,
            [this](int token) { selection().hoverToken(token < store().tokens() ? token : -1); });
    connect(growth_, &StackPlot::tokenClicked, this, [this](int token) {
        if (token < store().tokens()) selection().lockToken(token);
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

int MemoryView::columns() const
{
    return reachBar_->chosen() == 1 ? std::max(model()->context_limit, store().tokens())
                                    : std::max(1, store().tokens());
}

StageView::Nothing MemoryView::nothing() const
{
    if (model() == nullptr) return {tr("No model is open."), {}, {}};
    return {};
}

void MemoryView::fill(int token, std::span<float> parts) const
{
    parts[0] = withWeights() ? float(double(model()->weight_bytes) / kMega) : 0.0F;
    parts[1] = float(double(model()->state_bytes) / kMega);
    parts[2] = float(double(model()->kv_bytes_per_token) * (token + 1) / kMega);
}

void MemoryView::update(int)
{
    const double kv = double(model()->kv_bytes_per_token), state = double(model()->state_bytes);
    const double most = (withWeights() ? double(model()->weight_bytes) : 0.0) + state
        + kv * steppedExtent(columns());
    growth_->show(columns(), niceCeiling(1.05 * most / kMega));

    std::vector<StackPart> legend = growth_->parts();
    if (!withWeights() && !legend.empty()) legend.erase(legend.begin());
    legend_->setParts(std::move(legend));

    std::vector<std::pair<QString, QString>> numbers {
        {tr("weights"), bytesText(double(model()->weight_bytes))},
        {tr("recurrent state, fixed"), bytesText(state)},
        {tr("KV cache per token"), bytesText(kv)},
        {tr("KV cache at %1 tokens").arg(store().tokens()), bytesText(kv * store().tokens())},
        {tr("KV cache at %1 tokens").arg(model()->context_limit),
         bytesText(kv * model()->context_limit)},
        {tr("history kept by this window"), bytesText(double(store().bytes()))}};
    if (kv > 0 && state > 0) {
        numbers.insert(numbers.begin() + 3,
                       {tr("KV cache = state at"), tr("%1 tokens").arg(int(state / kv + 0.5))});
    }
    numbers_->setValues(std::move(numbers));
    setHeadline(
        tr("bytes against tokens · %1")
            .arg(withWeights() ? tr("weights, state and KV cache") : tr("state and KV cache")),
        tr("from the model's shapes"));
}

void MemoryView::showSelection()
{
    if (model() != nullptr) growth_->setTokens(selection().token(), selection().lockedToken());
}

void MemoryView::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    growth_->setParts({{tr("weights"), colors.mlp},
                       {tr("recurrent state"), colors.ssm},
                       {tr("KV cache"), colors.attn}});
    numbers_->setFixedWidth(theme.px(170));
}

QString MemoryView::describe() const
{
    if (model() == nullptr) return tr("No model is open.");
    return tr("Memory growth: weights %1, recurrent state %2, KV cache %3 at %4 tokens (%5 per "
              "token)")
        .arg(bytesText(double(model()->weight_bytes)), bytesText(double(model()->state_bytes)),
             bytesText(double(model()->kv_bytes_per_token) * store().tokens()))
        .arg(store().tokens())
        .arg(bytesText(double(model()->kv_bytes_per_token)));
}

} // namespace mixscope
