#include "ui/views/waiting_veil.h"

#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QEvent>
#include <QPainter>

#include <utility>

namespace mixscope {

namespace {
constexpr int kTurnMs = 50;
constexpr int kTurnDegrees = 18;
constexpr float kDim = 0.62F; // of the panel's colour over the picture
} // namespace

WaitingVeil::WaitingVeil(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Waiting"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    delay_.setSingleShot(true);
    delay_.setInterval(kDelayMs);
    turn_.setInterval(kTurnMs);
    connect(&delay_, &QTimer::timeout, this, &WaitingVeil::appear);
    connect(&turn_, &QTimer::timeout, this, [this] {
        ++turns_;
        update();
    });
    hide();
}

void WaitingVeil::cover(QWidget* sibling)
{
    covered_ << sibling;
    sibling->installEventFilter(this);
}

void WaitingVeil::setReason(const QString& reason)
{
    if (std::exchange(reason_, reason) == reason) return;
    setAccessibleDescription(reason);
    if (reason.isEmpty()) {
        delay_.stop();
        turn_.stop();
        hide();
    } else if (isHidden() && !delay_.isActive()) {
        delay_.start();
    }
    update();
}

void WaitingVeil::appear()
{
    for (const QWidget* sibling : std::as_const(covered_)) {
        if (sibling->isVisible()) setGeometry(sibling->geometry());
    }
    raise();
    show();
    turn_.start();
}

bool WaitingVeil::eventFilter(QObject* watched, QEvent* event)
{
    const QEvent::Type type = event->type();
    if (type == QEvent::Resize || type == QEvent::Move || type == QEvent::Show)
        setGeometry(static_cast<QWidget*>(watched)->geometry());
    return QWidget::eventFilter(watched, event);
}

void WaitingVeil::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    QColor ground = theme.palette().panel;
    ground.setAlphaF(kDim);
    QPainter painter(this);
    painter.fillRect(rect(), ground);
    painter.setRenderHint(QPainter::Antialiasing);
    const int size = theme.px(28), line = theme.px(18);
    const QRect wheel(width() / 2 - size / 2, height() / 2 - size, size, size);
    painter.setPen(QPen(theme.palette().line, theme.px(3)));
    painter.drawEllipse(wheel);
    painter.setPen(QPen(theme.palette().accent, theme.px(3), Qt::SolidLine, Qt::RoundCap));
    painter.drawArc(wheel, -turns_ * kTurnDegrees * 16, 90 * 16);
    painter.setPen(theme.palette().text);
    painter.setFont(theme.font(12, 500));
    painter.drawText(QRect(0, wheel.bottom() + theme.px(8), width(), line), Qt::AlignCenter,
                     reason_);
}

} // namespace mixscope
