#include "ui/panels/sampling_panel.h"

#include "ui/models/conversation.h"
#include "ui/panels/panel.h"
#include "ui/theme.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>

#include <limits>

namespace mixscope {

SamplingPanel::SamplingPanel(Conversation& conversation, QWidget* parent)
    : QFrame(parent, Qt::Popup)
    , conversation_(conversation)
    , form_(new QFormLayout(this))
{
    setObjectName("popup");
    setAccessibleName(tr("Sampling"));
    temperature_ =
        number(tr("Temperature"), 0.0, 5.0, 0.1, tr("0: always the most probable token"));
    topK_ = integer(tr("Top-k"), 1000, tr("keep the k best; 0: off"));
    topP_ = number(tr("Top-p"), 0.0, 1.0, 0.05, tr("keep the best that sum to p; 1: off"));
    minP_ = number(tr("Min-p"), 0.0, 1.0, 0.01, tr("drop what is below p × best; 0: off"));
    penalty_ =
        number(tr("Repetition penalty"), 0.5, 2.0, 0.05, tr("above 1 avoids words already said"));
    seed_ = integer(tr("Seed"), std::numeric_limits<int>::max(),
                    tr("the same seed gives the same text"));
    system_ = new QLineEdit(this);
    system_->setAccessibleName(tr("System prompt"));
    system_->setPlaceholderText(tr("none; used by the next new chat"));
    form_->addRow(new Tag(tr("System prompt"), this), system_);
    connect(system_, &QLineEdit::textChanged, &conversation_, &Conversation::setSystemPrompt);
    connect(&conversation_, &Conversation::samplingChanged, this,
            [this] { show(conversation_.sampling()); });
    connect(&conversation_, &Conversation::systemPromptChanged, this, [this] {
        if (system_->text() != conversation_.systemPrompt())
            system_->setText(conversation_.systemPrompt());
    });
    system_->setText(conversation_.systemPrompt());
    show(conversation_.sampling());
}

QDoubleSpinBox* SamplingPanel::number(const QString& name, double low, double high, double step,
                                      const QString& hint)
{
    auto* box = new QDoubleSpinBox(this);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setDecimals(2);
    box->setAccessibleName(name);
    box->setToolTip(hint);
    form_->addRow(new Tag(name, this), box);
    connect(box, &QDoubleSpinBox::valueChanged, this, &SamplingPanel::take);
    return box;
}

QSpinBox* SamplingPanel::integer(const QString& name, int high, const QString& hint)
{
    auto* box = new QSpinBox(this);
    box->setRange(0, high);
    box->setAccessibleName(name);
    box->setToolTip(hint);
    form_->addRow(new Tag(name, this), box);
    connect(box, &QSpinBox::valueChanged, this, &SamplingPanel::take);
    return box;
}

void SamplingPanel::take()
{
    Sampling sampling;
    sampling.temperature = float(temperature_->value());
    sampling.top_k = topK_->value();
    sampling.top_p = float(topP_->value());
    sampling.min_p = float(minP_->value());
    sampling.repetition_penalty = float(penalty_->value());
    sampling.seed = std::uint64_t(seed_->value());
    conversation_.setSampling(sampling);
}

void SamplingPanel::show(const Sampling& sampling)
{
    for (QWidget* box : {static_cast<QWidget*>(temperature_), static_cast<QWidget*>(topK_),
                         static_cast<QWidget*>(topP_), static_cast<QWidget*>(minP_),
                         static_cast<QWidget*>(penalty_), static_cast<QWidget*>(seed_)}) {
        box->blockSignals(true);
    }
    temperature_->setValue(double(sampling.temperature));
    topK_->setValue(sampling.top_k);
    topP_->setValue(double(sampling.top_p));
    minP_->setValue(double(sampling.min_p));
    penalty_->setValue(double(sampling.repetition_penalty));
    seed_->setValue(int(sampling.seed));
    for (QWidget* box : {static_cast<QWidget*>(temperature_), static_cast<QWidget*>(topK_),
                         static_cast<QWidget*>(topP_), static_cast<QWidget*>(minP_),
                         static_cast<QWidget*>(penalty_), static_cast<QWidget*>(seed_)}) {
        box->blockSignals(false);
    }
}

void SamplingPanel::openBelow(QWidget* anchor)
{
    const Theme& theme = Theme::instance();
    form_->setContentsMargins(theme.px(14), theme.px(12), theme.px(14), theme.px(12));
    form_->setHorizontalSpacing(theme.px(16));
    form_->setVerticalSpacing(theme.px(8));
    adjustSize();
    move(anchor->mapToGlobal(QPoint(0, anchor->height() + theme.px(4))));
    QFrame::show();
    temperature_->setFocus();
}

QString SamplingPanel::summary(const Sampling& sampling)
{
    if (sampling.temperature <= 0.0F) return tr("greedy");
    QStringList parts {tr("T %1").arg(double(sampling.temperature), 0, 'g', 3)};
    if (sampling.top_k > 0) parts << tr("top-k %1").arg(sampling.top_k);
    if (sampling.top_p < 1.0F) parts << tr("top-p %1").arg(double(sampling.top_p), 0, 'g', 3);
    if (sampling.min_p > 0.0F) parts << tr("min-p %1").arg(double(sampling.min_p), 0, 'g', 3);
    if (sampling.repetition_penalty != 1.0F)
        parts << tr("penalty %1").arg(double(sampling.repetition_penalty), 0, 'g', 3);
    parts << tr("seed %1").arg(sampling.seed);
    return parts.join("  ");
}

} // namespace mixscope
