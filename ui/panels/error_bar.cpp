#include "ui/panels/error_bar.h"

#include "ui/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

namespace mixscope {

ErrorBar::ErrorBar(QWidget* parent)
    : QFrame(parent)
    , text_(new QLabel(this))
    , progress_(new QProgressBar(this))
    , copy_(new QPushButton(tr("Copy details"), this))
    , dismiss_(new QPushButton(tr("Dismiss"), this))
    , cancel_(new QPushButton(tr("Cancel opening"), this))
{
    setObjectName("errorBar");
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    progress_->setAccessibleName(tr("Opening progress"));
    progress_->setRange(0, 100);
    auto* row = new QHBoxLayout(this);
    row->addWidget(text_, 1);
    row->addWidget(progress_);
    for (QPushButton* button : {copy_, dismiss_, cancel_}) {
        button->setAccessibleName(button->text());
        row->addWidget(button);
    }
    connect(dismiss_, &QPushButton::clicked, this, &QWidget::hide);
    connect(cancel_, &QPushButton::clicked, this, &ErrorBar::cancelWanted);
    connect(copy_, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(text_->text()); });
    connect(&Theme::instance(), &Theme::changed, this, &ErrorBar::restyle);
    restyle();
    hide();
}

void ErrorBar::setMode(bool loading)
{
    loading_ = loading;
    progress_->setVisible(loading);
    cancel_->setVisible(loading);
    copy_->setVisible(!loading);
    dismiss_->setVisible(!loading);
    show();
}

void ErrorBar::showError(const QString& during, const Error& error)
{
    const QString what = QString::fromStdString(error.what),
                  hint = QString::fromStdString(error.hint);
    text_->setText(tr("%1 failed: %2. %3").arg(during, what, hint));
    text_->setAccessibleName(tr("Error"));
    text_->setAccessibleDescription(text_->text());
    setMode(false);
}

void ErrorBar::showProgress(const LoadProgress& progress)
{
    if (isVisible() && !loading_) return; // an error stays until it is dismissed
    text_->setText(tr("Opening: %1").arg(QString::fromStdString(progress.what)));
    progress_->setValue(int(100 * progress.fraction));
    setMode(true);
}

void ErrorBar::endProgress()
{
    if (loading_) hide();
}

void ErrorBar::restyle()
{
    const Theme& theme = Theme::instance();
    layout()->setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(6));
    progress_->setFixedSize(theme.px(180), theme.px(16));
}

} // namespace mixscope
