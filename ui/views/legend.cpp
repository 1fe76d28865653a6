#include "ui/views/legend.h"

#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QPainter>

namespace mixscope {

Legend::Legend(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Legend"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void Legend::setParts(std::vector<StackPart> parts)
{
    parts_ = std::move(parts);
    QStringList names;
    for (const StackPart& part : parts_)
        names << part.name;
    setAccessibleDescription(names.join(QStringLiteral(", ")));
    update();
}

QSize Legend::sizeHint() const
{
    return {10, Theme::instance().px(16)};
}

void Legend::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    painter.setFont(theme.font(10));
    int x = theme.px(44);
    const int box = theme.px(8), gap = theme.px(5);
    for (const StackPart& part : parts_) {
        painter.fillRect(x, (height() - box) / 2, box, box, part.color);
        x += box + gap;
        const int wide = painter.fontMetrics().horizontalAdvance(part.name);
        painter.setPen(theme.palette().muted);
        painter.drawText(QRect(x, 0, wide + 2, height()), Qt::AlignVCenter, part.name);
        x += wide + theme.px(14);
    }
}

} // namespace mixscope
