#include "ui/panels/status_bar.h"

#include "ui/theme.h"

#include <QPainter>

#include <algorithm>
#include <string_view>

namespace mixscope {

namespace {

constexpr int kMessagePriority = 10;

QColor colorOf(std::string_view role)
{
    const Palette& palette = Theme::instance().palette();
    if (role == "text") return palette.text;
    if (role == "ok") return palette.ok;
    return role == "warn" ? palette.warn : palette.muted;
}

} // namespace

StatusBar::StatusBar(QWidget* parent)
    : TextSurface(parent)
{
    setObjectName("statusBar");
    setAttribute(Qt::WA_StyledBackground);
    setAccessibleName(tr("Status"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void StatusBar::setFacts(const StatusFacts& facts)
{
    std::vector<StatusItem> items = statusItems(facts);
    const auto same = [](const StatusItem& a, const StatusItem& b) {
        return a.text == b.text && a.role == b.role;
    };
    if (std::equal(items.begin(), items.end(), items_.begin(), items_.end(), same)) return;
    items_ = std::move(items);
    update();
}

void StatusBar::setMessage(const QString& message)
{
    message_ = message;
    setToolTip(message.isEmpty() ? QString() : tr("Click to dismiss: %1").arg(message));
    update();
}

QString StatusBar::plainText() const
{
    QStringList parts;
    for (const StatusItem& item : items_)
        parts << item.text;
    if (!message_.isEmpty()) parts << message_;
    return parts.join(" | ");
}

QSize StatusBar::sizeHint() const
{
    return {400, Theme::instance().px(26)};
}

std::vector<StatusItem> StatusBar::fitting() const
{
    std::vector<StatusItem> shown = items_;
    if (!message_.isEmpty()) shown.push_back({message_, "text", kMessagePriority});
    const Theme& theme = Theme::instance();
    const QFontMetrics metrics(theme.font(11));
    const auto total = [&] {
        int sum = theme.px(14);
        for (const StatusItem& item : shown)
            sum += metrics.horizontalAdvance(item.text) + theme.px(24);
        return sum;
    };
    while (shown.size() > 1 && total() > width()) {
        shown.erase(std::min_element(
            shown.begin(), shown.end(),
            [](const StatusItem& a, const StatusItem& b) { return a.priority < b.priority; }));
    }
    return shown;
}

void StatusBar::paintEvent(QPaintEvent* event)
{
    QWidget::paintEvent(event);
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    painter.fillRect(rect(), theme.palette().panel);
    painter.setPen(theme.palette().line);
    painter.drawLine(rect().topLeft(), rect().topRight());
    painter.setFont(theme.font(11));
    int x = theme.px(14);
    for (const StatusItem& item : fitting()) {
        painter.setPen(colorOf(item.role));
        painter.drawText(QRect(x, 1, width() - x, height() - 1), Qt::AlignVCenter, item.text);
        x += painter.fontMetrics().horizontalAdvance(item.text) + theme.px(24);
    }
}

void StatusBar::mouseReleaseEvent(QMouseEvent*)
{
    setMessage({});
}

} // namespace mixscope
