#include "ui/panels/open_card.h"

#include "ui/accessibility.h"
#include "ui/icons.h"
#include "ui/models/model_card.h"
#include "ui/models/status_text.h"
#include "ui/plot/glyph.h"
#include "ui/theme.h"
#include "ui/views/legend.h"
#include "ui/views/value_list.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

namespace {

constexpr int kWidth = 460;
constexpr int kCell = 22; ///< of a layer's glyph
constexpr int kBarHeight = 18;

QLabel* label(const char* look, QWidget* parent)
{
    auto* made = new QLabel(parent);
    made->setProperty("look", look);
    made->setWordWrap(true);
    return made;
}

std::array<QColor, 3> partColors()
{
    const Palette& colors = Theme::instance().palette();
    return {colors.mlp, colors.ssm, colors.attn};
}

} // namespace

LayerStrip::LayerStrip(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Layers of the model"));
}

void LayerStrip::setModel(const ModelInfo& model)
{
    kinds_.clear();
    for (const LayerInfo& layer : model.layers)
        kinds_.emplace_back(QString::fromStdString(layer.mixer), layer.n_experts > 0);
    setAccessibleDescription(layersText(model));
    updateGeometry();
    update();
}

int LayerStrip::columns() const
{
    const Theme& theme = Theme::instance();
    return std::max(1, (theme.px(kWidth) - theme.px(32)) / theme.px(kCell));
}

QSize LayerStrip::sizeHint() const
{
    const int lines = (int(kinds_.size()) + columns() - 1) / columns();
    const int cell = Theme::instance().px(kCell);
    return {columns() * cell, std::max(1, lines) * cell};
}

void LayerStrip::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    const int cell = theme.px(kCell), glyph = theme.px(12), dot = theme.px(6);
    for (int i = 0; i < int(kinds_.size()); ++i) {
        const auto& [mixer, experts] = kinds_[std::size_t(i)];
        const QPoint corner(i % columns() * cell, i / columns() * cell);
        drawGlyph(painter, QRectF(corner, QSizeF(glyph, glyph)), kindIcon(mixer),
                  theme.kindColor(mixer));
        if (experts)
            drawGlyph(painter, QRectF(corner + QPoint(glyph, glyph - dot), QSizeF(dot, dot)),
                      QStringLiteral("moe"), theme.palette().moe);
    }
}

MemoryBar::MemoryBar(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Memory needed"));
}

void MemoryBar::show(const ModelPlan& plan, int tokens, int mostTokens)
{
    const MemoryNeed need = memoryNeed(plan.info, tokens);
    bytes_ = {need.weights, need.state, need.kv};
    free_ = double(plan.free_bytes);
    // As wide for every length of context, so that the bar grows and not the scale.
    all_ = std::max(1.0, memoryNeed(plan.info, mostTokens).total());
    setAccessibleDescription(tr("weights %1, recurrent state %2, KV cache %3; %4")
                                 .arg(bytesText(need.weights), bytesText(need.state),
                                      bytesText(need.kv), fitText(plan, tokens)));
    update();
}

std::array<double, 3> MemoryBar::ends() const
{
    std::array<double, 3> ends {};
    double sum = 0.0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        sum += bytes_[i];
        ends[i] = sum / all_ * width();
    }
    return ends;
}

void MemoryBar::paintEvent(QPaintEvent*)
{
    const Palette& colors = Theme::instance().palette();
    QPainter painter(this);
    painter.fillRect(rect(), colors.raised);
    const std::array<double, 3> to = ends();
    double from = 0.0;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        // What is there is seen, however little it is.
        const double wide = bytes_[i] > 0.0 ? std::max(1.0, to[i] - from) : 0.0;
        painter.fillRect(QRectF(from, 0, wide, height()), partColors()[i]);
        from = to[i];
    }
    if (free_ < all_) {
        painter.setPen(QPen(colors.warn, 2));
        const double x = free_ / all_ * width();
        painter.drawLine(QPointF(x, 0), QPointF(x, height()));
    }
}

OpenCard::OpenCard(QWidget* window)
    : QDialog(window)
    , name_(label("title", this))
    , what_(label("hint", this))
    , layers_(new LayerStrip(this))
    , words_(label("hint", this))
    , memory_(new MemoryBar(this))
    , legend_(new Legend(this))
    , fit_(label("hint", this))
    , numbers_(new ValueList(tr("What it takes"), this))
{
    setObjectName("window");
    setWindowTitle(tr("Load a model – Mixscope"));
    auto* load = new QPushButton(tr("Load"), this);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    load->setProperty("look", "accent");
    load->setDefault(true);
    cancel->setAutoDefault(false);
    for (QPushButton* button : {load, cancel})
        button->setAccessibleName(button->text());
    auto* foot = new QHBoxLayout;
    foot->addStretch(1);
    foot->addWidget(cancel);
    foot->addWidget(load);
    auto* column = new QVBoxLayout(this);
    column->setSizeConstraint(QLayout::SetFixedSize);
    for (QWidget* part : {static_cast<QWidget*>(name_), static_cast<QWidget*>(what_),
                          static_cast<QWidget*>(layers_), static_cast<QWidget*>(words_)})
        column->addWidget(part);
    column->addWidget(makeContext());
    for (QWidget* part : {static_cast<QWidget*>(memory_), static_cast<QWidget*>(legend_),
                          static_cast<QWidget*>(fit_), static_cast<QWidget*>(numbers_)})
        column->addWidget(part);
    column->addLayout(foot);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(load, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT loadWanted(QString::fromStdString(plan_.info.path));
    });
    connect(&Theme::instance(), &Theme::changed, this, &OpenCard::restyle);
    restyle();
}

QWidget* OpenCard::makeContext()
{
    auto* line = new QWidget(this);
    contextName_ = label("name", line);
    context_ = new QSlider(Qt::Horizontal, line);
    context_->setAccessibleName(tr("Length of context"));
    context_->setPageStep(1);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(contextName_);
    row->addWidget(context_, 1);
    connect(context_, &QSlider::valueChanged, this, &OpenCard::showContext);
    return line;
}

void OpenCard::offer(const ModelPlan& plan)
{
    plan_ = plan;
    const ModelInfo& model = plan_.info;
    name_->setText(QString::fromStdString(model.name));
    what_->setText(
        QString::fromStdString(model.family + " · " + model.weight_dtype + "\n" + model.path));
    layers_->setModel(model);
    words_->setText(layersText(model));
    contexts_ = contextSteps(model.context_limit);
    context_->setRange(0, int(contexts_.size()) - 1);
    context_->setValue(context_->maximum());
    showContext();
    show();
    raise();
    activateWindow();
}

void OpenCard::showContext()
{
    if (contexts_.empty()) return;
    const int tokens = contexts_[std::size_t(context_->value())];
    const QString named = tr("context of %1 tokens").arg(QLocale().toString(tokens));
    contextName_->setText(named);
    context_->setAccessibleDescription(named);
    memory_->show(plan_, tokens, contexts_.back());
    fit_->setText(fitText(plan_, tokens));
    auto numbers = modelNumbers(plan_.info, tokens);
    numbers_->setFixedHeight(int(numbers.size()) * Theme::instance().px(17)); // a line each
    numbers_->setValues(std::move(numbers));
}

void OpenCard::restyle()
{
    const Theme& theme = Theme::instance();
    const int pad = theme.px(16), inside = theme.px(kWidth) - 2 * pad;
    layout()->setContentsMargins(pad, pad, pad, pad);
    layout()->setSpacing(theme.px(8));
    name_->setFont(theme.font(16, 600));
    for (QLabel* text : {name_, what_, words_, fit_})
        text->setFixedWidth(inside);
    contextName_->setMinimumWidth(theme.px(170));
    memory_->setFixedHeight(theme.px(kBarHeight));
    const auto colors = partColors();
    legend_->setParts({{tr("weights"), colors[0]},
                       {tr("recurrent state"), colors[1]},
                       {tr("KV cache"), colors[2]}});
}

} // namespace mixscope
