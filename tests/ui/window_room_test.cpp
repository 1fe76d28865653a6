// The whole window at every interface scale, in every theme and two sizes: text fits, nothing lies
// on anything else, plots keep a size at which they can be read.
#include "tests/ui/window_fixture.h"
#include "ui/models/settings.h"
#include "ui/panels/panel.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QStyle>
#include <QStyleOptionComboBox>
#include <QTabBar>

#include <set>
#include <sstream>

namespace mixscope {

namespace {

constexpr int kLeastPlotWidth = 90, kLeastPlotHeight = 30; // of a plot, before the scale

std::string nameOf(const QWidget& widget)
{
    std::ostringstream out;
    out << widget.metaObject()->className() << " '" << widget.accessibleName().toStdString() << "'";
    return out.str();
}

std::string placeOf(const QWidget& widget)
{
    const QRect at = widget.geometry();
    std::ostringstream out;
    out << " at " << at.x() << ',' << at.y() << ' ' << at.width() << 'x' << at.height();
    return out.str();
}

/// Pixels that the widget's own text or contents want in the width and get; {0, 0}: not known.
std::pair<int, int> widthsOf(const QWidget& widget)
{
    if (const auto* label = qobject_cast<const QLabel*>(&widget)) {
        if (label->text().isEmpty() || label->textFormat() == Qt::RichText) return {};
        if (label->wordWrap()) return {label->heightForWidth(label->width()), label->height()};
        return {label->fontMetrics().horizontalAdvance(label->text()),
                label->contentsRect().width()};
    }
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget)) {
        if (button->text().isEmpty()) return {};
        return {button->sizeHint().width(), button->width()};
    }
    if (const auto* box = qobject_cast<const QComboBox*>(&widget)) {
        QStyleOptionComboBox option;
        option.initFrom(box);
        option.editable = box->isEditable();
        const QRect field = box->style()->subControlRect(QStyle::CC_ComboBox, &option,
                                                         QStyle::SC_ComboBoxEditField, box);
        const int icon = box->itemIcon(box->currentIndex()).isNull() ? 0 : box->iconSize().width();
        return {box->fontMetrics().horizontalAdvance(box->currentText()) + icon, field.width()};
    }
    if (qobject_cast<const Tag*>(&widget) || qobject_cast<const SegmentBar*>(&widget))
        return {widget.sizeHint().width(), widget.width()};
    return {};
}

class WindowRoom : public WindowTest {
protected:
    ~WindowRoom() override
    {
        Theme::instance().setTheme("dark");
        Theme::instance().setScale(1.0);
    }

    void expectTextFits()
    {
        for (const QWidget* widget : window.findChildren<QWidget*>()) {
            if (!widget->isVisible() || widget->visibleRegion().isEmpty()) continue;
            const auto [want, have] = widthsOf(*widget);
            const auto* label = qobject_cast<const QLabel*>(widget);
            const bool cutOpenly = label != nullptr && label->text().endsWith(QChar(0x2026))
                && !label->toolTip().isEmpty();
            const int rounding = 1 + want / 80; // a style rounds each part of a control
            if (want > have + rounding && !cutOpenly)
                complain(nameOf(*widget) + " has " + std::to_string(have) + " of "
                         + std::to_string(want) + " pixels");
        }
    }

    void expectNothingOverlaps()
    {
        for (const QWidget* parent : window.findChildren<QWidget*>()) {
            if (!parent->isVisible() || qobject_cast<const QSplitter*>(parent)
                || qobject_cast<const QAbstractScrollArea*>(parent)
                || qobject_cast<const PlotArea*>(parent) || qobject_cast<const QTabBar*>(parent)
                || parent->inherits("QMenuBar"))
                continue;
            const auto children =
                parent->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
            for (int i = 0; i < children.size(); ++i) {
                for (int k = i + 1; k < children.size(); ++k) {
                    const QWidget &a = *children[i], &b = *children[k];
                    if (!a.isVisible() || !b.isVisible() || a.isWindow() || b.isWindow()) continue;
                    const QRect both = a.geometry() & b.geometry();
                    if (both.width() > 1 && both.height() > 1)
                        complain(nameOf(a) + placeOf(a) + " lies on " + nameOf(b) + placeOf(b));
                }
            }
        }
    }

    void expectPlotsCanBeRead()
    {
        const Theme& theme = Theme::instance();
        for (const PlotArea* plot : window.findChildren<PlotArea*>()) {
            if (plot->isVisible()
                && (plot->width() < theme.px(kLeastPlotWidth)
                    || plot->height() < theme.px(kLeastPlotHeight)))
                complain(nameOf(*plot) + " is " + std::to_string(plot->width()) + "x"
                         + std::to_string(plot->height()));
        }
    }

    /// A splitter gives its panels no less than they need by running over its own edge.
    void expectPanelsHaveWhatTheyNeed(const std::string& place)
    {
        for (const QSplitter* splitter : window.findChildren<QSplitter*>()) {
            if (!splitter->isVisible()) continue;
            const QSize need = splitter->minimumSizeHint();
            if (need.width() <= splitter->width() && need.height() <= splitter->height()) continue;
            std::ostringstream out;
            out << "a splitter of " << splitter->width() << 'x' << splitter->height() << " needs "
                << need.width() << 'x' << need.height() << ':';
            for (int i = 0; i < splitter->count(); ++i)
                out << ' ' << nameOf(*splitter->widget(i)) << ' '
                    << splitter->widget(i)->minimumSizeHint().height();
            ADD_FAILURE() << place << out.str();
        }
    }

    void complain(const std::string& what)
    {
        if (said_.insert(where_ + what).second) ADD_FAILURE() << where_ << what;
    }

    std::string where_;
    std::set<std::string> said_;
};

} // namespace

TEST_F(WindowRoom, HasRoomForItsTextAtEveryScaleInEveryThemeAndTwoSizes)
{
    ask("Tell me a story about a fox named Pip.");
    waitForEnd();
    auto& tabs = control<QTabBar>("Views");
    for (const QSize size : {QSize(1280, 720), QSize(1600, 1000)}) {
        for (const QString& theme : Theme::instance().names()) {
            for (const double scale : {0.75, 1.0, 1.25, 1.5, 2.0}) {
                Theme::instance().setTheme(theme);
                Theme::instance().setScale(scale);
                spin(60); // until the window may be as small again
                window.resize(size);
                spin(60);
                std::ostringstream place;
                place << theme.toStdString() << " x" << scale << " " << size.width() << ": ";
                for (int tab = 0; tab < tabs.count(); ++tab) {
                    tabs.setCurrentIndex(tab);
                    spin(40);
                    where_ = place.str() + tabs.tabText(tab).toStdString() + ": ";
                    expectTextFits();
                    expectNothingOverlaps();
                    expectPlotsCanBeRead();
                }
                EXPECT_EQ(window.size(), size) << place.str() << "the window keeps its size";
                expectPanelsHaveWhatTheyNeed(place.str());
            }
        }
    }
}

} // namespace mixscope
