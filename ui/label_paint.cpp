#include "ui/label_paint.h"

#include "ui/models/token_text.h"
#include "ui/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr double kBoxedSize = 0.82; // of the text's size
constexpr QChar kEllipsis(0x2026), kOpen(0x27E8);

double pad()
{
    return std::max(2, Theme::instance().px(3));
}

double widthOf(const QFont& font, const LabelPart& part)
{
    if (!part.boxed) return QFontMetricsF(font).horizontalAdvance(part.text);
    return std::ceil(QFontMetricsF(boxedFont(font)).horizontalAdvance(part.text)) + 2 * pad() + 2;
}

/// The parts that fit into `room`; the last one is shorter or gone when they do not all fit.
std::vector<LabelPart> fitted(const QFont& font, std::vector<LabelPart> parts, double room)
{
    double used = 0.0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double width = widthOf(font, parts[i]);
        if (used + width <= room + 0.5) {
            used += width;
            continue;
        }
        const LabelPart cut = parts[i];
        parts.resize(i);
        const QString rest = cut.boxed
            ? QString(kEllipsis)
            : QFontMetricsF(font).elidedText(cut.text, Qt::ElideRight, std::max(0.0, room - used));
        parts.push_back({rest, false});
        break;
    }
    return parts;
}

void paintBoxed(QPainter& painter, const QRectF& box, const QString& name)
{
    const QFont font = painter.font();
    paintNameBox(painter, box.adjusted(1, 0, -1, 0));
    painter.setFont(boxedFont(font));
    painter.drawText(box, Qt::AlignCenter | Qt::TextDontClip, name);
    painter.setFont(font);
}

} // namespace

QFont boxedFont(const QFont& text)
{
    const Theme& theme = Theme::instance();
    QFont font = theme.mono(10, 500);
    font.setPixelSize(std::max(6, int(std::lround(text.pixelSize() * kBoxedSize))));
    return font;
}

void paintNameBox(QPainter& painter, const QRectF& box)
{
    const Theme& theme = Theme::instance();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.palette().faint, 1));
    painter.setBrush(theme.palette().raised);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3));
    painter.restore();
}

double labelWidth(const QFont& font, const QString& label)
{
    double width = 0.0;
    for (const LabelPart& part : labelParts(label))
        width += widthOf(font, part);
    return width;
}

void paintLabel(QPainter& painter, const QRectF& box, Qt::Alignment align, const QString& label)
{
    const QFont font = painter.font();
    const QFontMetricsF metrics(font);
    if (!label.contains(kOpen)) {
        const bool fits = metrics.horizontalAdvance(label) <= box.width() + 0.5;
        const Qt::Alignment upright =
            align & Qt::AlignVertical_Mask ? align : align | Qt::AlignVCenter;
        painter.drawText(box, int(upright | Qt::AlignAbsolute) | Qt::TextSingleLine,
                         fits ? label : metrics.elidedText(label, Qt::ElideRight, box.width()));
        return;
    }
    const std::vector<LabelPart> parts = fitted(font, labelParts(label), box.width());
    double width = 0.0;
    for (const LabelPart& part : parts)
        width += widthOf(font, part);
    double x = box.left();
    if (align & Qt::AlignRight) x = box.right() - width;
    if (align & Qt::AlignHCenter) x = box.left() + std::round((box.width() - width) / 2.0);
    const double height = std::min(box.height(), std::ceil(metrics.height()));
    double top = box.top() + (box.height() - height) / 2.0;
    if (align & Qt::AlignTop) top = box.top();
    if (align & Qt::AlignBottom) top = box.bottom() - height;
    for (const LabelPart& part : parts) {
        const QRectF place(x, std::round(top), widthOf(font, part), height);
        if (part.boxed)
            paintBoxed(painter, place, part.text);
        else
            painter.drawText(place, int(Qt::AlignLeft | Qt::AlignVCenter) | Qt::TextDontClip,
                             part.text);
        x += place.width();
    }
}

} // namespace mixscope
