#include "ui/plot/matrix_map.h"

#include "ui/accessibility.h"
#include "ui/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr float kWiden = 1.25F;

float threeSigma(const std::vector<float>& values)
{
    double sum = 0.0, squares = 0.0;
    for (const float v : values) {
        sum += v;
        squares += double(v) * v;
    }
    const double mean = sum / double(values.size());
    return 3.0F * float(std::sqrt(std::max(0.0, squares / double(values.size()) - mean * mean)));
}

} // namespace

MatrixMap::MatrixMap(const QString& accessibleName, QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, accessibleName);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void MatrixMap::setMatrix(const QString& what, int rows, int columns,
                          const std::vector<float>& values)
{
    if (what != what_) range_ = 0.0F;
    what_ = what;
    rows_ = rows;
    columns_ = columns;
    values_ = values;
    const float sigma = values.empty() ? 0.0F : threeSigma(values);
    if (range_ <= 0.0F)
        range_ = sigma;
    else
        while (sigma > range_)
            range_ *= kWiden;
    update();
}

void MatrixMap::setNothing(const QString& sentence)
{
    if (values_.empty() && sentence == nothing_) return;
    values_.clear();
    nothing_ = sentence;
    update();
}

void MatrixMap::fitNow()
{
    if (!values_.empty()) range_ = threeSigma(values_);
    update();
}

int MatrixMap::pooling() const
{
    const int pixels = std::max(1, int(imageRect().width() * devicePixelRatioF()));
    return std::max(1, (std::max(columns_, rows_) + pixels - 1) / pixels);
}

QRect MatrixMap::imageRect() const
{
    const int longest = std::max({1, rows_, columns_});
    const int room = std::min(width(), height());
    return {0, 0, std::max(1, room * columns_ / longest), std::max(1, room * rows_ / longest)};
}

void MatrixMap::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    if (!values_.empty()) {
        paintPicture(painter);
        painter.setPen(theme.palette().line);
        painter.drawRect(imageRect().adjusted(0, 0, -1, -1));
        return;
    }
    painter.setPen(theme.palette().line);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    painter.setPen(theme.palette().muted);
    painter.setFont(theme.font(11));
    const int pad = theme.px(8);
    painter.drawText(rect().adjusted(pad, pad, -pad, -pad), Qt::AlignCenter | Qt::TextWordWrap,
                     nothing_);
}

void MatrixMap::paintPicture(QPainter& painter) const
{
    const std::vector<unsigned>& colors = Theme::instance().diverging();
    const int pool = pooling();
    const int rows = (rows_ + pool - 1) / pool, columns = (columns_ + pool - 1) / pool;
    std::vector<float> cells(std::size_t(rows) * std::size_t(columns), 0.0F);
    for (int r = 0; r < rows_; ++r) {
        for (int c = 0; c < columns_; ++c) {
            float& cell =
                cells[std::size_t(r / pool) * std::size_t(columns) + std::size_t(c / pool)];
            const float value = values_[std::size_t(r) * std::size_t(columns_) + std::size_t(c)];
            if (std::abs(value) > std::abs(cell)) cell = value;
        }
    }
    QImage image(columns, rows, QImage::Format_RGB32);
    const float scale = range_ > 0.0F ? 127.5F / range_ : 0.0F;
    for (int r = 0; r < rows; ++r) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(r));
        for (int c = 0; c < columns; ++c) {
            const float value = cells[std::size_t(r) * std::size_t(columns) + std::size_t(c)];
            line[c] = colors[std::size_t(std::clamp(127.5F + value * scale, 0.0F, 255.0F))];
        }
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(imageRect(), image);
}

} // namespace mixscope
