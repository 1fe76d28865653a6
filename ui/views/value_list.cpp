#include "ui/views/value_list.h"

#include "ui/accessibility.h"
#include "ui/label_paint.h"
#include "ui/theme.h"

#include <QPainter>
#include <QStringList>

namespace mixscope {

namespace {
constexpr int kName = 15, kValue = 18, kBoth = 17; ///< line heights before the scale
}

ValueList::ValueList(const QString& accessibleName, QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, accessibleName);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void ValueList::setValues(std::vector<std::pair<QString, QString>> values)
{
    if (values == values_) return;
    if (values.size() != values_.size()) updateGeometry();
    values_ = std::move(values);
    QStringList words;
    for (const auto& [name, value] : values_)
        words << name + QLatin1Char(' ') + value;
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    update();
}

QSize ValueList::sizeHint() const
{
    const Theme& theme = Theme::instance();
    return {theme.px(96), int(values_.size()) * theme.px(kName + kValue)};
}

QSize ValueList::minimumSizeHint() const
{
    return {sizeHint().width(), int(values_.size()) * Theme::instance().px(kBoth)};
}

void ValueList::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const int name = theme.px(kName), value = theme.px(kValue);
    QPainter painter(this);
    const bool low = height() < sizeHint().height();
    int top = 0;
    for (const auto& [label, number] : values_) {
        if (low) {
            const QRect line(0, top, width(), theme.px(kBoth));
            painter.setFont(theme.font(10));
            painter.setPen(theme.palette().muted);
            painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, label);
            painter.setFont(theme.mono(11, 500));
            painter.setPen(theme.palette().text);
            painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, number);
            top += line.height();
            continue;
        }
        painter.setFont(theme.font(10));
        painter.setPen(theme.palette().muted);
        painter.drawText(QRect(0, top, width(), name), Qt::AlignVCenter, label);
        painter.setFont(theme.mono(12, 500));
        painter.setPen(theme.palette().text);
        paintLabel(painter, QRect(0, top + name, width(), value), Qt::AlignLeft, number);
        top += name + value;
    }
}

} // namespace mixscope
