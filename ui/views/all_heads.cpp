#include "ui/views/all_heads.h"

#include "ui/accessibility.h"
#include "ui/plot/plot_map.h"
#include "ui/plot/tile_paint.h"
#include "ui/theme.h"
#include "ui/views/parts.h"
#include "ui/views/tool_row.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mixscope {

namespace {

constexpr int kLeastSide = 48, kMostSide = 128, kSideStep = 8;
constexpr int kGap = 12, kLabel = 18, kHeading = 28; // before the interface scale

constexpr const char* kMeanings[] = {
    QT_TRANSLATE_NOOP("mixscope::AllHeads", "mean entropy of a row in bits, as the model has them"),
    QT_TRANSLATE_NOOP("mixscope::AllHeads", "mean entropy of a row in bits, lowest first"),
    QT_TRANSLATE_NOOP("mixscope::AllHeads", "mean weight on the first token, highest first"),
    QT_TRANSLATE_NOOP("mixscope::AllHeads", "mean weight on the token before, highest first"),
    QT_TRANSLATE_NOOP("mixscope::AllHeads",
                      "mean weight on what followed earlier copies of the token, highest first"),
};

} // namespace

float scoreOf(const HeadScores& scores, HeadOrder order)
{
    switch (order) {
    case HeadOrder::sink:
        return scores.sink;
    case HeadOrder::previous:
        return scores.previous;
    case HeadOrder::induction:
        return scores.induction;
    case HeadOrder::layer:
    case HeadOrder::entropy:
        break;
    }
    return scores.entropyBits;
}

HeadSheet::HeadSheet(const LayerThumbs& thumbs, QWidget* parent)
    : QWidget(parent)
    , thumbs_(thumbs)
{
    nameDrawn(*this, tr("Heads of all layers"));
    setFocusPolicy(Qt::StrongFocus);
    connect(&Theme::instance(), &Theme::changed, this, [this] { arrange(); });
}

void HeadSheet::setRows(std::vector<HeadRow> rows, int tokens)
{
    rows_ = std::move(rows);
    tokens_ = tokens;
    arrange();
}

void HeadSheet::setOrder(HeadOrder order)
{
    order_ = order;
    arrange();
}

void HeadSheet::setScale(const ValueScale& scale)
{
    scale_ = scale;
    update();
}

void HeadSheet::setChosen(int layer, int head)
{
    layer_ = layer;
    head_ = head;
    update();
}

std::vector<std::pair<int, int>> HeadSheet::shown() const
{
    std::vector<std::pair<int, int>> heads;
    for (const Item& item : items_)
        heads.emplace_back(item.layer, item.head);
    return heads;
}

int HeadSheet::columns() const
{
    const Theme& theme = Theme::instance();
    return std::max(1, (width() + theme.px(kGap)) / (side_ + theme.px(kGap)));
}

void HeadSheet::setRoom(int height)
{
    if (std::exchange(room_, height) != height) arrange();
}

int HeadSheet::heightWith(int side) const
{
    const Theme& theme = Theme::instance();
    const int across = std::max(1, (width() + theme.px(kGap)) / (side + theme.px(kGap)));
    const int down = side + theme.px(kLabel + kGap / 2);
    const auto lines = [across](int heads) { return (heads + across - 1) / across; };
    int all = 0, height = 2;
    for (const HeadRow& row : rows_) {
        const HeadThumbs* thumbs = thumbs_.find(row.layer);
        const bool drawn = thumbs != nullptr && thumbs->rowsDrawn() > 0;
        const bool complete = drawn && thumbs->rowsDrawn() >= tokens_;
        if (order_ == HeadOrder::layer || !complete) height += theme.px(kHeading);
        if (order_ == HeadOrder::layer) height += drawn ? lines(row.heads) * down : 0;
        all += drawn ? row.heads : 0;
    }
    return order_ == HeadOrder::layer ? height : height + lines(all) * down;
}

void HeadSheet::chooseSide()
{
    const Theme& theme = Theme::instance();
    side_ = theme.px(kMostSide);
    while (side_ > theme.px(kLeastSide) && heightWith(side_) > room_)
        side_ -= theme.px(kSideStep);
}

void HeadSheet::addItem(int layer, int head, int index, int top)
{
    const Theme& theme = Theme::instance();
    const QRect box((index % columns()) * (side_ + theme.px(kGap)),
                    top + (index / columns()) * (side_ + theme.px(kLabel + kGap / 2)), side_,
                    side_);
    items_.push_back({layer, head, box, scoreOf(thumbs_.find(layer)->scores(head), order_)});
}

/// What a layer lacks, with a button to get it. Returns the place below.
int HeadSheet::placeHeading(const HeadRow& row, int top)
{
    const Theme& theme = Theme::instance();
    const HeadThumbs* thumbs = thumbs_.find(row.layer);
    const int drawn = thumbs != nullptr ? thumbs->rowsDrawn() : 0;
    const QRect box(0, top, width(), theme.px(kHeading));
    headings_.push_back({box,
                         drawn == 0 ? tr("layer %1: not captured").arg(row.layer)
                             : drawn < tokens_
                             ? tr("layer %1: %2 of %3 rows").arg(row.layer).arg(drawn).arg(tokens_)
                             : tr("layer %1").arg(row.layer)});
    QPushButton*& button = buttons_[row.layer];
    if (button == nullptr) {
        button = new QPushButton(tr("Compute"), this);
        button->setAccessibleName(tr("Compute layer %1").arg(row.layer));
        connect(button, &QPushButton::clicked, this,
                [this, layer = row.layer] { Q_EMIT layerWanted(layer); });
    }
    button->setFont(theme.font(11, 500));
    button->setGeometry(theme.px(190), top + theme.px(2), theme.px(84), theme.px(24));
    button->setVisible(drawn < tokens_);
    placed_.insert(row.layer);
    return top + theme.px(kHeading);
}

int HeadSheet::placeLayer(const HeadRow& row, int top)
{
    const Theme& theme = Theme::instance();
    top = placeHeading(row, top);
    const HeadThumbs* thumbs = thumbs_.find(row.layer);
    if (thumbs == nullptr || thumbs->rowsDrawn() == 0) return top;
    for (int head = 0; head < row.heads; ++head)
        addItem(row.layer, head, head, top);
    const int lines = (row.heads + columns() - 1) / columns();
    return top + lines * (side_ + theme.px(kLabel + kGap / 2));
}

int HeadSheet::placeSorted(int top)
{
    const Theme& theme = Theme::instance();
    std::vector<Item> all;
    for (const HeadRow& row : rows_) {
        const HeadThumbs* thumbs = thumbs_.find(row.layer);
        if (thumbs == nullptr || thumbs->rowsDrawn() == 0) continue;
        for (int head = 0; head < row.heads; ++head)
            all.push_back({row.layer, head, {}, scoreOf(thumbs->scores(head), order_)});
    }
    const bool lowFirst = order_ == HeadOrder::entropy;
    std::stable_sort(all.begin(), all.end(), [lowFirst](const Item& a, const Item& b) {
        if (std::isnan(a.score) || std::isnan(b.score)) return !std::isnan(a.score);
        return lowFirst ? a.score < b.score : a.score > b.score;
    });
    for (std::size_t i = 0; i < all.size(); ++i)
        addItem(all[i].layer, all[i].head, int(i), top);
    const int lines = (int(all.size()) + columns() - 1) / columns();
    return top + lines * (side_ + theme.px(kLabel + kGap / 2));
}

void HeadSheet::arrange()
{
    items_.clear();
    headings_.clear();
    placed_.clear();
    chooseSide();
    int top = 1;
    if (order_ == HeadOrder::layer) {
        for (const HeadRow& row : rows_)
            top = placeLayer(row, top);
    } else {
        top = placeSorted(top);
        for (const HeadRow& row : rows_) {
            const HeadThumbs* thumbs = thumbs_.find(row.layer);
            if (thumbs == nullptr || thumbs->rowsDrawn() < tokens_) top = placeHeading(row, top);
        }
    }
    for (const auto& [layer, button] : buttons_) {
        if (placed_.count(layer) == 0) button->hide();
    }
    QStringList words;
    for (const Item& item : items_)
        words << tr("%1·%2 %3").arg(item.layer).arg(item.head).arg(shortNumber(item.score));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    setFixedHeight(top + 1);
    update();
}

void HeadSheet::paintEvent(QPaintEvent* event)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const auto cells = thumbColors(scale_, theme.sequential());
    QPainter painter(this);
    painter.setFont(theme.font(11, 600));
    painter.setPen(colors.muted);
    for (const Heading& heading : headings_)
        painter.drawText(heading.box, Qt::AlignLeft | Qt::AlignVCenter, heading.text);
    for (const Item& item : items_) {
        const QRect label(item.box.left(), item.box.bottom() + 1, item.box.width(),
                          theme.px(kLabel));
        if (!event->rect().intersects(item.box | label)) continue;
        const HeadThumbs& thumbs = *thumbs_.find(item.layer);
        const double extent = steppedExtent(thumbs.tokens()) / thumbs.tokensPerCell();
        paintTiles(painter, QRectF(item.box), QRectF(0, 0, extent, extent), devicePixelRatioF(),
                   {thumbs.pyramid(item.head), cells, colors.line.rgb()});
        const bool chosen = item.layer == layer_ && item.head == head_;
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(chosen ? colors.accent : colors.line, chosen ? 2 : 1));
        painter.drawRect(chosen ? item.box : item.box.adjusted(0, 0, -1, -1));
        painter.setFont(theme.mono(10, chosen ? 600 : 400));
        painter.setPen(chosen ? colors.accent : colors.muted);
        painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter,
                         QStringLiteral("%1·%2").arg(item.layer).arg(item.head));
        painter.setPen(colors.text);
        painter.drawText(
            label, Qt::AlignRight | Qt::AlignVCenter,
            std::isnan(item.score)
                ? QStringLiteral("–")
                : QString::number(double(item.score), 'f', order_ <= HeadOrder::entropy ? 1 : 2));
    }
    if (!hasFocus()) return;
    painter.setPen(QPen(colors.accent, 1, Qt::DotLine));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void HeadSheet::resizeEvent(QResizeEvent* event)
{
    if (event->size().width() != event->oldSize().width()) arrange();
}

void HeadSheet::mouseReleaseEvent(QMouseEvent* event)
{
    const QPoint at = event->position().toPoint();
    for (const Item& item : items_) {
        if (item.box.adjusted(0, 0, 0, Theme::instance().px(kLabel)).contains(at))
            Q_EMIT headClicked(item.layer, item.head);
    }
}

void HeadSheet::keyPressEvent(QKeyEvent* event)
{
    const int step = gridStep(event->key(), columns());
    if (step == 0) return QWidget::keyPressEvent(event);
    const auto here = std::find_if(items_.begin(), items_.end(), [this](const Item& item) {
        return item.layer == layer_ && item.head == head_;
    });
    const int to = int(here - items_.begin()) + step;
    if (to < 0 || to >= int(items_.size())) return;
    const Item& item = items_[std::size_t(to)];
    Q_EMIT headClicked(item.layer, item.head);
}

AllHeads::AllHeads(const LayerThumbs& thumbs, QWidget* parent)
    : QWidget(parent)
    , order_(new SegmentBar(
          tr("Order of heads"),
          {tr("layer"), tr("entropy"), tr("first token"), tr("previous token"), tr("induction")},
          this))
    , meaning_(new Caption(this))
    , scroll_(new QScrollArea(this))
    , sheet_(new HeadSheet(thumbs, this))
{
    auto* order = new ToolRow(this);
    order->row()->addWidget(order_);
    auto* row = new QHBoxLayout;
    row->addWidget(order);
    row->addWidget(meaning_, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(row);
    column->addWidget(scroll_, 1);
    scroll_->setWidget(sheet_);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
    for (QWidget* widget :
         {static_cast<QWidget*>(scroll_), scroll_->viewport(), static_cast<QWidget*>(sheet_)})
        widget->setAutoFillBackground(false);
    scroll_->viewport()->installEventFilter(this);
    connect(order_, &SegmentBar::chosenChanged, this, &AllHeads::reorder);
    reorder(0);
}

bool AllHeads::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize) sheet_->setRoom(scroll_->viewport()->height());
    return QWidget::eventFilter(watched, event);
}

void AllHeads::reorder(int order)
{
    meaning_->setText(tr(kMeanings[order]));
    order_->setToolTip(meaning_->text());
    sheet_->setOrder(HeadOrder(order));
}

} // namespace mixscope
