#include "ui/panels/timeline.h"

#include "ui/icons.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace mixscope {

Timeline::Timeline(RunStore& store, Selection& selection, Conversation& conversation,
                   QWidget* parent)
    : Panel(tr("Timeline"), parent)
    , store_(store)
    , selection_(selection)
    , follow_(new QPushButton(this))
    , lanes_(new TimelineLanes(store, selection, conversation, this))
{
    follow_->setAccessibleName(tr("Follow"));
    follow_->setToolTip(tr("Follow the newest token (L)"));
    follow_->setProperty("look", "quiet");
    tools()->addWidget(follow_);
    content()->addWidget(lanes_, 1);
    connect(follow_, &QPushButton::clicked, this,
            [this] { selection_.lockToken(selection_.following() ? selection_.newest() : -1); });
    connect(&selection_, &Selection::tokenChanged, this, &Timeline::showState);
    connect(&selection_, &Selection::followingChanged, this, &Timeline::showState);
    connect(&store_, &RunStore::tokensChanged, this, &Timeline::showState);
    connect(&Theme::instance(), &Theme::changed, this, &Timeline::showState);
    showState();
}

void Timeline::refresh()
{
    lanes_->refresh();
}

void Timeline::showState()
{
    const bool following = selection_.following();
    const Palette& colors = Theme::instance().palette();
    const int behind = selection_.newest() - selection_.lockedToken();
    follow_->setText(following ? tr("LIVE") : tr("%1 behind").arg(behind));
    follow_->setAccessibleDescription(following ? tr("following the newest token")
                                                : tr("locked, %1 tokens behind").arg(behind));
    const QColor color = following ? colors.ok : colors.warn;
    follow_->setIcon(icon("dot", color, Theme::instance().px(10)));
    follow_->setStyleSheet(QStringLiteral("color: %1").arg(color.name()));
    if (store_.tokens() == 0) return setNote(tr("no tokens yet"));
    const QString focus =
        following ? tr("following") : tr("focus %1, locked").arg(selection_.lockedToken());
    setNote(tr("tokens 0–%1 · %2").arg(store_.tokens() - 1).arg(focus));
}

} // namespace mixscope
