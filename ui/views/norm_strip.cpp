#include "ui/views/norm_strip.h"

#include "ui/accessibility.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"

#include <QPainter>

#include <algorithm>

namespace mixscope {

NormStrip::NormStrip(const QString& accessibleName, Qt::Orientation along, QWidget* parent)
    : QWidget(parent)
    , along_(along)
{
    nameDrawn(*this, accessibleName);
}

void NormStrip::setNorms(std::vector<float> norms, float top, int length)
{
    norms_ = std::move(norms);
    top_ = top;
    length_ = std::max(1, length);
    if (!norms_.empty()) {
        const auto most = std::max_element(norms_.begin(), norms_.end());
        setAccessibleDescription(tr("Largest %1 at %2, bars end at %3")
                                     .arg(shortNumber(double(*most)))
                                     .arg(most - norms_.begin())
                                     .arg(shortNumber(double(top_))));
    }
    update();
}

void NormStrip::paintEvent(QPaintEvent*)
{
    const bool across = along_ == Qt::Horizontal;
    const double depth = across ? height() : width();
    const double step = double(length_) / double(std::max<std::size_t>(1, norms_.size()));
    QPainter painter(this);
    for (std::size_t i = 0; i < norms_.size(); ++i) {
        const double part = top_ > 0.0F ? std::min(1.0, double(norms_[i] / top_)) : 0.0;
        const double from = double(i) * step, wide = std::max(1.0, step - (step > 4 ? 1 : 0));
        const QRectF bar =
            across ? QRectF(from, 0, wide, part * depth) : QRectF(0, from, part * depth, wide);
        painter.fillRect(bar, Theme::instance().palette().muted);
    }
}

} // namespace mixscope
