#include "ui/panels/maximiser.h"

#include <QWidget>

#include <algorithm>
#include <utility>

namespace mixscope {

namespace {
constexpr const char* kMark = "maximised";
}

Maximiser::Maximiser(QWidget* root)
    : QObject(root)
    , root_(root)
{
}

void Maximiser::toggle(QWidget* panel)
{
    const bool same = panel == panel_;
    restore();
    if (same || panel == nullptr || !root_->isAncestorOf(panel)) return;
    root_->setUpdatesEnabled(false);
    panel->setProperty(kMark, true);
    for (QWidget* inner = panel; inner != root_; inner = inner->parentWidget()) {
        for (QObject* child : inner->parentWidget()->children()) {
            auto* beside = qobject_cast<QWidget*>(child);
            const bool stays = beside == nullptr || beside == inner || beside->isWindow()
                || beside->isHidden()
                || std::find(kept_.begin(), kept_.end(), beside) != kept_.end();
            if (stays) continue;
            beside->hide();
            hidden_.emplace_back(beside);
        }
    }
    panel_ = panel;
    root_->setUpdatesEnabled(true);
    panel->setFocus();
    Q_EMIT changed();
}

void Maximiser::restore()
{
    if (panel_ == nullptr) return;
    panel_->setProperty(kMark, false);
    panel_ = nullptr;
    root_->setUpdatesEnabled(false);
    for (const QPointer<QWidget>& widget : std::exchange(hidden_, {})) {
        if (widget) widget->show();
    }
    root_->setUpdatesEnabled(true);
    Q_EMIT changed();
}

bool isMaximised(const QWidget& panel)
{
    return panel.property(kMark).toBool();
}

} // namespace mixscope
