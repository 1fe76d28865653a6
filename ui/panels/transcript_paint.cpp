// How the transcript is painted: bubbles and tint below the text, marks above it.
#include "ui/label_paint.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/panels/transcript.h"
#include "ui/plot/pin_mark.h"
#include "ui/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QGlyphRun>
#include <QPainter>
#include <QRawFont>
#include <QScrollBar>
#include <QTextBlock>

#include <algorithm>
#include <limits>
#include <utility>

namespace mixscope {

namespace {

constexpr int kBubblePad = 8;

/// Left and right end of a part of a line. In text that runs from right to left the ends of the
/// glyphs count: the cursor before the first character stands at the right.
std::pair<double, double> sidesOf(const QTextLine& line, const QTextBlock& block, int begin,
                                  int end)
{
    const int from = begin - block.position(), count = end - begin;
    const bool turned = block.textDirection() == Qt::RightToLeft
        || runsLeft(QStringView(block.text()).mid(from, count));
    if (!turned) return {line.cursorToX(from), line.cursorToX(from + count)};
    double left = std::numeric_limits<double>::max(), right = 0.0;
    for (const QGlyphRun& run : line.glyphRuns(from, count)) {
        const QList<QPointF> places = run.positions();
        const QList<QPointF> advances = run.rawFont().advancesForGlyphIndexes(run.glyphIndexes());
        for (int i = 0; i < int(places.size()); ++i) {
            left = std::min(left, places[i].x());
            right = std::max(right, places[i].x() + advances[i].x());
        }
    }
    return left <= right ? std::pair(left, right)
                         : std::pair(line.cursorToX(from), line.cursorToX(from));
}

} // namespace

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

/// Calls draw(part) for the parts of the text that are in sight. Parts: in order, with begin and
/// end in the document.
template <class Parts, class Draw> void Transcript::eachVisible(const Parts& parts, Draw draw) const
{
    if (parts.empty()) return;
    // Not cursorForPosition: a cursor asks where on its line it stands and shapes the text for it.
    const QRectF visible(QPointF(horizontalScrollBar()->value(), verticalScrollBar()->value()),
                         QSizeF(viewport()->size()));
    const QAbstractTextDocumentLayout& layout = *document()->documentLayout();
    const int from = layout.hitTest(visible.topLeft(), Qt::FuzzyHit),
              to = layout.hitTest(visible.bottomRight(), Qt::FuzzyHit);
    const auto first = std::lower_bound(parts.begin(), parts.end(), from,
                                        [](const auto& part, int p) { return part.end < p; });
    for (auto part = first; part != parts.end() && part->begin <= to; ++part)
        draw(*part);
}

QColor Transcript::tintColor() const
{
    const Palette& colors = Theme::instance().palette();
    if (tint_ == Tint::surprise) return colors.warn;
    return tint_ == Tint::attention ? colors.attn : colors.ssm;
}

/// Rectangles of a part of the text in the viewport, one a line.
std::vector<QRectF> Transcript::rectsBetween(int begin, int end) const
{
    std::vector<QRectF> rects;
    while (begin < end) {
        const QTextBlock block = document()->findBlock(begin);
        const QTextLine line = block.layout()->lineForTextPosition(begin - block.position());
        if (!line.isValid()) break;
        const int lineEnd = block.position() + line.textStart() + line.textLength();
        const int stop = std::min(end, lineEnd);
        if (stop <= begin) break;
        const QPointF origin = document()->documentLayout()->blockBoundingRect(block).topLeft()
            - QPointF(horizontalScrollBar()->value(), verticalScrollBar()->value());
        const auto [left, right] = sidesOf(line, block, begin, stop);
        rects.emplace_back(origin.x() + left - 1, origin.y() + line.y(), right - left + 2,
                           line.ascent() + line.descent() + 2);
        begin = stop;
    }
    return rects;
}

/// The small boxes behind bytes and characters that are shown by name.
void Transcript::paintBoxes(QPainter& painter) const
{
    eachVisible(boxes_, [&](const Box& box) {
        for (const QRectF& at : rectsBetween(box.begin, box.end)) {
            if (at.intersects(viewport()->rect())) paintNameBox(painter, at.adjusted(1, 2, -1, -3));
        }
    });
}

void Transcript::paintTint(QPainter& painter) const
{
    const double radius = Theme::instance().px(3);
    const TokenRange& range = selection_.range();
    if (tint_ == Tint::none && range.empty()) return;
    painter.setPen(Qt::NoPen);
    eachVisible(pieces_, [&](const Piece& piece) {
        const int token = piece.token;
        QColor shade = Theme::instance().palette().accent;
        shade.setAlphaF(0.16F);
        const double part = tint_ == Tint::none ? 0.0 : tintOf(store_, selection_, tint_, token);
        QColor color = tintColor();
        color.setAlphaF(float(0.75 * part));
        if (part == 0.0 && !range.contains(token)) return;
        for (const QRectF& box : boxesOf(piece)) {
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
    const double tick = theme.px(4);
    eachVisible(pieces_, [&](const Piece& piece) {
        for (const QRectF& box : boxesOf(piece)) {
            if (piece.part > 0) { // one box for a character, a tick between its bytes
                painter.drawLine(QPointF(box.left(), box.bottom() - tick), box.bottomLeft());
                continue;
            }
            const QRectF whole(box.left(), box.top(), box.width() * piece.parts, box.height());
            painter.drawRoundedRect(whole.adjusted(1, 0.5, -1, -0.5), theme.px(3), theme.px(3));
        }
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
        paintBoxes(painter);
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
