#include "ui/views/memory_strip.h"

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

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

float known(double value)
{
    return std::isnan(value) ? 0.0F : float(value);
}

} // namespace

MemoryStrip::MemoryStrip(ViewContext context, QWidget* parent)
    : QWidget(parent)
    , context_(context)
    , caption_(new Caption(this))
    , bars_(new StackPlot(tr("Memory contents"),
                          {.yTitle = tr("norm"), .xTicks = false, .margins = {56, 4, 76, 4}}, this))
    , words_(new QLabel(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(caption_);
    column->addWidget(bars_, 1);
    column->addWidget(words_);
    words_->setWordWrap(true);
    setToolTip(tr("Exact, from keep and write. Norms have no sign and do not add up to ‖S‖; the "
                  "short convolution mixes a token's write with the few before it."));
    bars_->setGap(1.0);
    bars_->setFill([this](int token, std::span<float> parts) {
        if (token > at()) return;
        parts[0] = known(value(token, at()));
        const float all = as_ == As::amount ? row_.written(token) : 0.0F;
        if (all > parts[0]) parts[1] = all - parts[0];
    });
    bars_->setCurve(
        [this](int token) { return token < at() ? double(kUnknown) : value(at(), token); });
    new TokenMarks(*bars_, context.selection);
    connect(bars_, &StackPlot::tokenHovered, &context.selection, &Selection::hoverSource);
    connect(bars_, &StackPlot::tokenClicked, &context.selection, [this](int token) {
        if (token <= at()) context_.selection.lockSource(token);
    });
}

int MemoryStrip::at() const
{
    return std::min(context_.selection.token(), row_.tokens() - 1);
}

double MemoryStrip::value(int source, int at) const
{
    return as_ == As::amount ? row_.left(source, at) : row_.share(source, at);
}

void MemoryStrip::setAs(As as)
{
    as_ = as;
    bars_->setTitles({}, as == As::amount ? tr("norm") : tr("share"));
}

void MemoryStrip::update(int layer, int head, int firstChanged)
{
    layer_ = layer;
    head_ = head;
    row_.setHead(layer, head);
    row_.update(context_.store, firstChanged);
    const double top = as_ == As::share ? 1.0 : niceCeiling(double(row_.largest()));
    bars_->show(row_.tokens(), top);
}

void MemoryStrip::showSelection()
{
    const int token = at();
    bars_->redraw(); // the bars are those of the token in focus
    if (token < 0) return caption_->setText({});
    caption_->setText(tr("memory of layer %1, head %2 after token %3 · %4")
                          .arg(layer_)
                          .arg(head_)
                          .arg(token)
                          .arg(as_ == As::amount
                                   ? tr("norm that remains of each write, faint: gone")
                                   : tr("share of each write that remains")));
    const int source = context_.selection.source();
    const int spoken = source >= 0 && source <= token ? source : token;
    QString words =
        tr("Token %1 '%2': ").arg(spoken).arg(tokenInline(context_.store.token(spoken)));
    if (spoken != token) words += tr("%1 % left, ").arg(100 * row_.share(spoken, token), 0, 'f', 0);
    words_->setText(words + fate(spoken)
                    + tr(". Exact, from keep and write; norms have no sign and "
                         "do not add up to ‖S‖, and the short convolution "
                         "mixes each write with the tokens just before it."));
    bars_->setAccessibleDescription(
        tr("Memory contents of layer %1, head %2 after token %3; its own write %4, %5")
            .arg(layer_)
            .arg(head_)
            .arg(token)
            .arg(shortNumber(double(row_.written(token))), fate(token)));
}

QString MemoryStrip::fate(int token) const
{
    const int newest = row_.tokens() - 1;
    if (token < 0 || token > newest) return {};
    const int gone = row_.halfGoneAfter(token);
    if (gone >= 0) return tr("half gone after %1").arg(tokensText(gone));
    const double share = row_.share(token, newest);
    if (token == newest) return tr("just written");
    if (std::isnan(share)) return tr("not captured in between");
    return tr("%1 % left after %2").arg(100 * share, 0, 'f', 0).arg(tokensText(newest - token));
}

QString MemoryStrip::shortFate(int token) const
{
    const int gone = row_.halfGoneAfter(token);
    if (gone >= 0) return tr("after %1").arg(tokensText(gone));
    const double share = row_.share(token, row_.tokens() - 1);
    return std::isnan(share) ? QStringLiteral("–") : tr("%1 % left").arg(100 * share, 0, 'f', 0);
}

void MemoryStrip::setCompact(bool compact)
{
    words_->setVisible(!compact);
}

void MemoryStrip::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    bars_->setParts({{tr("remains"), colors.ssm}, {tr("gone"), colors.line}});
    words_->setStyleSheet(QStringLiteral("color: %1; background: transparent; font-size: %2px;")
                              .arg(colors.muted.name())
                              .arg(theme.px(10)));
}

std::vector<BarRow> MemoryStrip::strongest(std::size_t count) const
{
    std::vector<BarRow> rows;
    for (const int source : row_.strongest(at(), count)) {
        const double left = row_.left(source, at());
        rows.push_back({.index = QString::number(source),
                        .text = tokenLabel(context_.store.token(source)),
                        .value = shortNumber(left),
                        .part = bars_->top() > 0 ? left / niceCeiling(double(row_.largest())) : 0.0,
                        .strong = rows.empty()});
    }
    return rows;
}

void MemoryStrip::writeTable(TableWriter& table) const
{
    const int after = at();
    for (int token = 0; token <= after; ++token) {
        const auto row = [&](const QString& what, double value) {
            table.cell(token)
                .cell(tokenLabel(context_.store.token(token)))
                .cell(layer_)
                .cell(head_)
                .cell(what)
                .cell(value)
                .endRow();
        };
        row(tr("written"), double(row_.written(token)));
        row(tr("share left after token %1").arg(after), row_.share(token, after));
    }
}

} // namespace mixscope
