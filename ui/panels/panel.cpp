#include "ui/panels/panel.h"

#include "ui/icons.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include <string_view>

namespace mixscope {

namespace {

constexpr int kHeadline = 32;
constexpr int kSide = 12;

QColor colorOf(std::string_view role)
{
    const Palette& palette = Theme::instance().palette();
    if (role == "text") return palette.text;
    if (role == "ok") return palette.ok;
    if (role == "warn") return palette.warn;
    if (role == "accent") return palette.accent;
    return palette.muted;
}

} // namespace

Panel::Panel(const QString& title, QWidget* parent)
    : QFrame(parent)
    , title_(title)
    , column_(new QVBoxLayout(this))
    , headline_(new QWidget(this))
    , tools_(new QHBoxLayout(headline_))
    , content_(new QVBoxLayout)
{
    tools_->addStretch(1);
    column_->addWidget(headline_);
    column_->addLayout(content_, 1);
    connect(&Theme::instance(), &Theme::changed, this, &Panel::restyle);
    Panel::restyle();
}

void Panel::setNote(const QString& note)
{
    if (note_ == note) return;
    note_ = note;
    update();
}

void Panel::setBadge(const Badge& badge)
{
    if (badge_.text == badge.text && badge_.icon == badge.icon) return;
    badge_ = badge;
    update();
}

int Panel::paintBadge(QPainter& painter, const QRect& line) const
{
    const Theme& theme = Theme::instance();
    const double size = theme.px(10);
    drawIcon(painter, QRectF(line.left(), line.center().y() - size / 2 + 1, size, size),
             badge_.icon, colorOf(badge_.role));
    const QRect words = line.adjusted(int(size) + theme.px(5), 0, 0, 0);
    painter.setFont(theme.font(12, 600));
    painter.setPen(colorOf(badge_.role));
    painter.drawText(words, Qt::AlignVCenter, badge_.text);
    // Room for more than this number, so that what follows holds still while it counts.
    const QString widest = badge_.text.size() > 5 ? badge_.text + "00" : badge_.text;
    return int(size) + theme.px(5) + painter.fontMetrics().horizontalAdvance(widest);
}

void Panel::restyle()
{
    const Theme& theme = Theme::instance();
    const int side = theme.px(kSide);
    headline_->setFixedHeight(theme.px(kHeadline));
    tools_->setContentsMargins(0, 0, 0, 0);
    tools_->setSpacing(theme.px(6));
    column_->setContentsMargins(side, theme.px(4), side, theme.px(8));
    column_->setSpacing(theme.px(4));
    content_->setContentsMargins(0, 0, 0, 0);
    content_->setSpacing(theme.px(8));
    update();
}

void Panel::paintEvent(QPaintEvent* event)
{
    QFrame::paintEvent(event);
    const Theme& theme = Theme::instance();
    QPainter painter(this);
    QRect line = headline_->geometry();
    for (int i = 0; i < tools_->count(); ++i) { // up to the first control that is there
        const QWidget* tool = tools_->itemAt(i)->widget();
        if (tool == nullptr || tool->isHidden()) continue;
        line.setRight(headline_->x() + tool->x() - theme.px(6));
        break;
    }
    if (badge_.text.isEmpty()) {
        painter.setFont(theme.font(13, 600));
        painter.setPen(theme.palette().text);
        const QFontMetrics bold(painter.font());
        // Half a title says less than none.
        if (bold.horizontalAdvance(title_) > line.width()) return;
        painter.drawText(line, Qt::AlignVCenter, title_);
        line.setLeft(line.left() + bold.horizontalAdvance(title_) + theme.px(10));
    } else {
        line.setLeft(line.left() + paintBadge(painter, line) + theme.px(10));
    }
    if (line.width() < theme.px(20)) return;
    painter.setFont(theme.font(11));
    painter.setPen(theme.palette().muted);
    painter.drawText(line, Qt::AlignVCenter,
                     QFontMetrics(painter.font()).elidedText(note_, Qt::ElideRight, line.width()));
}

QScrollArea* scrolling(QWidget* inside, QWidget* parent)
{
    auto* area = new QScrollArea(parent);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setWidget(inside);
    area->viewport()->setAutoFillBackground(false);
    inside->setAutoFillBackground(false);
    return area;
}

Tag::Tag(const QString& text, QWidget* parent)
    : QWidget(parent)
    , text_(text)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        updateGeometry();
        update();
    });
}

void Tag::setText(const QString& text)
{
    if (text_ == text) return;
    text_ = text;
    updateGeometry();
    update();
}

void Tag::setMono(bool mono)
{
    mono_ = mono;
}
void Tag::reserve(const QString& widest)
{
    widest_ = widest;
}

void Tag::setRole(const char* role)
{
    role_ = role;
    update();
}

QFont Tag::textFont() const
{
    return mono_ ? Theme::instance().mono(11) : Theme::instance().font(12);
}

QSize Tag::sizeHint() const
{
    const QFontMetrics metrics(textFont());
    return {std::max(metrics.horizontalAdvance(text_), metrics.horizontalAdvance(widest_)) + 2,
            metrics.height()};
}

void Tag::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(textFont());
    painter.setPen(colorOf(role_));
    painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft, text_);
}

} // namespace mixscope
