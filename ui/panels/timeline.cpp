#include "ui/panels/timeline.h"

#include "ui/icons.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/panels/timeline_lanes.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>

namespace mixscope {

namespace {
constexpr double kZoomStep = 1.6;
}

Timeline::Timeline(RunStore& store, Selection& selection, Conversation& conversation,
                   QWidget* parent)
    : Panel(tr("Timeline"), parent)
    , store_(store)
    , selection_(selection)
    , lanes_(new TimelineLanes(store, selection, conversation, this))
{
    QToolButton* out = tool(tr("Zoom out (S)"), "minus");
    QToolButton* fit = tool(tr("Show all tokens"), "fit");
    QToolButton* in = tool(tr("Zoom in (W)"), "plus");
    connect(out, &QToolButton::clicked, this, [this] { lanes_->zoom(1.0 / kZoomStep); });
    connect(fit, &QToolButton::clicked, lanes_, &TimelineLanes::fit);
    connect(in, &QToolButton::clicked, this, [this] { lanes_->zoom(kZoomStep); });
    follow_ = new QPushButton(tr("Follow"), this);
    follow_->setAccessibleName(tr("Follow"));
    follow_->setCheckable(true);
    follow_->setToolTip(tr("Views show the newest token while this is down (L)"));
    tools()->addWidget(follow_);
    content()->addWidget(lanes_, 1);
    // Not clicked(): a screen reader toggles without a click.
    connect(follow_, &QPushButton::toggled, this,
            [this](bool follow) { selection_.lockToken(follow ? -1 : selection_.newest()); });
    connect(&selection_, &Selection::tokenChanged, this, &Timeline::showState);
    connect(&selection_, &Selection::followingChanged, this, &Timeline::showState);
    connect(&selection_, &Selection::rangeChanged, this, &Timeline::showState);
    connect(&store_, &RunStore::tokensChanged, this, &Timeline::showState);
    Timeline::restyle();
}

QToolButton* Timeline::tool(const QString& name, const QString& icon)
{
    auto* made = new QToolButton(this);
    made->setAccessibleName(name.section(" (", 0, 0));
    made->setToolTip(name);
    made->setProperty("look", "quiet");
    made->setObjectName(icon);
    tools()->addWidget(made);
    zoom_.push_back(made);
    return made;
}

void Timeline::restyle()
{
    Panel::restyle();
    const Theme& theme = Theme::instance();
    for (QToolButton* button : zoom_) {
        button->setIcon(icon(button->objectName(), theme.palette().text, theme.px(14)));
        button->setIconSize(QSize(theme.px(14), theme.px(14)));
    }
    if (follow_ != nullptr) showState();
}

void Timeline::refresh()
{
    lanes_->refresh();
}

void Timeline::showState()
{
    const QLocale locale;
    const bool following = selection_.following();
    const int behind = selection_.newest() - selection_.lockedToken();
    {
        const QSignalBlocker quiet(follow_);
        follow_->setChecked(following);
    }
    follow_->setEnabled(store_.tokens() > 0);
    if (store_.tokens() == 0) {
        setBadge({});
        return setNote(tr("no tokens yet"));
    }
    if (following)
        setBadge({"dot", tr("LIVE"), "ok"});
    else
        setBadge({"half", tr("%1 behind").arg(locale.toString(behind)), "warn"});
    follow_->setAccessibleDescription(following ? tr("following the newest token")
                                                : tr("frozen, %1 tokens behind").arg(behind));
    QString note = tr("tokens 0–%1").arg(locale.toString(store_.tokens() - 1));
    if (!following) note += tr(" · focus %1").arg(locale.toString(selection_.lockedToken()));
    const TokenRange& range = selection_.range();
    if (!range.empty())
        note += tr(" · range %1–%2").arg(locale.toString(range.first), locale.toString(range.last));
    setNote(note);
}

} // namespace mixscope
