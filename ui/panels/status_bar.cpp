#include "ui/panels/status_bar.h"

#include "ui/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

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
    setMouseTracking(true);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        widest_.clear();
        updateGeometry();
    });
}

void StatusBar::setFacts(const StatusFacts& facts)
{
    std::vector<StatusItem> items = statusItems(facts);
    const auto same = [](const StatusItem& a, const StatusItem& b) {
        return a.text == b.text && a.role == b.role;
    };
    if (std::equal(items.begin(), items.end(), items_.begin(), items_.end(), same)) return;
    const bool otherModel =
        items_.size() > 1 && items.size() > 1 && items_[1].text != items[1].text;
    if (otherModel) widest_.clear();
    items_ = std::move(items);
    const QFontMetrics metrics(Theme::instance().font(11));
    for (const StatusItem& item : items_) {
        int& widest = widest_[item.priority];
        widest = std::max(widest, metrics.horizontalAdvance(item.text));
    }
    update();
}

void StatusBar::setMessage(const QString& message)
{
    message_ = message;
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

int StatusBar::widthOf(const StatusItem& item) const
{
    const auto kept = widest_.find(item.priority);
    const int now = QFontMetrics(Theme::instance().font(11)).horizontalAdvance(item.text);
    return kept == widest_.end() ? now : std::max(now, kept->second);
}

std::vector<StatusBar::Placed> StatusBar::placed() const
{
    std::vector<StatusItem> shown = items_;
    if (!message_.isEmpty()) shown.push_back({message_, "text", kMessagePriority});
    const Theme& theme = Theme::instance();
    const int gap = theme.px(24);
    const auto total = [&] {
        int sum = theme.px(14);
        for (const StatusItem& item : shown)
            sum += widthOf(item) + gap;
        return sum;
    };
    while (shown.size() > 1 && total() > width()) {
        shown.erase(std::min_element(
            shown.begin(), shown.end(),
            [](const StatusItem& a, const StatusItem& b) { return a.priority < b.priority; }));
    }
    std::vector<Placed> all;
    int x = theme.px(14);
    for (const StatusItem& item : shown) {
        const int wide = widthOf(item);
        all.push_back({item, QRect(x, 1, std::min(wide, width() - x), height() - 1)});
        x += wide + gap;
    }
    return all;
}

const StatusItem* StatusBar::itemAt(const std::vector<Placed>& all, QPoint at) const
{
    const int reach = Theme::instance().px(8);
    for (const Placed& place : all) {
        if (place.box.adjusted(-reach, 0, reach, 0).contains(at)) return &place.item;
    }
    return nullptr;
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
    const QFontMetrics metrics(painter.font());
    for (const Placed& place : placed()) {
        painter.setPen(colorOf(place.item.role));
        const bool cut = place.box.width() < widthOf(place.item); // by the end of the window
        painter.drawText(
            cut ? place.box : place.box.adjusted(0, 0, theme.px(8), 0), Qt::AlignVCenter,
            cut ? metrics.elidedText(place.item.text, Qt::ElideRight, place.box.width())
                : place.item.text);
    }
}

bool StatusBar::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) return TextSurface::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const std::vector<Placed> all = placed();
    const StatusItem* item = itemAt(all, help->pos());
    if (item != nullptr && item->priority == kMessagePriority)
        QToolTip::showText(help->globalPos(), tr("Click to dismiss: %1").arg(message_), this);
    else
        QToolTip::hideText();
    return true;
}

void StatusBar::mouseMoveEvent(QMouseEvent* event)
{
    const std::vector<Placed> all = placed();
    const StatusItem* item = itemAt(all, event->position().toPoint());
    const bool acts =
        item != nullptr && (item->priority == kMessagePriority || item->command[0] != '\0');
    setCursor(acts ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void StatusBar::mouseReleaseEvent(QMouseEvent* event)
{
    const std::vector<Placed> all = placed();
    const StatusItem* item = itemAt(all, event->position().toPoint());
    if (item == nullptr || event->button() != Qt::LeftButton) return;
    if (item->priority == kMessagePriority)
        setMessage({});
    else if (item->command[0] != '\0')
        Q_EMIT commandWanted(QString::fromLatin1(item->command));
}

} // namespace mixscope
