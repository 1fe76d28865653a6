#include "ui/panels/stage.h"

#include "engine/model_info.h"
#include "ui/icons.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/panels/maximiser.h"
#include "ui/panels/panel.h"
#include "ui/theme.h"

#include <QApplication>
#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>
#include <QTabBar>
#include <QTimer>

#include <algorithm>
#include <cstring>

namespace mixscope {

namespace {

/// Views shown below another one in its tab: what a head looks at, and what the states keep.
const char* companionOf(const char* id)
{
    return std::strcmp(id, "attention") == 0 ? "state" : nullptr;
}

QString layerText(int layer, const LayerInfo& info)
{
    return QStringLiteral("%1 %2").arg(layer).arg(QString::fromStdString(info.mixer));
}

constexpr int kRoomForTwo = 520; // height of a page that shows two views
constexpr int kRoomForTabs = 220; // width that pickers leave to the tabs

/// Two views, one above the other; a low window shows the first alone. While one of them has all
/// the room, hidden by somebody else, nothing is decided here.
class PairPage : public QSplitter {
public:
    explicit PairPage(QWidget* parent)
        : QSplitter(Qt::Vertical, parent)
    {
    }
    QSize minimumSizeHint() const override
    {
        return count() > 0 ? widget(0)->minimumSizeHint() : QSize();
    }

    /// Whether the second view is wanted at all.
    void setPaired(bool paired)
    {
        paired_ = paired;
        showSecond();
    }

protected:
    void resizeEvent(QResizeEvent* event) override
    {
        showSecond();
        QSplitter::resizeEvent(event);
    }

private:
    void showSecond()
    {
        if (alone()) return;
        widget(1)->setVisible(paired_ && height() >= Theme::instance().px(kRoomForTwo));
    }
    bool alone() const { return widget(0)->isHidden() || isMaximised(*widget(0)); }

    bool paired_ = true;
};

/// A view or panel that scrolls in a card too small for it; what has the focus is inside.
QScrollArea* scrollingPart(QWidget* part, QWidget* parent)
{
    QScrollArea* area = scrolling(part, parent);
    area->setFocusPolicy(Qt::NoFocus);
    return area;
}

} // namespace

Stage::Stage(ViewContext context, QWidget* parent)
    : QWidget(parent)
    , context_(context)
    , bar_(new QFrame(this))
    , tabs_(new QTabBar(bar_))
    , layer_(new QComboBox(bar_))
    , head_(new QComboBox(bar_))
    , layerTag_(new Tag(tr("Layer"), bar_))
    , headTag_(new Tag(tr("Head"), bar_))
    , pages_(new QStackedWidget(this))
    , halves_(new QSplitter(Qt::Horizontal, this))
    , besideTag_(new Tag(tr("Right"), bar_))
    , besideBox_(new QComboBox(bar_))
    , besidePages_(new QStackedWidget(this))
{
    bar_->setProperty("panel", true);
    tabs_->setAccessibleName(tr("Views"));
    tabs_->setExpanding(false);
    tabs_->setUsesScrollButtons(false);
    // The bar adapts to the room there is: it must not hold the window wide.
    bar_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    layer_->setAccessibleName(tr("Layer"));
    head_->setAccessibleName(tr("Head"));
    auto* row = new QHBoxLayout(bar_);
    row->addWidget(tabs_);
    row->addStretch(1);
    row->addWidget(besideTag_);
    row->addWidget(besideBox_);
    for (QWidget* widget : {static_cast<QWidget*>(layerTag_), static_cast<QWidget*>(layer_),
                            static_cast<QWidget*>(headTag_), static_cast<QWidget*>(head_)}) {
        row->addWidget(widget);
    }
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(bar_);
    column->addWidget(halves_, 1);
    makeBeside();
    for (int tab = 0; tab < int(viewTable().size()); ++tab) {
        tabs_->addTab(tr(viewTable()[std::size_t(tab)].title));
        pages_->addWidget(makePage(tab));
    }
    connect(tabs_, &QTabBar::currentChanged, this, [this](int index) {
        pages_->setCurrentIndex(index);
        refresh();
    });
    connect(&context_.store, &RunStore::modelChanged, this, &Stage::fillLayers);
    connect(layer_, &QComboBox::currentIndexChanged, &context_.selection, &Selection::setLayer);
    connect(head_, &QComboBox::currentIndexChanged, &context_.selection, &Selection::setHead);
    connect(&context_.selection, &Selection::layerChanged, this, &Stage::fillHeads);
    connect(&context_.selection, &Selection::headChanged, this, [this](int head) {
        const QSignalBlocker quiet(head_);
        head_->setCurrentIndex(head);
    });
    connect(&Theme::instance(), &Theme::changed, this, &Stage::restyle);
    restyle();
    fillLayers();
}

void Stage::makeBeside()
{
    halves_->addWidget(pages_);
    halves_->addWidget(besidePages_);
    halves_->setChildrenCollapsible(false);
    besidePages_->hide();
    besideTag_->hide();
    besideBox_->hide();
    besideBox_->setAccessibleName(tr("View at the right"));
    besideBox_->setToolTip(tr("Which view is shown at the right"));
    for (const ViewInfo& view : viewTable())
        besideBox_->addItem(tr(view.title));
    besideCards_.resize(viewTable().size(), nullptr);
    connect(besideBox_, &QComboBox::currentIndexChanged, this, [this](int row) {
        if (besideBox_->isHidden()) return;
        setBeside(row);
        Q_EMIT besideChanged(row);
    });
}

void Stage::setBeside(int row)
{
    const bool shown = row >= 0;
    for (int page = 0; page < pages_->count(); ++page) {
        if (auto* pair = dynamic_cast<PairPage*>(pages_->widget(page))) pair->setPaired(!shown);
    }
    if (shown) {
        QWidget*& card = besideCards_[std::size_t(row)];
        if (card == nullptr) {
            card = makeView(row);
            besidePages_->addWidget(card);
        }
        if (besidePages_->isHidden()) besidePages_->resize(halves_->width() / 2, halves_->height());
        besidePages_->setCurrentWidget(card);
        const QSignalBlocker quiet(besideBox_);
        besideBox_->setCurrentIndex(row);
        halves_->setSizes({1000, 1000});
    }
    besidePages_->setVisible(shown);
    besideBox_->setVisible(shown);
    restyle();
    QTimer::singleShot(0, this, &Stage::refresh); // when the layout knows its sizes
}

int Stage::beside() const
{
    return besidePages_->isHidden() ? -1 : besideBox_->currentIndex();
}

QWidget* Stage::makePage(int tab)
{
    const char* companion = companionOf(viewTable()[std::size_t(tab)].id);
    const int below = companion ? viewRow(companion) : -1;
    if (below < 0) return makeView(tab);
    auto* split = new PairPage(this);
    split->setChildrenCollapsible(false);
    split->addWidget(makeView(tab));
    split->addWidget(makeView(below));
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setSizes({380, 250});
    return split;
}

QWidget* Stage::makeView(int row)
{
    auto* card = new QFrame(this);
    card->setProperty("panel", true);
    View* view = viewTable()[std::size_t(row)].create(context_, card);
    auto* inside = new QVBoxLayout(card);
    inside->setContentsMargins(1, 1, 1, 1);
    inside->addWidget(scrollingPart(view, card));
    // Views arrange themselves for any size above the least; a smaller card scrolls.
    view->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    const Theme& theme = Theme::instance();
    view->setMinimumSize(theme.px(view->least().width()), theme.px(view->least().height()));
    connect(view, &View::attentionWanted, this, &Stage::attentionWanted);
    connect(view, &View::probeLevelWanted, this, &Stage::probeLevelWanted);
    connect(view, &View::viewWanted, this,
            [this](const QByteArray& id) { Q_EMIT tabWanted(viewRow(id.constData())); });
    connect(view, &View::exportWanted, this,
            [this, view](QPoint at) { Q_EMIT exportWanted(view, at); });
    connect(view, &View::maximiseWanted, this, [this, card] { Q_EMIT maximiseWanted(card); });
    views_.push_back(view);
    return card;
}

QWidget* Stage::cardOf(const View& view)
{
    return view.parentWidget()->parentWidget()->parentWidget(); // viewport, scroll area, card
}

void Stage::refresh()
{
    for (View* view : views_) {
        if (view->isVisible()) view->refresh();
    }
}

View* Stage::activeView() const
{
    View* first = nullptr;
    for (View* view : views_) {
        if (!view->isVisible()) continue;
        if (view->isAncestorOf(QApplication::focusWidget())) return view;
        if (first == nullptr) first = view;
    }
    return first;
}

void Stage::adopt(QWidget* panel, const QString& title)
{
    adopted_.push_back(panel);
    pages_->addWidget(scrollingPart(panel, pages_));
    panel->show();
    tabs_->addTab(title);
    tabs_->updateGeometry();
    bar_->layout()->invalidate();
    measureTabs();
}

void Stage::release(QWidget* panel)
{
    const auto found = std::find(adopted_.begin(), adopted_.end(), panel);
    if (found == adopted_.end()) return;
    const int tab = tabOf(*panel);
    if (tabs_->currentIndex() == tab) tabs_->setCurrentIndex(0);
    tabs_->removeTab(tab);
    auto* scroll = static_cast<QScrollArea*>(pages_->widget(tab));
    scroll->takeWidget()->setParent(this);
    pages_->removeWidget(scroll);
    delete scroll;
    adopted_.erase(found);
    measureTabs();
}

void Stage::reveal(const QWidget* widget)
{
    for (QWidget* panel : adopted_) {
        if (panel == widget || panel->isAncestorOf(widget)) showTab(tabOf(*panel));
    }
}

int Stage::tabOf(const QWidget& panel) const
{
    const auto found = std::find(adopted_.begin(), adopted_.end(), &panel);
    return pages_->count() - int(adopted_.end() - found);
}

void Stage::showTab(int index)
{
    if (index >= 0 && index < tabs_->count()) tabs_->setCurrentIndex(index);
}

int Stage::tab() const
{
    return tabs_->currentIndex();
}

void Stage::fillLayers()
{
    const QSignalBlocker quiet(layer_);
    layer_->clear();
    const ModelInfo* model = context_.store.model();
    const Theme& theme = Theme::instance();
    for (int i = 0; model != nullptr && i < int(model->layers.size()); ++i) {
        const LayerInfo& info = model->layers[std::size_t(i)];
        const QString mixer = QString::fromStdString(info.mixer);
        layer_->addItem(icon(kindIcon(mixer), theme.kindColor(mixer), theme.px(14)),
                        layerText(i, info));
    }
    layer_->setVisible(model != nullptr);
    fillHeads();
}

void Stage::fillHeads()
{
    const QSignalBlocker quietLayer(layer_), quietHead(head_);
    const ModelInfo* model = context_.store.model();
    const int layer = context_.selection.layer();
    const bool known = model != nullptr && layer < int(model->layers.size());
    const int heads = known ? model->layers[std::size_t(layer)].n_heads : 0;
    layer_->setCurrentIndex(known ? layer : -1);
    if (head_->count() != heads) {
        head_->clear();
        for (int i = 0; i < heads; ++i)
            head_->addItem(QString::number(i));
    }
    head_->setCurrentIndex(heads > 0 ? context_.selection.head() : -1);
    head_->setVisible(heads > 0);
    showTags();
}

void Stage::showTags()
{
    const bool layers = layer_->count() > 0, heads = head_->count() > 0;
    const bool beside = !besideBox_->isHidden();
    const int spacing = bar_->layout()->spacing();
    int pickers = 8 * spacing;
    if (layers) pickers += layer_->sizeHint().width();
    if (heads) pickers += head_->sizeHint().width();
    if (beside) pickers += besideBox_->sizeHint().width();
    const int words = layerTag_->sizeHint().width() + headTag_->sizeHint().width()
        + (beside ? besideTag_->sizeHint().width() : 0);
    const int room = width() - tabsWidth_ - pickers;
    layerTag_->setVisible(room >= words && layers);
    headTag_->setVisible(room >= words && heads);
    besideTag_->setVisible(room >= words && beside);
    setCompact(room < 0);
    // Layer and head can be chosen in the model map and by keys; a tab only here.
    const bool pick = width() >= pickers + Theme::instance().px(kRoomForTabs);
    layer_->setVisible(pick && layers);
    head_->setVisible(pick && heads);
    tabs_->setUsesScrollButtons(width()
                                < tabs_->sizeHint().width() + (pick ? pickers : 8 * spacing));
}

void Stage::setCompact(bool compact)
{
    if (tabs_->property("compact").toBool() == compact) return;
    tabs_->setProperty("compact", compact);
    tabs_->style()->unpolish(tabs_);
    tabs_->style()->polish(tabs_);
    QEvent changed(QEvent::StyleChange); // the tabs measure themselves again
    QCoreApplication::sendEvent(tabs_, &changed);
}

void Stage::measureTabs()
{
    setCompact(false);
    tabs_->ensurePolished();
    tabsWidth_ = tabs_->sizeHint().width();
    showTags();
}

void Stage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    showTags();
}

void Stage::restyle()
{
    const Theme& theme = Theme::instance();
    layout()->setSpacing(theme.px(6));
    halves_->setHandleWidth(theme.px(6));
    bar_->layout()->setContentsMargins(theme.px(6), theme.px(3), theme.px(8), theme.px(3));
    bar_->layout()->setSpacing(theme.px(6));
    bar_->setFixedHeight(theme.px(38));
    tabs_->setFont(theme.font(12, 500));
    layer_->setIconSize(QSize(theme.px(14), theme.px(14)));
    for (View* view : views_)
        view->setMinimumSize(theme.px(view->least().width()), theme.px(view->least().height()));
    fillLayers();
    measureTabs();
}

void Stage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    measureTabs(); // now the style is known
}

} // namespace mixscope
