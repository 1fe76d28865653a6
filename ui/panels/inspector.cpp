#include "ui/panels/inspector.h"

#include "ui/label_paint.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/plot/pin_mark.h"
#include "ui/theme.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

namespace mixscope {

using Kind = InspectorRow::Kind;

InspectorLines::InspectorLines(QWidget* parent)
    : TextSurface(parent)
{
    setAccessibleName(tr("Inspector"));
    setObjectName("scrolled");
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    setSizePolicy(policy);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void InspectorLines::setRows(std::vector<InspectorRow> rows)
{
    const bool sameHeight = rows.size() == rows_.size();
    rows_ = std::move(rows);
    if (!sameHeight) updateGeometry();
    update();
}

int InspectorLines::heightOf(const InspectorRow& row) const
{
    const Theme& theme = Theme::instance();
    switch (row.kind) {
    case Kind::headline:
        return theme.px(30);
    case Kind::rule:
        return theme.px(13);
    case Kind::numbers:
        return theme.px(22);
    case Kind::caption:
        return QFontMetrics(theme.font(11, 600))
                   .boundingRect(QRect(0, 0, std::max(40, width()), 1000), Qt::TextWordWrap,
                                 row.text)
                   .height()
            + theme.px(6);
    default:
        return theme.px(20);
    }
}

QSize InspectorLines::sizeHint() const
{
    int height = 0;
    for (const InspectorRow& row : rows_)
        height += heightOf(row);
    return {Theme::instance().px(180), height};
}

void InspectorLines::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    int top = 0;
    for (const InspectorRow& row : rows_) {
        const int height = heightOf(row);
        paintRow(painter, QRect(0, top, width(), height), row);
        top += height;
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(Theme::instance().palette().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void InspectorLines::paintRow(QPainter& painter, const QRect& line, const InspectorRow& row) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const auto text = [&](const QFont& font, QColor color, int flags, const QString& words) {
        painter.setFont(font);
        painter.setPen(color);
        if ((flags & Qt::TextWordWrap) != 0)
            painter.drawText(line, flags, words);
        else
            paintLabel(painter, line, Qt::Alignment(flags), words);
    };
    switch (row.kind) {
    case Kind::caption:
        return text(theme.font(11, 600), colors.muted, Qt::AlignVCenter | Qt::TextWordWrap,
                    row.text);
    case Kind::headline:
        return text(theme.font(20, 500), colors.text, Qt::AlignVCenter, row.text);
    case Kind::numbers:
        return text(theme.mono(11), colors.muted, Qt::AlignVCenter, row.text);
    case Kind::rule:
        painter.setPen(colors.line);
        return painter.drawLine(line.left(), line.center().y(), line.right(), line.center().y());
    case Kind::pair:
        if (row.pin >= 0) {
            const double size = theme.px(12);
            paintPin(painter, QPointF(line.left() + size * 0.7, line.center().y() + 1), size,
                     row.pin);
            painter.setFont(theme.font(12));
            painter.setPen(colors.text);
            paintLabel(painter, line.adjusted(int(size * 1.8), 0, 0, 0), Qt::AlignLeft, row.text);
            return;
        }
        text(theme.font(12), colors.muted, Qt::AlignVCenter, row.text);
        return text(theme.mono(11), colors.text, Qt::AlignVCenter | Qt::AlignRight, row.value);
    case Kind::bar:
        return paintBar(painter, line, row);
    }
}

void InspectorLines::paintBar(QPainter& painter, const QRect& line, const InspectorRow& row) const
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const QFont mono = theme.mono(11), words = theme.font(12, row.strong ? 600 : 400);
    const int valueWidth = QFontMetrics(mono).horizontalAdvance("0.000");
    const int textWidth = row.color == "moe" ? theme.px(24) : (line.width() - valueWidth) * 2 / 5;
    painter.setFont(words);
    painter.setPen(row.strong ? colors.text : colors.muted);
    const QRect left(line.left(), line.top(), textWidth, line.height());
    paintLabel(painter, left, Qt::AlignLeft, row.text);
    painter.setFont(mono);
    painter.drawText(line, Qt::AlignVCenter | Qt::AlignRight, row.value);
    const double thick = theme.px(8);
    const QRectF track(line.left() + textWidth + theme.px(6), line.center().y() - thick / 2 + 1,
                       line.width() - textWidth - valueWidth - theme.px(12), thick);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.raised);
    painter.drawRoundedRect(track, theme.px(2), theme.px(2));
    painter.setBrush(theme.kindColor(row.color));
    painter.drawRoundedRect(
        QRectF(track.left(), track.top(), std::max(1.0, track.width() * row.part), thick),
        theme.px(2), theme.px(2));
}

int InspectorLines::rowAt(int y) const
{
    int bottom = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        bottom += heightOf(rows_[i]);
        if (y < bottom) return int(i);
    }
    return -1;
}

void InspectorLines::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    const int row = rowAt(event->pos().y());
    const QString number = row < 0 ? QString() : exactText(rows_[std::size_t(row)]);
    if (!number.isEmpty()) {
        connect(menu.addAction(tr("Copy %1").arg(number)), &QAction::triggered, this,
                [number] { QGuiApplication::clipboard()->setText(number); });
    }
    const QString all = inspectorExactText(rows_);
    connect(menu.addAction(tr("Copy all in full precision")), &QAction::triggered, this,
            [all] { QGuiApplication::clipboard()->setText(all); });
    menu.exec(event->globalPos());
}

void InspectorLines::keyPressEvent(QKeyEvent* event)
{
    if (!event->matches(QKeySequence::Copy)) return TextSurface::keyPressEvent(event);
    QGuiApplication::clipboard()->setText(inspectorExactText(rows_));
}

Inspector::Inspector(RunStore& store, Selection& selection, QWidget* parent)
    : Panel(tr("Inspector"), parent)
    , store_(store)
    , selection_(selection)
    , area_(new QScrollArea(this))
    , lines_(new InspectorLines(area_))
{
    area_->setWidgetResizable(true);
    area_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area_->setFrameShape(NoFrame);
    area_->setFocusPolicy(Qt::NoFocus);
    area_->setWidget(lines_);
    content()->addWidget(area_, 1);
    const auto dirty = [this] { dirty_ = true; };
    connect(&store_, &RunStore::modelChanged, this, dirty);
    connect(&store_, &RunStore::tokensChanged, this, dirty);
    connect(&store_, &RunStore::attentionChanged, this, dirty);
    connect(&selection_, &Selection::tokenChanged, this, dirty);
    connect(&selection_, &Selection::sourceChanged, this, dirty);
    connect(&selection_, &Selection::rangeChanged, this, dirty);
    connect(&selection_, &Selection::pinsChanged, this, dirty);
    connect(&selection_, &Selection::layerChanged, this, dirty);
    connect(&selection_, &Selection::headChanged, this, dirty);
}

void Inspector::refresh()
{
    if (!isVisible() || !std::exchange(dirty_, false)) return;
    lines_->setRows(inspectorRows(store_, selection_));
}

} // namespace mixscope
