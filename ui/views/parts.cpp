#include "ui/views/parts.h"

#include "engine/model_info.h"
#include "engine/token_batch.h"
#include "ui/accessibility.h"
#include "ui/color_ramp.h"
#include "ui/icons.h"
#include "ui/label_paint.h"
#include "ui/plot/value_scale.h"
#include "ui/theme.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <cmath>

namespace mixscope {

SegmentBar::SegmentBar(const QString& accessibleName, const QStringList& options, QWidget* parent)
    : QWidget(parent)
    , group_(new QButtonGroup(this))
{
    setAccessibleName(accessibleName);
    setAttribute(Qt::WA_StyledBackground);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* layout = new QHBoxLayout(this);
    layout->setSpacing(0);
    layout->setContentsMargins(2, 2, 2, 2);
    for (int i = 0; i < options.size(); ++i) {
        auto* button = new QToolButton(this);
        button->setText(options[i]);
        button->setAccessibleName(accessibleName + QStringLiteral(": ") + options[i]);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::StrongFocus);
        layout->addWidget(button);
        group_->addButton(button, i);
    }
    fold_ = new QToolButton(this);
    auto* menu = new QMenu(fold_);
    for (int i = 0; i < options.size(); ++i) {
        QAction* action = menu->addAction(options[i]);
        action->setCheckable(true);
        connect(action, &QAction::triggered, this, [this, i] { choose(i); });
    }
    fold_->setMenu(menu);
    fold_->setPopupMode(QToolButton::InstantPopup);
    fold_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    fold_->setLayoutDirection(Qt::RightToLeft); // the arrow behind the word
    fold_->setFocusPolicy(Qt::StrongFocus);
    fold_->setAccessibleName(accessibleName);
    fold_->hide();
    layout->addWidget(fold_);
    group_->setExclusive(true);
    connect(group_, &QButtonGroup::idToggled, this, [this, menu, options](int id, bool down) {
        menu->actions().at(id)->setChecked(down);
        if (!down) return;
        fold_->setText(options[id]);
        fold_->setAccessibleDescription(options[id]);
        Q_EMIT chosenChanged(id);
    });
    group_->button(0)->setChecked(true);
    connect(&Theme::instance(), &Theme::changed, this, &SegmentBar::restyle);
    restyle();
}

int SegmentBar::chosen() const
{
    return group_->checkedId();
}
void SegmentBar::choose(int option)
{
    group_->button(option)->setChecked(true);
}

void SegmentBar::setFolded(bool folded)
{
    if (std::exchange(folded_, folded) == folded) return;
    for (QAbstractButton* button : group_->buttons())
        button->setVisible(!folded);
    fold_->setVisible(folded);
    updateGeometry();
}

int SegmentBar::wideWidth() const
{
    int width = 4;
    for (QAbstractButton* button : group_->buttons()) {
        button->ensurePolished();
        width += button->sizeHint().width();
    }
    return width;
}

int SegmentBar::foldedWidth() const
{
    return 4 + fold_->minimumWidth();
}

void SegmentBar::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    setStyleSheet(QStringLiteral("mixscope--SegmentBar { background: %1; border-radius: %2px; }"
                                 "QToolButton { background: transparent; color: %3; border: none;"
                                 " padding: %4px %5px; border-radius: %2px; min-height: 0; }"
                                 "QToolButton:hover { color: %6; }"
                                 "QToolButton:checked { background: %7; color: %6; }"
                                 "QToolButton:focus { border: 1px solid %8; }"
                                 "QToolButton::menu-indicator { image: none; }")
                      .arg(colors.raised.name())
                      .arg(theme.px(5))
                      .arg(colors.muted.name())
                      .arg(theme.px(2))
                      .arg(theme.px(7))
                      .arg(colors.text.name(), colors.line.name(), colors.accent.name()));
    fold_->setFont(theme.font(11, 500));
    fold_->setIcon(icon("chevron-down", colors.muted, theme.px(12)));
    fold_->setIconSize(QSize(theme.px(12), theme.px(12)));
    int widest = 0;
    for (QAbstractButton* button : group_->buttons()) {
        button->setFont(theme.font(11, 500));
        fold_->setText(button->text());
        widest = std::max(widest, fold_->sizeHint().width());
    }
    if (chosen() >= 0) fold_->setText(group_->checkedButton()->text());
    fold_->setFixedWidth(widest);
    updateGeometry();
}

BarList::BarList(const QString& accessibleName, const QString& kind, QWidget* parent)
    : QWidget(parent)
    , kind_(kind)
{
    nameDrawn(*this, accessibleName);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void BarList::setRows(std::vector<BarRow> rows)
{
    if (rows.size() != rows_.size()) updateGeometry();
    rows_ = std::move(rows);
    QStringList words;
    for (const BarRow& row : rows_)
        words << row.index + ' ' + row.text + ' ' + row.value;
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    update();
}

int BarList::rowHeight() const
{
    return Theme::instance().px(20);
}

QSize BarList::sizeHint() const
{
    return {Theme::instance().px(260), rowHeight() * int(std::max<std::size_t>(rows_.size(), 1))};
}

QSize BarList::minimumSizeHint() const
{
    return {Theme::instance().px(150), sizeHint().height()};
}

void BarList::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    QPainter painter(this);
    const QFont mono = theme.mono(11);
    const int digit = QFontMetrics(mono).horizontalAdvance(QLatin1Char('0'));
    const int gap = theme.px(8);
    const int indexWidth = indexCharacters_ * digit;
    const int textLeft = indexWidth + (indexWidth > 0 ? gap : 0);
    const int textWidth = std::min(textCharacters_ * digit, width() / 3);
    const int valueWidth = 6 * digit;
    const int barLeft = textLeft + textWidth + gap;
    const int barWidth = std::max(0, width() - barLeft - valueWidth - gap);
    const int height = rowHeight(), thickness = theme.px(9);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const BarRow& row = rows_[i];
        const int top = int(i) * height;
        painter.setFont(mono);
        painter.setPen(colors.faint);
        painter.drawText(QRect(0, top, indexWidth, height), Qt::AlignRight | Qt::AlignVCenter,
                         row.index);
        painter.setPen(row.strong ? colors.text : colors.muted);
        painter.drawText(QRect(width() - valueWidth, top, valueWidth, height),
                         Qt::AlignRight | Qt::AlignVCenter, row.value);
        painter.setFont(theme.font(12, row.strong ? 600 : 500));
        painter.setPen(colors.text);
        paintLabel(painter, QRect(textLeft, top, textWidth, height), Qt::AlignLeft, row.text);
        const QRectF track(barLeft, top + (height - thickness) / 2.0, barWidth, thickness);
        painter.fillRect(track, colors.raised);
        if (row.part > 0) {
            const double length = std::max(1.0, std::round(std::min(row.part, 1.0) * barWidth));
            painter.fillRect(QRectF(track.topLeft(), QSizeF(length, thickness)),
                             theme.kindColor(kind_));
        }
        if (mark_ >= 0) {
            const double x = barLeft + std::min(mark_, 1.0) * barWidth;
            painter.setPen(QPen(colors.text, 1));
            painter.drawLine(QPointF(x, top + 2), QPointF(x, top + height - 2));
        }
    }
}

int BarList::rowAt(QPointF at) const
{
    const int row = int(at.y()) / rowHeight();
    return at.y() >= 0 && row < int(rows_.size()) ? row : -1;
}

void BarList::mouseMoveEvent(QMouseEvent* event)
{
    Q_EMIT rowHovered(rowAt(event->position()));
}
void BarList::leaveEvent(QEvent*)
{
    Q_EMIT rowHovered(-1);
}

void BarList::mouseReleaseEvent(QMouseEvent* event)
{
    const int row = rowAt(event->position());
    if (row >= 0) Q_EMIT rowClicked(row);
}

Caption::Caption(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &QWidget::updateGeometry);
}

void Caption::setText(const QString& text)
{
    if (text == text_) return;
    text_ = text;
    setAccessibleName(text);
    update();
}

QSize Caption::sizeHint() const
{
    return {10, Theme::instance().px(18)};
}

void Caption::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    painter.setFont(theme.font(11, 600));
    painter.setPen(theme.palette().muted);
    paintLabel(painter, rect(), Qt::AlignLeft, text_);
}

SmallButton::SmallButton(const QString& text, QWidget* parent)
    : QPushButton(text, parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, &SmallButton::restyle);
    restyle();
}

void SmallButton::restyle()
{
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    setFont(theme.font(11, 500));
    setMinimumHeight(theme.px(24));
    setStyleSheet(QStringLiteral("QPushButton { background: %1; color: %2; border: 1px solid %3;"
                                 " border-radius: %4px; padding: 1px %5px; min-height: 0; }"
                                 "QPushButton:hover, QPushButton:focus { border-color: %6; }")
                      .arg(colors.raised.name(), colors.text.name(), colors.line.name())
                      .arg(theme.px(5))
                      .arg(theme.px(8))
                      .arg(colors.accent.name()));
}

QString kindOf(const LayerInfo& layer)
{
    if (layer.has_attention()) return QStringLiteral("attn");
    return layer.has_state() ? QStringLiteral("ssm") : QStringLiteral("mlp");
}

float halfLifeTokens(float keep)
{
    if (std::isnan(keep)) return keep;
    const float loss = -std::log(std::clamp(keep, 1e-30F, 1.0F));
    return loss > 0.0F ? std::log(2.0F) / loss : 1e9F;
}

const std::vector<unsigned>& halfLifeMap()
{
    static const std::array kStops {QColor(58, 20, 90), QColor(52, 84, 150), QColor(32, 144, 142),
                                    QColor(110, 204, 90), QColor(250, 232, 60)};
    static const std::vector<unsigned> kMap = uniformRamp(kStops);
    return kMap;
}

QString halfLifeText(float keep)
{
    const float tokens = halfLifeTokens(keep);
    if (std::isnan(tokens)) return QStringLiteral("–");
    return tokens >= 1e5F ? QStringLiteral("> 10⁵ tokens")
                          : shortNumber(double(tokens)) + QStringLiteral(" tokens");
}

QString tokensText(int tokens)
{
    return tokens == 1 ? QObject::tr("1 token") : QObject::tr("%1 tokens").arg(tokens);
}

QString mixerName(const LayerInfo& layer)
{
    if (layer.mixer == "mamba2") return QStringLiteral("Mamba-2");
    if (layer.mixer == "mamba") return QStringLiteral("Mamba");
    return QString::fromStdString(layer.mixer);
}

int gridStep(int key, int columns)
{
    switch (key) {
    case Qt::Key_Left:
        return -1;
    case Qt::Key_Right:
        return 1;
    case Qt::Key_Up:
        return -columns;
    case Qt::Key_Down:
        return columns;
    default:
        return 0;
    }
}

} // namespace mixscope
