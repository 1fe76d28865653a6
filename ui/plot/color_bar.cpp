#include "ui/plot/color_bar.h"

#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QPainter>

#include <cmath>

namespace mixscope {

ColorBar::ColorBar(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Colour scale"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void ColorBar::setScale(const ValueScale& scale, const std::vector<unsigned>& map,
                        const QString& unit)
{
    scale_ = scale;
    map_ = map;
    unit_ = unit;
    setAccessibleDescription(
        tr("%1, %2 scale from %3 to %4")
            .arg(unit, nameOf(scale.kind), shortNumber(scale.low), shortNumber(scale.high)));
    update();
}

void ColorBar::setInsets(int top, int bottom)
{
    top_ = top;
    bottom_ = bottom;
    update();
}

QSize ColorBar::sizeHint() const
{
    return {Theme::instance().px(48), Theme::instance().px(80)};
}

void ColorBar::paintEvent(QPaintEvent*)
{
    if (map_.empty()) return;
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    const QRect bar(0, top_, theme.px(8), height() - top_ - bottom_);
    for (int y = 0; y < bar.height(); ++y) {
        const std::size_t entry =
            std::size_t(bar.height() - 1 - y) * 255 / std::size_t(std::max(1, bar.height() - 1));
        painter.fillRect(bar.left(), bar.top() + y, bar.width(), 1, QColor::fromRgb(map_[entry]));
    }
    painter.setPen(theme.palette().line);
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
    painter.setFont(theme.mono(10));
    painter.setPen(theme.palette().muted);
    const int steps = bar.height() >= theme.px(110) ? 4 : bar.height() >= theme.px(50) ? 2 : 1;
    const int line = painter.fontMetrics().height();
    for (int i = 0; i <= steps; ++i) {
        const float part = float(i) / float(steps);
        const int middle = bar.bottom() - int(std::lround(part * float(bar.height() - 1)));
        const int top = std::clamp(middle - line / 2, bar.top() - 2, bar.bottom() - line + 4);
        painter.drawText(QRect(bar.right() + theme.px(5), top, width(), line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         part > 0 && part < 1 ? QString::number(double(scale_.value(part)), 'g', 2)
                                              : rangeNumber(double(scale_.value(part))));
    }
}

} // namespace mixscope
