#include "ui/panels/tour.h"

#include "engine/model_info.h"
#include "ui/models/conversation.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/settings.h"
#include "ui/panels/start_page.h"
#include "ui/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <array>
#include <utility>

namespace mixscope {

namespace {

constexpr const char* kStop = "tour/stop";
constexpr const char* kTaken = "tour/taken";
constexpr int kWidth = 340, kGap = 10, kRing = 3;
constexpr int kFollowMs = 200;

/// The mark around what a stop speaks of; lets everything through.
class Ring final : public QWidget {
public:
    explicit Ring(QWidget* parent)
        : QWidget(parent)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = Theme::instance();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme.palette().warn, theme.px(2)));
        const double half = theme.px(2) / 2.0;
        painter.drawRoundedRect(QRectF(rect()).adjusted(half, half, -half, -half), theme.px(8),
                                theme.px(8));
    }
};

/// Where a bubble stands beside something: the first side with room for it, else where it hides
/// least of it.
QPoint beside(const QRect& what, const QSize& bubble, const QRect& room, int gap)
{
    const auto within = [&](const QPoint& place) {
        return QPoint(std::clamp(place.x(), room.left(),
                                 std::max(room.left(), room.right() - bubble.width())),
                      std::clamp(place.y(), room.top(),
                                 std::max(room.top(), room.bottom() - bubble.height())));
    };
    const QPoint middle =
        within(what.center() - QPoint(bubble.width() / 2, bubble.height() / 2));
    const std::array sides {QPoint(what.right() + gap, middle.y()),
                            QPoint(what.left() - gap - bubble.width(), middle.y()),
                            QPoint(middle.x(), what.top() - gap - bubble.height()),
                            QPoint(middle.x(), what.bottom() + gap)};
    for (const QPoint& side : sides) {
        if (room.contains(QRect(side, bubble))) return side;
    }
    const std::array others {within(room.bottomRight()), within(room.topRight()),
                             within(room.bottomLeft()), within(sides[0]),
                             within(sides[1]),          within(sides[2]),
                             within(sides[3])};
    const auto hidden = [&](const QPoint& place) {
        const QRect part = QRect(place, bubble) & what;
        return part.width() * part.height();
    };
    return *std::min_element(
        others.begin(), others.end(),
        [&](const QPoint& a, const QPoint& b) { return hidden(a) < hidden(b); });
}

/// What a scroll area and the window leave of a control, in the window's coordinates.
QRect shownPart(const QWidget& widget, const QWidget& window)
{
    QRect part(widget.mapTo(&window, QPoint(0, 0)), widget.size());
    for (const QWidget* around = widget.parentWidget(); around != nullptr && around != &window;
         around = around->parentWidget()) {
        part &= QRect(around->mapTo(&window, QPoint(0, 0)), around->size());
    }
    return part & window.rect();
}

} // namespace

Tour::Tour(TourParts parts, QWidget* window)
    : QFrame(window)
    , parts_(std::move(parts))
    , window_(window)
    , ring_(new Ring(window))
    , count_(new QLabel(this))
    , title_(new QLabel(this))
    , text_(new QLabel(this))
    , leave_(new QPushButton(tr("Leave"), this))
    , back_(new QPushButton(tr("Back"), this))
    , next_(new QPushButton(this))
{
    setObjectName("tour");
    setAccessibleName(tr("Tour"));
    count_->setProperty("look", "hint");
    title_->setProperty("look", "name");
    text_->setWordWrap(true);
    leave_->setAccessibleName(tr("Leave tour"));
    back_->setAccessibleName(tr("Tour back"));
    leave_->setProperty("look", "quiet");
    next_->setProperty("look", "accent");
    for (QPushButton* button : {leave_, back_, next_})
        button->setAutoDefault(false);
    auto* head = new QHBoxLayout;
    head->addWidget(title_, 1);
    head->addWidget(count_);
    auto* foot = new QHBoxLayout;
    foot->addWidget(leave_);
    foot->addStretch(1);
    foot->addWidget(back_);
    foot->addWidget(next_);
    auto* column = new QVBoxLayout(this);
    column->addLayout(head);
    column->addWidget(text_);
    column->addLayout(foot);
    connect(leave_, &QPushButton::clicked, this, &Tour::leave);
    connect(back_, &QPushButton::clicked, this, [this] { go(stop_ - 1); });
    connect(next_, &QPushButton::clicked, this, &Tour::next);
    connect(&parts_.store, &RunStore::tokensChanged, this, &Tour::refresh);
    connect(&parts_.conversation, &Conversation::busyChanged, this, &Tour::refresh);
    connect(&parts_.store, &RunStore::modelChanged, this, [this] {
        if (stop_ >= 0) leave();
        if (inviting_) start();
    });
    connect(&Theme::instance(), &Theme::changed, this, &Tour::restyle);
    window_->installEventFilter(this);
    // What it speaks of also moves without the window: a splitter, a row that folds.
    follow_.setInterval(kFollowMs);
    connect(&follow_, &QTimer::timeout, this, &Tour::place);
    restyle();
    hide();
}

bool Tour::taken() const
{
    return parts_.settings.note(kTaken).toBool();
}

void Tour::start()
{
    const ModelInfo* model = parts_.store.model();
    if (stop_ >= 0) return;
    if (model == nullptr || !isBundled(*model)) return invite();
    inviting_ = false;
    const int left = parts_.settings.note(kStop).toInt();
    ask();
    go(std::clamp(left, 0, int(tourStops().size()) - 1));
}

/// Numbers that can be relied on are those of the bundled model.
void Tour::invite()
{
    inviting_ = true;
    next_->setText(tr("Open it"));
    next_->setAccessibleName(tr("Open the bundled model"));
    next_->setEnabled(true);
    back_->hide();
    show({}, tr("The tour shows the bundled model"),
         tr("It takes the place of the one that is open. Your conversations are kept."));
}

/// The reply that the tour is about, unless it is there from before.
void Tour::ask()
{
    moment_ = {};
    const std::vector<ChatMessage>& messages = parts_.conversation.messages();
    const std::size_t asked = std::size_t(question());
    if (asked < messages.size() && messages[asked].content == tourQuestion().toStdString()) return;
    parts_.conversation.newChat();
    parts_.conversation.send(tourQuestion());
}

/// Which message asks: the first, or the one after a system prompt.
int Tour::question() const
{
    return parts_.conversation.roleOf(0) == "system" ? 1 : 0;
}

void Tour::go(int stop)
{
    stop_ = stop;
    freeze_ = true; // once at each stop, so that a person can let go
    parts_.settings.setNote(kStop, stop_);
    if (const char* view = tourStops()[std::size_t(stop_)].view) parts_.showView(view);
    for (QWidget* widget : window_->findChildren<QWidget*>()) {
        if (!widget->isVisible() && widget->accessibleName() == anchorName()) parts_.reveal(widget);
    }
    const bool last = stop_ + 1 == int(tourStops().size());
    next_->setText(last ? tr("Done") : tr("Next"));
    next_->setAccessibleName(last ? tr("End of the tour") : tr("Tour next"));
    back_->setVisible(stop_ > 0);
    refresh();
    (next_->isEnabled() ? next_ : leave_)->setFocus(Qt::OtherFocusReason);
}

/// What is said depends on what has been written; nothing is frozen before there is something to
/// see.
void Tour::refresh()
{
    if (stop_ < 0) return;
    const int layer = parts_.selection.attention().layer;
    if (!moment_.found()) {
        const TourMoment best = tourMoment(parts_.store, layer, question());
        if (best.sought || !parts_.conversation.busy()) moment_ = best;
    }
    const bool waits = !moment_.found();
    if (!waits && stop_ > 0 && std::exchange(freeze_, false)) {
        parts_.selection.setLayer(moment_.layer);
        parts_.selection.setHead(moment_.head);
        parts_.selection.lockToken(moment_.query);
    }
    next_->setEnabled(!waits);
    const TourStop& stop = tourStops()[std::size_t(stop_)];
    show(tr("%1 of %2").arg(stop_ + 1).arg(tourStops().size()), tr(stop.title),
         stop_ == 0 || !waits ? stop.text(parts_.store, moment_)
             : parts_.conversation.busy()
             ? tr("The answer is being written…")
             : tr("This answer has no clear look back to show. Leave the "
                  "tour, press Regenerate, and take it again."));
}

void Tour::next()
{
    if (inviting_) return parts_.openBundled();
    if (stop_ + 1 < int(tourStops().size())) return go(stop_ + 1);
    parts_.settings.setNote(kTaken, true);
    stop_ = 0;
    leave();
}

void Tour::leave()
{
    if (stop_ >= 0) parts_.settings.setNote(kStop, stop_);
    stop_ = -1;
    inviting_ = false;
    follow_.stop();
    hide();
    ring_->hide();
    Q_EMIT left();
}

void Tour::show(const QString& count, const QString& title, const QString& text)
{
    count_->setText(count);
    title_->setText(title);
    text_->setText(text);
    setAccessibleDescription(count + ' ' + title + ": " + text);
    place();
    QFrame::show();
    raise();
    follow_.start();
}

QLatin1String Tour::anchorName() const
{
    return QLatin1String(tourStops()[std::size_t(stop_)].anchor);
}

QWidget* Tour::anchor() const
{
    if (stop_ < 0) return nullptr;
    for (QWidget* widget : window_->findChildren<QWidget*>()) {
        if (widget->isVisible() && widget->accessibleName() == anchorName()) return widget;
    }
    return nullptr;
}

void Tour::place()
{
    const Theme& theme = Theme::instance();
    setFixedWidth(theme.px(kWidth));
    layout()->activate();
    resize(width(),
           layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(width())
                                         : sizeHint().height());
    const QWidget* about = anchor();
    ring_->setVisible(about != nullptr);
    const int gap = theme.px(kGap);
    const QRect room = window_->rect().adjusted(gap, gap, -gap, -gap);
    if (about == nullptr) return move(room.center() - rect().center());
    const int out = theme.px(kRing);
    const QRect what = shownPart(*about, *window_).adjusted(-out, -out, out, out);
    if (what != ring_->geometry()) {
        ring_->setGeometry(what);
        ring_->raise();
        raise();
    }
    move(beside(what, size(), room, gap));
}

void Tour::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        leave();
    else if (event->key() == Qt::Key_Right && next_->isEnabled())
        next();
    else if (event->key() == Qt::Key_Left && back_->isVisible())
        go(stop_ - 1);
    else
        QFrame::keyPressEvent(event);
}

bool Tour::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize && isVisible()) {
        // When the panels have taken their places.
        QMetaObject::invokeMethod(this, &Tour::place, Qt::QueuedConnection);
    }
    return QFrame::eventFilter(watched, event);
}

void Tour::restyle()
{
    const Theme& theme = Theme::instance();
    const int pad = theme.px(14);
    layout()->setContentsMargins(pad, theme.px(12), pad, theme.px(10));
    layout()->setSpacing(theme.px(8));
    if (isVisible()) place();
}

} // namespace mixscope
