#include "ui/views/attention_row.h"

#include "ui/accessibility.h"
#include "ui/label_paint.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/token_marks.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <QHBoxLayout>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mixscope {

namespace {

constexpr int kMostNamed = 8;
constexpr int kRoomForNames = 430; ///< height of a page that lists all of them

PlotAxes axes()
{
    return {.yTicks = false, .yCells = false, .margins = {58, 18, 10, 20}};
}

QString distanceText(int bin)
{
    return QString::number(firstOfBin(bin));
}

} // namespace

RowPlot::RowPlot(RunStore& store, Selection& selection, QWidget* parent)
    : PlotArea(tr("Attention row"), axes(), parent)
    , store_(store)
    , selection_(selection)
{
    setPicture([this](QPainter& p, const PlotMap& m) { paintBars(p, m); });
    setMargin([this](QPainter& p, const PlotMap& m) { paintScale(p, m); });
    setOverlay([this](QPainter& p, const PlotMap& m) { paintNames(p, m); });
    new TokenMarks(*this, selection);
    setCellNames(
        [this](int token) {
            return token < store_.tokens() ? tokenLabel(store_.token(token)) : QString();
        },
        {});
    connect(this, &PlotArea::hovered, this,
            [this](QPointF at) { selection_.hoverSource(int(at.x())); });
    connect(this, &PlotArea::left, this, [this] { selection_.hoverSource(-1); });
    connect(this, &PlotArea::clicked, this, [this](QPointF at) {
        if (int(at.x()) <= selection_.token()) selection_.lockSource(int(at.x()));
    });
    connect(this, &PlotArea::stepped, this, [this](QPoint by) {
        const int last = store_.tokens() - 1, query = selection_.token();
        if (last < 0) return;
        if (by.y() != 0) selection_.lockToken(std::clamp(query + by.y(), 0, last));
        const int from = selection_.source() >= 0 ? selection_.source() : query;
        if (by.x() == 0) return;
        selection_.hoverSource(-1); // the keys take over from the mouse
        selection_.lockSource(std::clamp(from + by.x(), 0, std::max(0, query)));
    });
    setFocusPoint([this]() -> std::optional<QPointF> {
        if (selection_.source() < 0) return std::nullopt;
        return QPointF(selection_.source() + 0.5, 0.5);
    });
}

void RowPlot::setRow(std::vector<float> weights, std::vector<AttentionTarget> named,
                     const ValueScale& scale)
{
    weights_ = std::move(weights);
    named_ = std::move(named);
    scale_ = scale;
    setExtent({0, 0, steppedExtent(store_.tokens()), 1});
    redraw();
}

void RowPlot::paintBars(QPainter& painter, const PlotMap& map) const
{
    const QColor& color = Theme::instance().palette().attn;
    const int keys = int(weights_.size());
    const bool wide = map.rect.width() / map.window.width() >= 3.0;
    if (wide) { // a bar a key, with air between them
        for (int key = std::max(0, int(map.window.left())); key < keys; ++key) {
            const float part = scale_.fraction(weights_[std::size_t(key)]);
            if (std::isnan(part)) continue;
            QRectF bar = map.area(key, 0, key + 1, double(part));
            painter.fillRect(bar.adjusted(0, 0, -1, 0), color);
        }
        return;
    }
    for (int x = int(map.rect.left()); x < int(map.rect.right()); ++x) {
        const int first = std::max(0, int(map.at(QPointF(x, 0)).x()));
        const int end = std::max(first + 1, int(map.at(QPointF(x + 1, 0)).x()));
        float most = 0.0F;
        for (int key = first; key < std::min(end, keys); ++key)
            most = std::max(most,
                            std::isnan(weights_[std::size_t(key)])
                                ? 0.0F
                                : scale_.fraction(weights_[std::size_t(key)]));
        const double height = std::round(double(most) * map.rect.height());
        if (height > 0) painter.fillRect(QRectF(x, map.rect.bottom() - height, 1, height), color);
    }
}

void RowPlot::paintScale(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    painter.setFont(theme.mono(10));
    painter.setPen(theme.palette().muted);
    const int line = theme.px(14);
    const int steps = map.rect.height() >= 5 * line ? 4 : 1;
    for (int i = 0; i <= steps; ++i) {
        const float part = float(i) / float(steps);
        const double value = double(scale_.value(part));
        painter.drawText(
            QRectF(0, map.y(double(part)) - line / 2.0, map.rect.left() - theme.px(6), line),
            Qt::AlignRight | Qt::AlignVCenter,
            i > 0 && i < steps ? QString::number(value, 'g', 2) : rangeNumber(value));
    }
    painter.setFont(theme.font(10));
    painter.drawText(QRectF(theme.px(2), 0, theme.px(120), theme.px(16)),
                     Qt::AlignLeft | Qt::AlignVCenter, tr("weight, %1").arg(nameOf(scale_.kind)));
}

/// Text over the heaviest bars, heaviest first; what would cover another moves up or gives way.
void RowPlot::paintNames(QPainter& painter, const PlotMap& map) const
{
    const Theme& theme = Theme::instance();
    painter.setFont(theme.font(11, 500));
    const QFontMetrics metrics = painter.fontMetrics();
    std::vector<QRectF> taken;
    for (const AttentionTarget& target : named_) {
        if (target.key < map.window.left() || target.key >= map.window.right()) continue;
        const QString text = tokenLabel(store_.token(target.key));
        const double x = map.x(target.key + 0.5);
        const double top = map.y(double(scale_.fraction(target.weight)));
        QRectF box(0, 0, labelWidth(painter.font(), text) + theme.px(6), metrics.height());
        box.moveCenter({x, top - metrics.height() / 2.0 - 1});
        box.moveLeft(std::clamp(box.left(), map.rect.left(), map.rect.right() - box.width()));
        const auto hits = [&] {
            return std::any_of(taken.begin(), taken.end(),
                               [&](const QRectF& other) { return other.intersects(box); });
        };
        while (hits() && box.top() > 0)
            box.translate(0, -2);
        if (box.top() < 0) {
            box.moveTop(0);
            if (hits()) continue;
        }
        taken.push_back(box);
        painter.setPen(theme.palette().faint);
        if (box.bottom() < top - 2) painter.drawLine(QPointF(x, box.bottom()), QPointF(x, top));
        painter.setPen(theme.palette().text);
        paintLabel(painter, box, Qt::AlignCenter, text);
    }
}

DistanceBars::DistanceBars(QWidget* parent)
    : QWidget(parent)
{
    nameDrawn(*this, tr("Weight by distance"));
    setToolTip(tr("How much of the row lies how many tokens back: 0 is the token itself; from 2 on "
                  "a column reaches to the next number"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void DistanceBars::setMass(const DistanceMass& mass, int bins)
{
    mass_ = mass;
    bins_ = std::clamp(bins, 1, kDistanceBins);
    QStringList words;
    for (int bin = 0; bin < bins_; ++bin) {
        words
            << tr("%1: %2").arg(distanceText(bin)).arg(double(mass_[std::size_t(bin)]), 0, 'f', 2);
    }
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void DistanceBars::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QPainter painter(this);
    const int line = theme.px(15), bottom = height() - line;
    const double step = double(width()) / bins_;
    const double bar = std::max(2.0, std::min(step - theme.px(3), double(theme.px(40))));
    painter.setFont(theme.mono(10));
    const QFontMetrics metrics = painter.fontMetrics();
    const bool everyLabel = metrics.horizontalAdvance(QStringLiteral("16384")) < step;
    for (int bin = 0; bin < bins_; ++bin) {
        const double left = bin * step, part = double(mass_[std::size_t(bin)]);
        const double room = bottom - line;
        const double height = std::round(std::clamp(part, 0.0, 1.0) * room);
        painter.fillRect(QRectF(left, line, bar, room), colors.raised);
        painter.fillRect(QRectF(left, bottom - height, bar, height), colors.attn);
        painter.setPen(colors.muted);
        if (everyLabel || bin % 2 == 0)
            painter.drawText(QRectF(left, bottom, 2 * step, line), Qt::AlignLeft | Qt::AlignVCenter,
                             distanceText(bin));
        if (part < 0.005 || !everyLabel) continue;
        painter.setPen(colors.text);
        painter.drawText(QRectF(left, bottom - height - line, step, line),
                         Qt::AlignLeft | Qt::AlignVCenter, QString::number(part, 'f', 2));
    }
}

AttentionRowPage::AttentionRowPage(RunStore& store, Selection& selection, QWidget* parent)
    : QWidget(parent)
    , store_(store)
    , selection_(selection)
    , caption_(new Caption(this))
    , plot_(new RowPlot(store, selection, this))
    , namesCaption_(new Caption(this))
    , names_(new BarList(tr("Heaviest keys"), QStringLiteral("attn"), this))
    , distanceCaption_(new Caption(this))
    , distance_(new DistanceBars(this))
{
    namesCaption_->setText(tr("the heaviest keys"));
    distanceCaption_->setText(tr("weight by distance, tokens back"));
    auto* left = new QVBoxLayout;
    left->addWidget(namesCaption_);
    left->addWidget(names_);
    left->addStretch(1);
    auto* right = new QVBoxLayout;
    right->addWidget(distanceCaption_);
    right->addWidget(distance_, 1);
    auto* below = new QHBoxLayout;
    below->addLayout(left, 1);
    below->addSpacing(Theme::instance().px(16));
    below->addLayout(right, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(caption_);
    column->addWidget(plot_, 1);
    column->addLayout(below);
    connect(names_, &BarList::rowHovered, this, [this](int bar) {
        selection_.hoverSource(
            bar >= 0 && bar < int(targets_.size()) ? targets_[std::size_t(bar)].key : -1);
    });
    connect(names_, &BarList::rowClicked, this, [this](int bar) {
        if (bar < int(targets_.size())) selection_.lockSource(targets_[std::size_t(bar)].key);
    });
}

void AttentionRowPage::showRow(AttentionReader reader, const AttentionLook& look)
{
    const int query = selection_.token();
    caption_->setText(reader.readout(query, selection_.source()));
    targets_ = reader.heaviest(query, std::size_t(kMostNamed));
    const auto row = reader.row(query);
    std::vector<float> weights(row.size());
    std::transform(row.begin(), row.end(), weights.begin(),
                   [](std::uint16_t step) { return float(step) / float(kWeightSteps); });
    if (look.sink != Sink::show && !weights.empty() && query > 0)
        weights[0] = std::numeric_limits<float>::quiet_NaN();
    plot_->setRow(std::move(weights), targets_, look.scale);
    const int lines = height() >= Theme::instance().px(kRoomForNames) ? kMostNamed : kMostNamed / 2;
    names_->setRows(barsOf(store_, targets_, lines));
    distance_->setMinimumHeight(Theme::instance().px(72));
    distance_->setMass(reader.byDistance(query), distanceBin(std::max(0, query)) + 1);
}

std::vector<BarRow> barsOf(const RunStore& store, const std::vector<AttentionTarget>& targets,
                           int lines)
{
    std::vector<BarRow> bars;
    for (const AttentionTarget& target : targets) {
        if (int(bars.size()) == lines) break;
        bars.push_back({.index = QString::number(target.key),
                        .text = tokenLabel(store.token(target.key)),
                        .value = QString::number(double(target.weight), 'f', 2),
                        .part = target.weight,
                        .strong = bars.empty()});
    }
    bars.resize(std::size_t(lines));
    return bars;
}

} // namespace mixscope
