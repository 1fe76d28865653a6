#include "ui/views/head_grid.h"

#include "ui/accessibility.h"
#include "ui/plot/plot_map.h"
#include "ui/plot/tile_paint.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {
constexpr int kMostSide = 240; // of a thumbnail: more would show its cells, not more of the map
} // namespace

HeadGrid::HeadGrid(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Heads of the layer"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setCursor(Qt::PointingHandCursor);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void HeadGrid::setLayer(const HeadThumbs& thumbs, int headsPerGroup)
{
    thumbs_ = &thumbs;
    perGroup_ = std::max(1, headsPerGroup);
    setToolTip(perGroup_ > 1 ? tr("Heads in a box share keys and values.") : QString());
    update();
}

void HeadGrid::setScale(const ValueScale& scale)
{
    scale_ = scale;
    update();
}

int HeadGrid::heads() const
{
    return thumbs_ != nullptr ? thumbs_->heads() : 0;
}

void HeadGrid::setHead(int head)
{
    if (head == head_) return;
    head_ = head;
    update();
}

void HeadGrid::setTokens(int tokens)
{
    tokens_ = tokens;
    update();
}

HeadGrid::Cells HeadGrid::arrange(int width, int height) const
{
    const Theme& theme = Theme::instance();
    const int gap = theme.px(12), label = theme.px(18), inset = theme.px(8);
    const int heads = std::max(1, this->heads());
    Cells best;
    best.side = 0;
    const int step = heads % perGroup_ == 0 ? perGroup_ : 1; // a group stays in one line
    for (int columns = step; columns <= heads; columns += step) {
        const int rows = (heads + columns - 1) / columns;
        const int side = std::min((width - inset + gap) / columns - gap,
                                  (height - inset + gap / 2) / rows - gap / 2 - label);
        if (side > best.side) best = {columns, rows, side, side + gap, side + label + gap / 2};
    }
    best.side = std::clamp(best.side, 1, theme.px(kMostSide));
    best.stepX = best.side + gap;
    best.stepY = best.side + label + gap / 2;
    return best;
}

int HeadGrid::heightFor(int width, int limit) const
{
    const Cells cells = arrange(width, limit);
    return std::min(limit, cells.rows * cells.stepY + Theme::instance().px(8));
}

QRect HeadGrid::thumbRect(const Cells& cells, int head) const
{
    const int inset = Theme::instance().px(4); // of the boxes around groups
    return {inset + (head % cells.columns) * cells.stepX,
            inset + (head / cells.columns) * cells.stepY, cells.side, cells.side};
}

void HeadGrid::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& palette = theme.palette();
    if (thumbs_ == nullptr) return;
    const auto colors = thumbColors(scale_, theme.sequential());
    const Cells cells = arrange(width(), height());
    const double extent = steppedExtent(tokens_) / thumbs_->tokensPerCell();
    QPainter painter(this);
    paintGroups(painter, cells);
    for (int head = 0; head < heads(); ++head) {
        const QRect box = thumbRect(cells, head);
        const TileLayer layer {thumbs_->pyramid(head), colors, palette.line.rgb()};
        paintTiles(painter, QRectF(box), QRectF(0, 0, extent, extent), devicePixelRatioF(), layer);
        const bool focused = head == head_;
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(focused ? palette.accent : palette.line, focused ? 2 : 1));
        painter.drawRect(focused ? box : box.adjusted(0, 0, -1, -1));
        const QRect label(box.left(), box.bottom() + 1, box.width(), theme.px(18));
        painter.setFont(theme.mono(10, focused ? 600 : 400));
        painter.setPen(focused ? palette.accent : palette.muted);
        painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter, QString::number(head));
        const float bits = thumbs_->entropyBits(head);
        if (std::isnan(bits)) continue;
        painter.setPen(palette.muted);
        const QString number = QString::number(double(bits), 'f', 1);
        const QString whole = tr("%1 bit").arg(number);
        // Never so close to the number of the head that the two read as one.
        for (const QString& text : {whole, number}) {
            const int free = box.width() - theme.px(18);
            if (painter.fontMetrics().horizontalAdvance(text) >= free) continue;
            painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, text);
            break;
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette.accent, 1, Qt::DotLine));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void HeadGrid::paintGroups(QPainter& painter, const Cells& cells) const
{
    if (perGroup_ < 2 || cells.columns % perGroup_ != 0) return; // a group never breaks
    const Theme& theme = Theme::instance();
    const int around = theme.px(3);
    painter.setPen(QPen(theme.palette().line, 1));
    painter.setBrush(Qt::NoBrush);
    for (int first = 0; first + perGroup_ <= heads(); first += perGroup_) {
        const QRect box = thumbRect(cells, first) | thumbRect(cells, first + perGroup_ - 1);
        painter.drawRoundedRect(box.adjusted(-around, -around, around, theme.px(17)), around,
                                around);
    }
}

void HeadGrid::mouseReleaseEvent(QMouseEvent* event)
{
    const Cells cells = arrange(width(), height());
    for (int head = 0; head < heads(); ++head) {
        const QRect box = thumbRect(cells, head).adjusted(0, 0, 0, Theme::instance().px(18));
        if (box.contains(event->position().toPoint())) Q_EMIT headClicked(head);
    }
}

void HeadGrid::keyPressEvent(QKeyEvent* event)
{
    const int step = gridStep(event->key(), arrange(width(), height()).columns);
    if (step == 0) return QWidget::keyPressEvent(event);
    const int to = head_ + step;
    if (to >= 0 && to < heads()) Q_EMIT headClicked(to);
}

} // namespace mixscope
