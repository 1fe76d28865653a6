#include "ui/views/tool_row.h"

#include "ui/views/parts.h"

#include <QEvent>
#include <QHBoxLayout>

#include <algorithm>

namespace mixscope {

ToolRow::ToolRow(QWidget* parent)
    : QWidget(parent)
    , row_(new QHBoxLayout(this))
{
    row_->setContentsMargins(0, 0, 0, 0);
}

int ToolRow::widthWith(Bars bars) const
{
    int width = 0, shown = 0;
    for (int i = 0; i < row_->count(); ++i) {
        const QWidget* widget = row_->itemAt(i)->widget();
        if (widget == nullptr || widget->isHidden()) continue;
        const auto* bar = qobject_cast<const SegmentBar*>(widget);
        width += bar == nullptr  ? widget->sizeHint().width()
            : bars == Bars::wide ? bar->wideWidth()
                                 : bar->foldedWidth();
        ++shown;
    }
    return width + row_->spacing() * std::max(0, shown);
}

QSize ToolRow::sizeHint() const
{
    return {widthWith(Bars::wide), row_->sizeHint().height()};
}

QSize ToolRow::minimumSizeHint() const
{
    return {widthWith(Bars::folded), row_->minimumSize().height()};
}

void ToolRow::fit()
{
    int need = widthWith(Bars::wide);
    for (int i = row_->count() - 1; i >= 0; --i) {
        auto* bar = qobject_cast<SegmentBar*>(row_->itemAt(i)->widget());
        if (bar == nullptr || bar->isHidden()) continue;
        const bool fold = need > width() && bar->foldedWidth() < bar->wideWidth();
        if (fold) need -= bar->wideWidth() - bar->foldedWidth();
        bar->setFolded(fold);
    }
}

void ToolRow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
}

bool ToolRow::event(QEvent* event)
{
    const bool done = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Show) {
        fit();
        updateGeometry();
    }
    return done;
}

} // namespace mixscope
