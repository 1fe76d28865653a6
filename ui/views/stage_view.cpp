#include "ui/views/stage_view.h"

#include "engine/model_info.h"
#include "ui/icons.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/theme.h"
#include "ui/views/parts.h"
#include "ui/views/tool_row.h"
#include "ui/views/waiting_veil.h"

#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace mixscope {

namespace {
constexpr int kDescribeDelayMs = 150; // words follow the selection, not every frame
constexpr int kContinueMs = 33;
constexpr int kLeastHeadline = 90; ///< width below which the words are left to the tip
} // namespace

StageView::StageView(ViewContext context, const QString& title, QWidget* parent)
    : View(parent)
    , context_(context)
    , title_(new QLabel(title, this))
    , whatLabel_(new QLabel(this))
    , sourceLabel_(new QLabel(this))
    , export_(new QToolButton(this))
    , maximise_(new QToolButton(this))
    , head_(new QHBoxLayout)
    , toolRow_(new ToolRow(this))
    , notice_(new QWidget(this))
    , noticeText_(new QLabel(notice_))
    , noticeButton_(new QPushButton(notice_))
    , page_(new QWidget(this))
    , content_(new QVBoxLayout(page_))
    , emptyText_(new QLabel(this))
    , emptyButton_(new QPushButton(this))
    , veil_(new WaitingVeil(this))
{
    head_->addWidget(title_);
    head_->addWidget(whatLabel_, 1);
    head_->addWidget(sourceLabel_);
    makeButtons();
    whatLabel_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    whatLabel_->installEventFilter(this);
    auto* noticeRow = new QHBoxLayout(notice_);
    noticeRow->setContentsMargins(0, 0, 0, 0);
    noticeRow->addWidget(noticeText_);
    noticeRow->addWidget(noticeButton_);
    noticeRow->addStretch(1);
    notice_->hide();
    content_->setContentsMargins(0, 0, 0, 0);

    auto* empty = new QWidget(this);
    auto* emptyColumn = new QVBoxLayout(empty);
    emptyText_->setWordWrap(true);
    emptyText_->setAlignment(Qt::AlignCenter);
    emptyColumn->addStretch(1);
    emptyColumn->addWidget(emptyText_);
    emptyColumn->addWidget(emptyButton_, 0, Qt::AlignHCenter);
    emptyColumn->addStretch(1);

    auto* column = new QVBoxLayout(this);
    column->addLayout(head_);
    column->addWidget(toolRow_);
    column->addWidget(notice_);
    stack_ = new QStackedLayout;
    column->addLayout(stack_, 1);
    stack_->addWidget(page_);
    stack_->addWidget(empty);
    veil_->cover(page_);
    veil_->cover(empty);

    connect(emptyButton_, &QPushButton::clicked, this, [this] {
        if (act_) act_();
        if (!wayOut_.isEmpty()) Q_EMIT viewWanted(wayOut_);
    });
    connect(noticeButton_, &QPushButton::clicked, this, [this] {
        if (noticeAct_) noticeAct_();
    });
    for (QTimer* timer : {&selectionTimer_, &describeTimer_, &continueTimer_})
        timer->setSingleShot(true);
    connect(&selectionTimer_, &QTimer::timeout, this, [this] {
        if (isVisible() && stack_->currentIndex() == 0) showSelection();
    });
    connect(&describeTimer_, &QTimer::timeout, this, [this] {
        drawn()->setAccessibleDescription(describe());
        describeParts();
    });
    connect(&continueTimer_, &QTimer::timeout, this, [this] {
        if (isVisible()) refresh();
    });

    RunStore& run = context_.store;
    connect(&run, &RunStore::modelChanged, this, &StageView::invalidate);
    connect(&run, &RunStore::tokensChanged, this, [this](int first) {
        dirtyFrom_ = std::min(dirtyFrom_, first);
        stale_ = true;
        if (!describeTimer_.isActive()) describeTimer_.start(kDescribeDelayMs);
    });
    connect(&run, &RunStore::runStateChanged, this, &StageView::showWaiting);
    const auto outdate = [this] { stale_ = true; };
    connect(&run, &RunStore::attentionChanged, this, outdate);
    connect(&run, &RunStore::stateChanged, this, outdate);
    connect(&run, &RunStore::runStateChanged, this, outdate);
    Selection& selected = context_.selection;
    connect(&selected, &Selection::followingChanged, this, outdate);
    connect(&selected, &Selection::rangeChanged, this, outdate);
    connect(&selected, &Selection::pinsChanged, this, outdate);
    connect(&selected, &Selection::layerChanged, this, &StageView::invalidate);
    connect(&selected, &Selection::headChanged, this, &StageView::invalidate);
    connect(&selected, &Selection::tokenChanged, this, &StageView::selectionMoved);
    connect(&selected, &Selection::sourceChanged, this, &StageView::selectionMoved);
    connect(&Theme::instance(), &Theme::changed, this, &StageView::applyTheme);
    QTimer::singleShot(0, this, &StageView::applyTheme); // when the derived view is complete
}

void StageView::makeButtons()
{
    export_->setAccessibleName(tr("Export view"));
    export_->setToolTip(tr("Write this view as a picture or as numbers"));
    maximise_->setAccessibleName(tr("Maximise view"));
    maximise_->setToolTip(tr("Give this view the whole window, and back"));
    for (QToolButton* button : {export_, maximise_}) {
        button->setAccessibleDescription(title_->text());
        button->setProperty("look", "icon");
        head_->addWidget(button);
    }
    connect(export_, &QToolButton::clicked, this,
            [this] { Q_EMIT exportWanted(export_->mapToGlobal(QPoint(0, export_->height()))); });
    connect(maximise_, &QToolButton::clicked, this, &View::maximiseWanted);
}

QHBoxLayout* StageView::tools() const
{
    return toolRow_->row();
}

QString StageView::title() const
{
    return title_->text();
}

QString StageView::source() const
{
    const ModelInfo* info = model();
    if (info == nullptr) return {};
    return tr("%1 %2 · %3 · %4")
        .arg(QString::fromStdString(info->name), QString::fromStdString(info->weight_dtype), what_,
             source_);
}

void StageView::setFigure(bool figure)
{
    for (QWidget* widget : {static_cast<QWidget*>(export_), static_cast<QWidget*>(maximise_)})
        widget->setVisible(!figure);
    figure_ = figure;
    showWaiting();
    toolRow_->setVisible(!figure && tools()->count() > 0);
    layout()->activate();
}

void StageView::refresh()
{
    if (!themed_) applyTheme();
    showWaiting();
    const Nothing none = nothing();
    const bool empty = !none.sentence.isEmpty();
    stack_->setCurrentIndex(empty ? 1 : 0);
    toolRow_->setVisible(!empty && !figure_ && tools()->count() > 0);
    if (empty) {
        emptyText_->setText(waitingFor().isEmpty() ? none.sentence : QString());
        emptyButton_->setText(none.button);
        emptyButton_->setVisible(!none.button.isEmpty());
        act_ = none.act;
        wayOut_ = none.view;
        setHeadline({}, {});
        setNotice({});
        dirtyFrom_ = 0;
        stale_ = true;
        return;
    }
    if (!std::exchange(stale_, false)) return;
    const int tokens = store().tokens();
    const int first = std::min(std::exchange(dirtyFrom_, std::numeric_limits<int>::max()), tokens);
    update(first);
    selectionTimer_.stop();
    showSelection();
}

QString StageView::waitingFor() const
{
    const bool prompt = store().waiting() == RunStore::Waiting::prompt;
    return prompt ? tr("Reading the prompt…") : QString();
}

void StageView::showWaiting()
{
    veil_->setReason(figure_ ? QString() : waitingFor());
}

const ModelInfo* StageView::model() const
{
    return context_.store.model();
}

Selection::Focus StageView::focus() const
{
    return {context_.selection.layer(), context_.selection.head()};
}

const LayerInfo* StageView::layerInfo() const
{
    const ModelInfo* info = model();
    const int layer = focus().layer;
    if (info == nullptr || layer < 0 || layer >= int(info->layers.size())) return nullptr;
    return &info->layers[std::size_t(layer)];
}

int StageView::nearestLayer(bool (*fits)(const LayerInfo&)) const
{
    if (model() == nullptr) return -1;
    int best = -1;
    const int here = context_.selection.layer();
    for (int i = 0; i < int(model()->layers.size()); ++i) {
        if (!fits(model()->layers[std::size_t(i)])) continue;
        if (best < 0 || std::abs(i - here) < std::abs(best - here)) best = i;
    }
    return best;
}

StageView::Nothing StageView::nothingYet(const QString& promise) const
{
    if (model() == nullptr) return {tr("No model is open."), {}, {}};
    if (store().tokens() == 0) return {promise, {}, {}};
    return {};
}

void StageView::setHeadline(const QString& what, const QString& source)
{
    if (what == what_ && source == source_) return;
    what_ = what;
    source_ = source;
    showHeadline();
}

void StageView::showHeadline()
{
    sourceLabel_->setText(source_);
    // Two letters and dots say nothing: the tools beside it have taken the room, the tip has it
    // all.
    const int room = whatLabel_->width();
    const bool readable = room >= std::min(Theme::instance().px(kLeastHeadline),
                                           whatLabel_->fontMetrics().horizontalAdvance(what_));
    whatLabel_->setText(readable ? whatLabel_->fontMetrics().elidedText(what_, Qt::ElideRight, room)
                                 : QString());
    whatLabel_->setToolTip(what_);
    whatLabel_->setAccessibleName(what_);
}

void StageView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    placeTools();
    arrangedFor_ = contentHeight();
    stale_ = true;
}

/// Another notice or type size leaves the picture another height in a view of the same size.
bool StageView::event(QEvent* event)
{
    const bool done = View::event(event);
    if (event->type() == QEvent::LayoutRequest && contentHeight() != arrangedFor_) {
        QResizeEvent again(size(), size());
        QCoreApplication::sendEvent(this, &again);
    }
    return done;
}

bool StageView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == whatLabel_ && event->type() == QEvent::Resize) showHeadline();
    return View::eventFilter(watched, event);
}

void StageView::placeTools()
{
    const Theme& theme = Theme::instance();
    const int text =
        theme.px(headlineRoom()) + title_->sizeHint().width() + sourceLabel_->sizeHint().width();
    const bool beside = width() >= text + toolRow_->sizeHint().width();
    if (beside == (head_->indexOf(toolRow_) >= 0)) return;
    if (beside)
        head_->insertWidget(2, toolRow_);
    else
        static_cast<QVBoxLayout*>(layout())->insertWidget(1, toolRow_);
}

int StageView::contentHeight() const
{
    const auto rowOf = [this](int row) { return row + layout()->spacing(); };
    const QMargins edge = layout()->contentsMargins();
    int height = this->height() - edge.top() - edge.bottom() - rowOf(head_->sizeHint().height());
    if (tools()->count() > 0 && head_->indexOf(toolRow_) < 0)
        height -= rowOf(toolRow_->sizeHint().height());
    if (!notice_->isHidden()) height -= rowOf(notice_->sizeHint().height());
    return height;
}

void StageView::setNotice(const QString& text, const QString& button, std::function<void()> act)
{
    noticeAct_ = std::move(act);
    if (noticeText_->text() != text) noticeText_->setText(text);
    if (noticeButton_->text() != button) noticeButton_->setText(button);
    noticeButton_->setVisible(!button.isEmpty());
    notice_->setVisible(!text.isEmpty());
}

void StageView::invalidate()
{
    dirtyFrom_ = 0;
    selectionMoved();
    continueLater();
}

void StageView::step(QPoint by)
{
    const int last = store().tokens() - 1;
    if (last < 0 || by.x() == 0) return;
    selection().lockToken(std::clamp(selection().token() + by.x(), 0, last));
}

void StageView::continueLater()
{
    stale_ = true;
    if (!continueTimer_.isActive()) continueTimer_.start(kContinueMs);
}

void StageView::selectionMoved()
{
    stale_ = true;
    if (!selectionTimer_.isActive()) selectionTimer_.start(0);
    if (!describeTimer_.isActive()) describeTimer_.start(kDescribeDelayMs);
}

void StageView::applyTheme()
{
    themed_ = true;
    const Theme& theme = Theme::instance();
    const Palette& colors = theme.palette();
    const auto colored = [](QLabel* label, const QColor& color) {
        label->setStyleSheet(
            QStringLiteral("color: %1; background: transparent;").arg(color.name()));
    };
    title_->setFont(theme.font(13, 600));
    colored(title_, colors.text);
    whatLabel_->setFont(theme.font(12));
    colored(whatLabel_, colors.muted);
    sourceLabel_->setFont(theme.mono(11));
    colored(sourceLabel_, colors.muted);
    emptyText_->setFont(theme.font(13));
    colored(emptyText_, colors.muted);
    noticeText_->setFont(theme.font(11, 500));
    colored(noticeText_, colors.warn);
    const QString button =
        QStringLiteral("QPushButton { background: %1; color: %2; border: 1px solid %3;"
                       " border-radius: %4px; padding: %5px %6px; }"
                       "QPushButton:hover, QPushButton:focus { border-color: %7; }")
            .arg(colors.raised.name(), colors.text.name(), colors.line.name())
            .arg(theme.px(6))
            .arg(theme.px(3))
            .arg(theme.px(10))
            .arg(colors.accent.name());
    for (QPushButton* each : {emptyButton_, noticeButton_}) {
        each->setStyleSheet(button);
        each->setFont(theme.font(12, 500));
    }
    const int pad = theme.px(14);
    const int size = theme.px(14);
    export_->setIcon(icon("export", colors.muted, size));
    maximise_->setIcon(icon("maximise", colors.muted, size));
    for (QToolButton* tool : {export_, maximise_}) {
        tool->setIconSize(QSize(size, size));
        tool->setFixedSize(theme.px(24), theme.px(24));
    }
    layout()->setContentsMargins(pad, theme.px(10), pad, theme.px(8));
    layout()->setSpacing(theme.px(6));
    tools()->setSpacing(theme.px(8));
    content_->setSpacing(theme.px(6));
    placeTools();
    showHeadline();
    restyle();
    invalidate();
}

} // namespace mixscope
