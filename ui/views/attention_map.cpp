#include "ui/views/attention_map.h"

#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/tile_paint.h"
#include "ui/plot/token_marks.h"
#include "ui/theme.h"
#include "ui/views/attention_marginals.h"
#include "ui/views/attention_picture.h"
#include "ui/views/mini_map.h"
#include "ui/views/parts.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr int kLeft = 58, kTop = 8, kTicks = 20;
constexpr int kGap = 4; // between the map and a marginal
constexpr int kEntropyWidth = 36, kReceivedHeight = 26;
constexpr int kRight = kGap + kEntropyWidth + 2;
constexpr int kBelow = kGap + kReceivedHeight;
constexpr double kOverviewPart = 0.27; // of the map's side

PlotAxes axes()
{
    return {.margins = {kLeft, kTop, kRight, kBelow + kTicks},
            .below = kBelow,
            .zoom = Qt::Horizontal | Qt::Vertical};
}

/// Cells of this size are labelled with their text.
bool named(double pixels)
{
    return pixels >= Theme::instance().px(14);
}

/// A number on a coloured ground, over the labels of an axis.
void paintTag(QPainter& painter, QRectF box, const QString& text, const QColor& color)
{
    const Theme& theme = Theme::instance();
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(box, theme.px(3), theme.px(3));
    painter.setPen(theme.palette().panel);
    painter.drawText(box, Qt::AlignCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, int(box.width())));
}

/// The box of a tag around the text, at most `room` wide.
QRectF tagBox(QPainter& painter, const QString& text, double room)
{
    const Theme& theme = Theme::instance();
    painter.setFont(theme.mono(10, 600));
    const double width = painter.fontMetrics().horizontalAdvance(text) + theme.px(8);
    return {0, 0, std::min(width, room), double(theme.px(15))};
}

} // namespace

AttentionMap::AttentionMap(AttentionPicture& picture, RunStore& store, Selection& selection,
                           QWidget* parent)
    : PlotArea(tr("Attention map"), axes(), parent)
    , picture_(picture)
    , store_(store)
    , selection_(selection)
    , overview_(new MiniMap(this))
{
    setPicture([this](QPainter& p, const PlotMap& m) { paintMap(p, m); });
    setMargin([this](QPainter& p, const PlotMap& m) { paintMargin(p, m); });
    setOverlay([this](QPainter& p, const PlotMap& m) { paintTags(p, m); });
    auto* marks = new TokenMarks(*this, selection,
                                 {.tokens = Qt::Horizontal | Qt::Vertical,
                                  .focus = Qt::Vertical,
                                  .source = Qt::Horizontal});
    marks->setReach([] {
        const Theme& theme = Theme::instance();
        return QMarginsF(0, 0, theme.px(kGap + kEntropyWidth), theme.px(kGap + kReceivedHeight));
    });
    const auto name = [this](int token) {
        return token < store_.tokens() ? tokenLabel(store_.token(token)) : QString();
    };
    setCellNames(name, name);
    setFocusPoint([this]() -> std::optional<QPointF> {
        const int query = selection_.token();
        if (query < 0) return std::nullopt;
        const int key = selection_.source() >= 0 ? selection_.source() : query;
        return QPointF(key + 0.5, query + 0.5);
    });
    overview_->setPicture([this](QPainter& painter, const QRectF& target) {
        const TileLayer layer {picture_.pyramid(), colors_, Theme::instance().palette().line.rgb()};
        paintTiles(painter, target, QRectF(0, 0, extent_, extent_), devicePixelRatioF(), layer);
    });
    connectMouse();
    takeTheme();
}

void AttentionMap::connectMouse()
{
    connect(this, &PlotArea::hovered, this, [this](QPointF at) {
        const int key = int(at.x()), query = int(at.y());
        if (query >= store_.tokens() || key > query) return;
        selection_.hoverToken(query);
        selection_.hoverSource(key);
    });
    connect(this, &PlotArea::left, this, [this] {
        selection_.hoverToken(-1);
        selection_.hoverSource(-1);
    });
    connect(this, &PlotArea::clicked, this, [this](QPointF at) {
        const int key = int(at.x()), query = int(at.y());
        if (query >= store_.tokens()) return;
        selection_.lockToken(query);
        if (key <= query) selection_.lockSource(key);
    });
    connect(this, &PlotArea::stepped, this, &AttentionMap::step);
    connect(this, &PlotArea::windowChanged, this, &AttentionMap::placeOverview);
    connect(overview_, &MiniMap::centreWanted, this, [this](QPointF at) {
        QRectF to = window();
        to.moveCenter(at);
        showWindow(to);
    });
}

void AttentionMap::setTokens(int tokens, bool follow)
{
    // A window that showed the newest row goes on showing it; one on older rows holds still.
    const bool atEnd = window().bottom() >= tokens_;
    tokens_ = tokens;
    extent_ = steppedExtent(tokens);
    setExtent({0, 0, extent_, extent_}, follow && atEnd);
    placeOverview();
    redraw();
}

void AttentionMap::forget()
{
    tiles_.clear();
}

void AttentionMap::takeTheme()
{
    colors_ = cellColors(Theme::instance().sequential());
}

int AttentionMap::pooling() const
{
    const PlotMap at = map();
    const QSize pixels = (at.rect.size() * devicePixelRatioF()).toSize();
    return tilePooling(picture_.pyramid(), {.cells = at.window, .pixels = pixels}).x;
}

int AttentionMap::widthFor(int height)
{
    const Theme& theme = Theme::instance();
    return height - topInset() - bottomInset() + theme.px(kLeft) + theme.px(kRight);
}

int AttentionMap::topInset()
{
    return Theme::instance().px(kTop);
}

int AttentionMap::bottomInset()
{
    return Theme::instance().px(kBelow + kTicks);
}

void AttentionMap::resizeEvent(QResizeEvent* event)
{
    PlotArea::resizeEvent(event);
    placeOverview();
}

/// In the corner that is nearly always empty: above the diagonal there is no attention.
void AttentionMap::placeOverview()
{
    overview_->setVisible(zoomed());
    if (!zoomed()) return;
    const Theme& theme = Theme::instance();
    const int across = width() - theme.px(kLeft) - theme.px(kRight);
    const int side = std::max(theme.px(64), int(kOverviewPart * across));
    overview_->setGeometry(width() - theme.px(kRight) - side - theme.px(6),
                           theme.px(kTop) + theme.px(6), side, side);
    overview_->setWindow({0, 0, extent_, extent_}, window());
}

QRectF AttentionMap::entropyStrip(const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    return {map.rect.right() + theme.px(kGap), map.rect.top(), double(theme.px(kEntropyWidth)),
            map.rect.height()};
}

QRectF AttentionMap::receivedStrip(const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    return {map.rect.left(), map.rect.bottom() + theme.px(kGap), map.rect.width(),
            double(theme.px(kReceivedHeight))};
}

void AttentionMap::paintMap(QPainter& painter, const PlotMap& map)
{
    const TileWindow shown {.cells = map.window,
                            .pixels = (map.rect.size() * map.deviceScale).toSize()};
    if (shown.pixels.isEmpty()) return;
    const QRgb hatch = Theme::instance().palette().line.rgb();
    painter.drawImage(map.rect, tiles_.image(picture_.pyramid(), shown, colors_, hatch));
}

void AttentionMap::paintMargin(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const QRectF right = entropyStrip(map), below = receivedStrip(map);
    const double bits = mostEntropyBits(extent_);
    paintRowEntropy(painter, map, right, picture_, bits);
    paintReceived(painter, map, below, picture_);

    painter.setPen(theme.palette().muted);
    painter.setFont(theme.font(10));
    const double line = theme.px(13);
    const QRectF labels(0, below.top(), below.left() - theme.px(6), 2 * line);
    painter.drawText(labels, Qt::AlignRight | Qt::AlignTop, tr("received"));
    painter.drawText(QRectF(0, below.bottom() + theme.px(3), labels.width(), line),
                     Qt::AlignRight | Qt::AlignVCenter, tr("key token"));
    painter.drawText(QRectF(right.left(), below.top(), right.width() + theme.px(8), line),
                     Qt::AlignLeft, tr("entropy"));
    if (!named(map.rect.height() / map.window.height())) { // names take its room
        painter.save();
        painter.translate(theme.px(8), map.rect.center().y());
        painter.rotate(-90);
        painter.drawText(QRectF(-map.rect.height() / 2, -line / 2, map.rect.height(), line),
                         Qt::AlignCenter, tr("query token"));
        painter.restore();
    }
    painter.drawText(labels.adjusted(0, line, 0, 0), Qt::AlignRight | Qt::AlignTop,
                     tr("log %1–1").arg(rangeNumber(double(receivedScale().low))));
    painter.drawText(QRectF(right.left(), below.top() + line, right.width() + theme.px(10), line),
                     Qt::AlignLeft, tr("0–%1 bit").arg(int(bits)));
}

/// Which query and which key the rulers stand at, over the axes.
void AttentionMap::paintTags(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    const int query = selection_.token(), key = selection_.source();
    painter.setRenderHint(QPainter::Antialiasing);
    if (query >= map.window.top() && query < map.window.bottom()) {
        const QString text = named(map.rect.height() / map.window.height())
            ? tokenLabel(store_.token(query))
            : QString::number(query);
        QRectF box = tagBox(painter, text, map.rect.left() - theme.px(4));
        box.moveCenter({0, map.y(query + 0.5)});
        box.moveRight(map.rect.left() - theme.px(2));
        paintTag(painter, box, text, theme.palette().warn);
    }
    if (key >= map.window.left() && key < map.window.right()) {
        const QRectF below = receivedStrip(map); // names stand under it
        const double y = named(map.rect.width() / map.window.width())
            ? below.top() + theme.px(8)
            : below.bottom() + theme.px(11);
        QRectF box = tagBox(painter, QString::number(key), map.rect.width());
        box.moveCenter({map.x(key + 0.5), y});
        paintTag(painter, box, QString::number(key), theme.palette().accent);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void AttentionMap::step(QPoint by)
{
    const int tokens = store_.tokens();
    if (tokens == 0) return;
    const int query = std::clamp(selection_.token() + by.y(), 0, tokens - 1);
    const int from = selection_.source() >= 0 ? selection_.source() : query;
    const int key = std::clamp(from + by.x(), 0, query);
    const bool sourced = selection_.source() >= 0 || by.x() != 0;
    selection_.hoverToken(-1); // the keys take over from the mouse
    selection_.hoverSource(-1);
    if (by.y() != 0) selection_.lockToken(query);
    if (sourced) selection_.lockSource(key);
}

} // namespace mixscope
