#include "ui/panels/prefill_bar.h"

#include "engine/events.h"
#include "ui/panels/panel.h"
#include "ui/theme.h"

#include <QCoreApplication>
#include <QLocale>
#include <QProgressBar>
#include <QVBoxLayout>

#include <algorithm>

namespace mixscope {

QString prefillText(const PrefillProgress& progress)
{
    const QLocale locale;
    const auto say = [](const char* text) {
        return QCoreApplication::translate("PrefillBar", text);
    };
    const QString read =
        say("%1/%2 tokens").arg(locale.toString(progress.done), locale.toString(progress.total));
    if (!(progress.tokens_per_s > 0.0)) return read;
    const double seconds = (progress.total - progress.done) / progress.tokens_per_s;
    const QString left = seconds < 9.95 ? say("%1 s left").arg(locale.toString(seconds, 'f', 1))
        : seconds < 120.0               ? say("%1 s left").arg(qRound(seconds))
                                        : say("%1 min left").arg(qRound(seconds / 60.0));
    return QStringLiteral("%1 · %2").arg(read, left);
}

PrefillBar::PrefillBar(QWidget* parent)
    : QWidget(parent)
    , words_(new Tag({}, this))
    , bar_(new QProgressBar(this))
{
    words_->setMono(true);
    bar_->setAccessibleName(tr("Reading the prompt"));
    bar_->setTextVisible(false);
    auto* column = new QVBoxLayout(this);
    column->addWidget(words_);
    column->addWidget(bar_);
    connect(&Theme::instance(), &Theme::changed, this, &PrefillBar::restyle);
    restyle();
    hide();
}

void PrefillBar::show(const PrefillProgress& progress)
{
    if (progress.done >= progress.total) return end();
    bar_->setMaximum(std::max(1, progress.total));
    bar_->setValue(progress.done);
    const QString text = prefillText(progress);
    words_->setText(text);
    bar_->setAccessibleDescription(text);
    setVisible(true);
}

void PrefillBar::end()
{
    hide();
}

void PrefillBar::restyle()
{
    const Theme& theme = Theme::instance();
    layout()->setContentsMargins(theme.px(2), 0, theme.px(2), theme.px(4));
    layout()->setSpacing(theme.px(4));
    bar_->setFixedHeight(theme.px(8));
}

} // namespace mixscope
