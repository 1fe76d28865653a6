#include "tests/ui/spin.h"
#include "ui/plot/matrix_map.h"
#include "ui/plot/plot_area.h"
#include "ui/plot/stack_plot.h"
#include "ui/theme.h"

#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

/// A plot of 100 × 100 cells that counts how often it is painted.
class PlotAreaTest : public testing::Test {
protected:
    PlotAreaTest()
    {
        plot.resize(300, 300);
        plot.setExtent({0, 0, 100, 100});
        plot.setPicture([this](QPainter&, const PlotMap&) { ++pictures; });
        plot.setOverlay([this](QPainter& painter, const PlotMap& map) {
            ++overlays;
            painter.fillRect(map.area(cross, 0, cross + 1, 100), Qt::red);
        });
        plot.show();
        spin(20);
    }

    /// The drawn child receives the mouse.
    QWidget* surface() { return plot.findChild<QWidget*>(QString(), Qt::FindDirectChildrenOnly); }
    QPoint at(double x, double y) const
    {
        return QPointF(plot.map().x(x), plot.map().y(y)).toPoint();
    }

    void wheel(QPoint where, int notches)
    {
        const QPointF cursor = where;
        QWheelEvent event(cursor, cursor, {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(surface(), &event);
        spin();
    }

    PlotArea plot {"A plot", {.zoom = Qt::Horizontal | Qt::Vertical}, nullptr};
    int pictures = 0;
    int overlays = 0;
    int cross = 10;
};

TEST_F(PlotAreaTest, TheCrosshairMovesWithoutRepaintingThePicture)
{
    const int before = pictures;
    for (cross = 20; cross < 30; ++cross) {
        plot.redrawOverlay();
        spin(5);
    }
    EXPECT_EQ(pictures, before);
    EXPECT_GE(overlays, 10);
    const QColor seen = plot.grab().toImage().pixelColor(at(29.5, 50));
    EXPECT_EQ(seen, QColor(Qt::red));
}

TEST_F(PlotAreaTest, HoverAndClickTellTheCell)
{
    QSignalSpy hovered(&plot, &PlotArea::hovered), clicked(&plot, &PlotArea::clicked),
        left(&plot, &PlotArea::left);
    QTest::mouseMove(surface(), at(42.5, 17.5));
    ASSERT_EQ(hovered.count(), 1);
    EXPECT_EQ(int(hovered[0][0].toPointF().x()), 42);
    EXPECT_EQ(int(hovered[0][0].toPointF().y()), 17);
    QTest::mouseClick(surface(), Qt::LeftButton, {}, at(3.5, 99.5));
    ASSERT_EQ(clicked.count(), 1);
    EXPECT_EQ(int(clicked[0][0].toPointF().y()), 99);
    QTest::mouseMove(surface(), QPoint(1, 1)); // the margin
    EXPECT_EQ(left.count(), 1);
}

TEST_F(PlotAreaTest, TheWheelZoomsAroundTheCursor)
{
    const QPoint where = at(30, 60);
    wheel(where, 3);
    EXPECT_TRUE(plot.zoomed());
    EXPECT_NEAR(plot.window().width(), 51.2, 0.01);
    EXPECT_NEAR(plot.map().at(QPointF(where)).x(), 30, 0.5);
    EXPECT_NEAR(plot.map().at(QPointF(where)).y(), 60, 0.5);
    wheel(where, -9);
    EXPECT_EQ(plot.window(), QRectF(0, 0, 100, 100)) << "never beyond the data";
}

TEST_F(PlotAreaTest, AZoomedPlotKeepsItsWindowOrFollows)
{
    plot.showWindow({10, 10, 20, 20});
    plot.setExtent({0, 0, 120, 120});
    EXPECT_EQ(plot.window(), QRectF(10, 10, 20, 20));
    plot.setExtent({0, 0, 140, 140}, true);
    EXPECT_EQ(plot.window().bottom(), 140);
    plot.fit();
    EXPECT_EQ(plot.window(), QRectF(0, 0, 140, 140));
}

TEST_F(PlotAreaTest, BackspaceUndoesOneGestureOfZoomAtATime)
{
    wheel(at(30, 60), 1);
    wheel(at(30, 60), 1); // within a moment: the same gesture
    const QRectF first = plot.window();
    spin(450);
    wheel(at(30, 60), 2);
    EXPECT_LT(plot.window().width(), first.width());
    QTest::keyClick(&plot, Qt::Key_Backspace);
    EXPECT_EQ(plot.window(), first);
    QTest::keyClick(&plot, Qt::Key_Backspace);
    EXPECT_FALSE(plot.zoomed());
    QTest::keyClick(&plot, Qt::Key_Backspace);
    EXPECT_FALSE(plot.zoomed()) << "nothing is left to undo";
}

TEST_F(PlotAreaTest, ADoubleClickZoomsToTheItemAndBack)
{
    QTest::mouseDClick(surface(), Qt::LeftButton, {}, at(40.5, 70.5));
    EXPECT_TRUE(plot.zoomed());
    EXPECT_NEAR(plot.window().center().x(), 40.5, 0.5);
    EXPECT_NEAR(plot.window().center().y(), 70.5, 0.5);
    const double cell = plot.map().rect.width() / plot.window().width();
    EXPECT_GE(cell, 14) << "wide enough for its text";
    QTest::mouseDClick(surface(), Qt::LeftButton, {}, at(40.5, 70.5));
    EXPECT_FALSE(plot.zoomed());
}

TEST_F(PlotAreaTest, FCentresTheFocusAndFTwiceFitsAll)
{
    plot.setFocusPoint([] { return QPointF(62.5, 30.5); });
    plot.showWindow({0, 0, 20, 20});
    QTest::keyClick(&plot, Qt::Key_F);
    EXPECT_EQ(plot.window(), QRectF(52.5, 20.5, 20, 20));
    QTest::keyClick(&plot, Qt::Key_F);
    EXPECT_FALSE(plot.zoomed());
}

TEST_F(PlotAreaTest, RightDragAndSpaceDragPan)
{
    plot.showWindow({20, 20, 50, 50});
    spin(20);
    const auto drag = [&](Qt::MouseButton button) {
        const QPoint from = at(45, 45), to = at(35, 40);
        QTest::mousePress(surface(), button, {}, from);
        const QPointF where = to;
        QMouseEvent move(QEvent::MouseMove, where, where, Qt::NoButton, button, {});
        QCoreApplication::sendEvent(surface(), &move);
        QTest::mouseRelease(surface(), button, {}, to);
        spin(5);
    };
    drag(Qt::RightButton);
    EXPECT_NEAR(plot.window().left(), 30, 0.5);
    EXPECT_NEAR(plot.window().top(), 25, 0.5);
    drag(Qt::LeftButton);
    EXPECT_NEAR(plot.window().left(), 30, 0.5) << "the left button alone does not pan";
    QTest::keyPress(&plot, Qt::Key_Space);
    drag(Qt::LeftButton);
    QTest::keyRelease(&plot, Qt::Key_Space);
    EXPECT_NEAR(plot.window().left(), 40, 1.0);
    for (int i = 0; i < 9; ++i)
        drag(Qt::RightButton);
    EXPECT_EQ(plot.window().right(), 100) << "never beyond the data";
    EXPECT_EQ(plot.window().width(), 50);
}

TEST_F(PlotAreaTest, CtrlZoomsFinelyAndShiftCoarsely)
{
    const auto turned = [&](Qt::KeyboardModifiers keys) {
        plot.fit();
        const QPointF cursor = at(50, 50);
        QWheelEvent event(cursor, cursor, {}, {0, 120}, Qt::NoButton, keys, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(surface(), &event);
        return plot.window().width();
    };
    const double plain = turned(Qt::NoModifier);
    EXPECT_NEAR(plain, 80, 0.01);
    EXPECT_GT(turned(Qt::ControlModifier), plain);
    EXPECT_LT(turned(Qt::ShiftModifier), plain);
}

TEST(PlotArea, TheExtentHoldsStillBetweenSteps)
{
    EXPECT_EQ(steppedExtent(1), 16);
    EXPECT_EQ(steppedExtent(16), 16);
    EXPECT_EQ(steppedExtent(157), 160);
    EXPECT_EQ(steppedExtent(160), 160);
    EXPECT_EQ(steppedExtent(4096), 4096);
    for (int tokens = 1; tokens < 5000; ++tokens) {
        EXPECT_GE(steppedExtent(tokens), tokens);
        EXPECT_LE(steppedExtent(tokens), tokens * 1.125 + 16);
    }
}

TEST(StackPlot, ColumnsAreAsTallAsTheirSum)
{
    Theme::instance().setTheme("dark");
    StackPlot plot("Time", {.margins = {40, 10, 10, 30}}, nullptr);
    plot.resize(360, 240);
    plot.setParts({{"a", Qt::red}, {"b", Qt::blue}});
    plot.setFill([](int token, std::span<float> parts) {
        parts[0] = 1.0F;
        parts[1] = token == 3 ? 5.0F : 0.5F;
    });
    plot.show(16, 4.0);
    plot.QWidget::show();
    spin(20);
    const QImage image = plot.grab().toImage();
    const auto pixel = [&](double token, double value) {
        return image.pixelColor(QPointF(plot.map().x(token), plot.map().y(value)).toPoint());
    };
    EXPECT_EQ(pixel(6.4, 0.9), QColor(Qt::red));
    EXPECT_EQ(pixel(6.4, 1.1), QColor(Qt::blue));
    EXPECT_EQ(pixel(6.4, 1.7), Theme::instance().palette().panel);
    EXPECT_EQ(pixel(3.4, 3.9), QColor(Qt::blue)) << "a column beyond the axis fills it";
}

TEST(MatrixMap, SignsHaveTheirColoursAndTheRangeOnlyWidens)
{
    Theme::instance().setTheme("dark");
    MatrixMap map("State matrix", nullptr);
    map.resize(80, 80);
    const std::vector<float> values {9, -9, 0, 0}; // sigma 6.36
    map.setMatrix("one", 2, 2, values);
    EXPECT_NEAR(map.range(), 3 * std::sqrt(40.5F), 1e-3);
    map.setMatrix("one", 2, 2, {1, -1, 0, 0});
    EXPECT_NEAR(map.range(), 3 * std::sqrt(40.5F), 1e-3) << "a smaller matrix rescales nothing";
    map.fitNow();
    EXPECT_NEAR(map.range(), 3 * std::sqrt(0.5F), 1e-3);
    map.setMatrix("one", 2, 2, {99, -99, 0, 0});
    const QImage image = map.grab().toImage();
    const auto expected = [&](float value) {
        const auto entry =
            std::size_t(std::clamp(127.5F + value * 127.5F / map.range(), 0.0F, 255.0F));
        return QColor::fromRgb(Theme::instance().diverging()[entry]);
    };
    EXPECT_EQ(image.pixelColor(20, 20), expected(99));
    EXPECT_EQ(image.pixelColor(60, 20), expected(-99));
    EXPECT_EQ(image.pixelColor(20, 60), expected(0));
}

} // namespace
} // namespace mixscope
