#pragma once

#include "tests/ui/spin.h"
#include "tests/ui/view_data.h"
#include "ui/plot/lane_plot.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"
#include "ui/views/view.h"

#include <QImage>
#include <QString>
#include <QTest>

#include <memory>

namespace mixscope::view_data {

/// One view of the table on a run, as the stage shows it.
class Stage {
public:
    Stage(FakeRun& shown, const char* id, QSize size = {1000, 700})
        : run(shown)
    {
        if (Theme::instance().name() != QLatin1String("dark")) Theme::instance().setTheme("dark");
        for (const ViewInfo& info : viewTable()) {
            if (QString::fromLatin1(info.id) == QLatin1String(id)) {
                view.reset(info.create({run.store, run.selection}, nullptr));
            }
        }
        view->resize(size);
        view->show();
        settle();
    }

    /// Lets the poller do its work and everything be drawn.
    void settle()
    {
        for (int i = 0; i < 3; ++i) {
            view->refresh();
            spin(2);
        }
    }

    template <class Widget = QWidget> Widget* named(const char* accessibleName) const
    {
        for (Widget* widget : view->template findChildren<Widget*>()) {
            if (widget->accessibleName() == QLatin1String(accessibleName)) return widget;
        }
        return nullptr;
    }
    PlotArea* plot(const char* accessibleName) const { return named<PlotArea>(accessibleName); }
    /// What receives the mouse in a plot.
    static QWidget* surface(PlotArea* plot)
    {
        return plot->findChild<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
    }
    /// Pixel of the middle of a cell, in the plot.
    static QPoint cell(PlotArea* plot, double x, double y)
    {
        return QPointF(plot->map().x(x + 0.5), plot->map().y(y + 0.5)).toPoint();
    }
    QColor color(PlotArea* plot, double x, double y) const
    {
        return plot->grab().toImage().pixelColor(cell(plot, x, y));
    }

    FakeRun& run;
    std::unique_ptr<View> view;
};

inline QColor entry(const std::vector<unsigned>& map, std::size_t index)
{
    return QColor::fromRgb(map[index]);
}

/// What is seen in the middle of a cell of a lane.
inline QColor laneColor(LanePlot* plot, int band, int row, int token)
{
    const QPointF middle = plot->cellRect(band, row, token).center();
    return plot->grab().toImage().pixelColor(middle.toPoint());
}

} // namespace mixscope::view_data
