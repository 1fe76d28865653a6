// How the transcript is painted: bubbles and tint below the text, marks above it.
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/panels/transcript.h"
#include "ui/plot/pin_mark.h"
#include "ui/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>

namespace mixscope {

namespace {
constexpr int kBubblePad = 8;
}

QRectF Transcript::bubble(const Message& message) const
{
    const auto* layout = document()->documentLayout();
    const QTextBlock first = document()->findBlock(message.begin),
                     last = document()->findBlock(message.end);
    const QRectF top = layout->blockBoundingRect(first), bottom = layout->blockBoundingRect(last);
    const double pad = Theme::instance().px(kBubblePad);
    const double scrolled = verticalScrollBar()->value();
    const double firstLine = top.top() + first.layout()->position().y() - top.top();
    return QRectF(1, firstLine - scrolled - pad * 0.7, viewport()->width() - 2,
                  bottom.bottom() - firstLine + pad * 1.2);
}

void Transcript::paintBubbles(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.palette().user);
    for (const Message& message : messages_) {
        const QRectF box = bubble(message);
        if (message.user && box.intersects(viewport()->rect()))
            painter.drawRoundedRect(box, theme.px(6), theme.px(6));
    }
}

template <class Draw> void Transcript::eachVisible(Draw draw) const
{
    const QPoint corner = viewport()->rect().bottomRight();
    const int from = cursorForPosition(QPoint(0, 0)).position(),
              to = cursorForPosition(corner).position();
    const auto first = std::lower_bound(pieces_.begin(), pieces_.end(), from,
                                        [](const Piece& piece, int p) { return piece.end < p; });
    for (auto piece = first; piece != pieces_.end() && piece->begin <= to; ++piece)
        draw(piece->token);
}

QColor Transcript::tintColor() const
{
    const Palette& colors = Theme::instance().palette();
    if (tint_ == Tint::surprise) return colors.warn;
    return tint_ == Tint::attention ? colors.attn : colors.ssm;
}

void Transcript::paintTint(QPainter& painter) const
{
    const double radius = Theme::instance().px(3);
    const TokenRange& range = selection_.range();
    painter.setPen(Qt::NoPen);
    eachVisible([&](int token) {
        QColor shade = Theme::instance().palette().accent;
        shade.setAlphaF(0.16F);
        const double part = tint_ == Tint::none ? 0.0 : tintOf(store_, selection_, tint_, token);
        QColor color = tintColor();
        color.setAlphaF(float(0.75 * part));
        if (part == 0.0 && !range.contains(token)) return;
        for (const QRectF& box : rectsOf(token)) {
            if (range.contains(token)) painter.fillRect(box, shade);
            painter.setBrush(color);
            if (part > 0.0) painter.drawRoundedRect(box, radius, radius);
        }
    });
}

void Transcript::paintChips(QPainter& painter) const
{
    if (!chips_) return;
    const Theme& theme = Theme::instance();
    painter.setPen(QPen(theme.palette().faint, 1));
    painter.setBrush(Qt::NoBrush);
    eachVisible([&](int token) {
        for (const QRectF& box : rectsOf(token))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3));
    });
}

void Transcript::paintPins(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    for (int place = 0; place < Selection::kPins; ++place) {
        const std::vector<QRectF> boxes = rectsOf(selection_.pins()[std::size_t(place)]);
        for (const QRectF& box : boxes) {
            painter.setPen(QPen(pinColor(place), theme.px(2)));
            painter.drawLine(box.bottomLeft(), box.bottomRight());
        }
        if (!boxes.empty())
            paintPin(painter, boxes.front().topLeft() + QPointF(0, 1), theme.px(11), place);
    }
}

/// A frame around the token in focus, a dashed one around the source token.
void Transcript::paintFocus(QPainter& painter) const
{
    const Theme& theme = Theme::instance();
    painter.setBrush(Qt::NoBrush);
    const auto frame = [&](int token, const QColor& color, Qt::PenStyle style) {
        painter.setPen(QPen(color, theme.px(1.5), style));
        for (const QRectF& box : rectsOf(token))
            painter.drawRoundedRect(box, theme.px(3), theme.px(3));
    };
    const int token = selection_.token(), source = selection_.source();
    if (source >= 0) frame(source, theme.palette().accent, Qt::DashLine);
    if (token >= 0 && (!selection_.following() || token != selection_.newest()))
        frame(token, theme.palette().warn, Qt::SolidLine);
}

void Transcript::paintEvent(QPaintEvent* event)
{
    {
        QPainter painter(viewport());
        painter.setRenderHint(QPainter::Antialiasing);
        paintBubbles(painter);
        paintTint(painter);
    }
    QTextEdit::paintEvent(event);
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    paintChips(painter);
    paintFocus(painter);
    paintPins(painter);
}

} // namespace mixscope
