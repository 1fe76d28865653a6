#include "ui/plot/histogram.h"

#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {
constexpr float kSaturated = 0.01F; ///< of the scale at each end
}

Histogram::Histogram(const QString& accessibleName, QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, accessibleName);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Histogram::setScale(const ValueScale& scale, const std::vector<unsigned>& map,
                         const QString& unit)
{
    scale_ = scale;
    map_ = map;
    unit_ = unit;
    clear();
}

void Histogram::clear()
{
    std::fill(bins_.begin(), bins_.end(), 0);
    count_ = low_ = high_ = 0;
}

void Histogram::add(float value)
{
    const float part = scale_.fraction(value);
    if (std::isnan(part)) return;
    ++bins_[std::size_t(std::min(int(part * kBins), kBins - 1))];
    ++count_;
    if (part < kSaturated) ++low_;
    if (part > 1.0F - kSaturated) ++high_;
}

double Histogram::lowPart() const
{
    return count_ == 0 ? 0.0 : double(low_) / double(count_);
}
double Histogram::highPart() const
{
    return count_ == 0 ? 0.0 : double(high_) / double(count_);
}

void Histogram::setMark(float value)
{
    if (value == mark_) return;
    mark_ = value;
    update();
}

void Histogram::show()
{
    setAccessibleDescription(tr("Histogram of %1: %2 values, %3 % below the first hundredth of the "
                                "scale, %4 % above the last")
                                 .arg(unit_)
                                 .arg(count_)
                                 .arg(100 * lowPart(), 0, 'f', 1)
                                 .arg(100 * highPart(), 0, 'f', 1));
    update();
}

void Histogram::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QPainter painter(this);
    const int line = theme.px(16);
    const QRectF box(0.5, line, width() - 1, std::max(1, height() - 2 * line));
    const long most = *std::max_element(bins_.begin(), bins_.end());
    for (int i = 0; most > 0 && i < kBins; ++i) {
        const long count = bins_[std::size_t(i)];
        if (count == 0) continue;
        const double left = box.left() + i * box.width() / kBins;
        const double right = box.left() + (i + 1) * box.width() / kBins;
        const double tall = std::max(1.0, double(count) / double(most) * (box.height() - 2));
        painter.fillRect(QRectF(left, box.bottom() - tall, std::max(1.0, right - left - 1), tall),
                         QColor::fromRgb(map_.empty() ? 0 : map_[192]));
    }
    if (const float part = scale_.fraction(mark_); !std::isnan(part)) {
        const double x = box.left() + double(part) * box.width();
        painter.setPen(QPen(colors.warn, 1.5));
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
    }
    painter.setPen(colors.line);
    painter.drawLine(box.bottomLeft(), box.bottomRight());
    painter.setFont(theme.mono(10));
    painter.setPen(colors.muted);
    const QRectF below(box.left(), box.bottom() + 2, box.width(), line);
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, rangeNumber(double(scale_.low)));
    painter.drawText(below, Qt::AlignHCenter | Qt::AlignVCenter, unit_);
    painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, rangeNumber(double(scale_.high)));
    painter.setPen(colors.faint);
    painter.drawText(QRectF(box.left(), 0, box.width(), line), Qt::AlignRight | Qt::AlignVCenter,
                     tr("fullest bin %1").arg(QLocale().toString(qlonglong(most))));
}

} // namespace mixscope
