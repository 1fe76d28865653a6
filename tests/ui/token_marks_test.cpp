#include "tests/ui/view_stage.h"
#include "ui/plot/pin_mark.h"
#include "ui/plot/plot_pointer.h"
#include "ui/plot/token_marks.h"

#include <QAbstractButton>
#include <QTest>

#include <gtest/gtest.h>
#include <ostream>

namespace mixscope {
namespace {

using namespace view_data;

TEST(PlotPointer, TellsAClickFromADrag)
{
    PlotPointer pointer;
    EXPECT_EQ(pointer.move({50, 50}), PlotPointer::Drag::none) << "no button is down";
    pointer.press(Qt::LeftButton, {10, 10});
    EXPECT_EQ(pointer.move({12, 11}), PlotPointer::Drag::none) << "a hand trembles";
    EXPECT_EQ(pointer.release(), Qt::LeftButton);
    pointer.press(Qt::LeftButton, {10, 10});
    EXPECT_EQ(pointer.move({30, 10}), PlotPointer::Drag::brush);
    EXPECT_EQ(pointer.move({11, 10}), PlotPointer::Drag::brush) << "and back again";
    EXPECT_EQ(pointer.release(), Qt::NoButton);
    pointer.press(Qt::RightButton, {10, 10});
    EXPECT_EQ(pointer.move({30, 10}), PlotPointer::Drag::pan);
    EXPECT_EQ(pointer.release(), Qt::NoButton);
    pointer.press(Qt::MiddleButton, {10, 10});
    EXPECT_EQ(pointer.move({30, 10}), PlotPointer::Drag::none);
}

TEST(PlotPointer, PansWhileSpaceIsHeld)
{
    PlotPointer pointer;
    pointer.holdSpace();
    EXPECT_TRUE(pointer.releaseSpace()) << "a key press like any other";
    pointer.holdSpace();
    pointer.press(Qt::LeftButton, {10, 10});
    EXPECT_EQ(pointer.move({30, 10}), PlotPointer::Drag::pan);
    EXPECT_EQ(pointer.release(), Qt::NoButton);
    EXPECT_FALSE(pointer.releaseSpace()) << "it was held for the mouse";
    pointer.press(Qt::LeftButton, {10, 10});
    EXPECT_EQ(pointer.move({30, 10}), PlotPointer::Drag::brush);
}

/// A plot of a view that counts tokens along its axis.
struct Place {
    const char* view;
    const char* plot;
    int layer; ///< in focus
    int part = 0; ///< of the attention view
    friend std::ostream& operator<<(std::ostream& out, const Place& place)
    {
        return out << place.plot;
    }
};

/// Every such plot marks tokens alike and takes the same gestures.
class TokenMarksTest : public testing::TestWithParam<Place> {
protected:
    TokenMarksTest()
    {
        Source source = plausible();
        source.gate_layer = GetParam().layer;
        run = std::make_unique<FakeRun>(std::move(source));
        run->prompt(64);
        run->selection.setLayer(GetParam().layer);
        stage = std::make_unique<Stage>(*run, GetParam().view);
        if (GetParam().part > 0) {
            auto* bar = stage->named<QWidget>("Part");
            bar->findChildren<QAbstractButton*>()[GetParam().part]->click();
            stage->settle();
        }
        plot = stage->plot(GetParam().plot);
        run->selection.lockToken(60); // out of the way
    }
    bool map() const { return QLatin1String(GetParam().plot) == QLatin1String("Attention map"); }
    QPoint point(double x, double y) const { return QPointF(plot->map().x(x), y).toPoint(); }
    double middle() const { return plot->plotRect().center().y(); }
    void drag(QPoint from, QPoint to) const
    {
        QWidget* surface = Stage::surface(plot);
        QTest::mousePress(surface, Qt::LeftButton, {}, from);
        QTest::mouseMove(surface, (from + to) / 2);
        QTest::mouseMove(surface, to);
        QTest::mouseRelease(surface, Qt::LeftButton, {}, to);
        leave();
    }
    void leave() const
    {
        QEvent gone(QEvent::Leave);
        QCoreApplication::sendEvent(Stage::surface(plot), &gone);
        stage->settle();
    }
    /// A line of this colour goes through the point, or a pixel beside it.
    bool ruled(QPoint at, const QColor& color) const
    {
        const QImage seen = plot->grab().toImage();
        for (int i = -2; i <= 2; ++i) {
            if (seen.pixelColor(at.x() + i, at.y()) == color) return true;
        }
        return false;
    }
    QColor seen(QPointF at) const { return plot->grab().toImage().pixelColor(at.toPoint()); }

    std::unique_ptr<FakeRun> run;
    std::unique_ptr<Stage> stage;
    PlotArea* plot = nullptr;
};

TEST_P(TokenMarksTest, ADragBrushesARangeThatIsDrawn)
{
    drag(point(20.5, middle()), point(30.5, middle() + 2));
    EXPECT_EQ(run->selection.range(), (TokenRange {20, 30}));
    EXPECT_EQ(run->selection.lockedToken(), 60) << "a drag is no click";
    const QColor accent = Theme::instance().palette().accent;
    const double under = plot->plotRect().bottom() + 1;
    EXPECT_EQ(seen({plot->map().x(25), under}), accent);
    EXPECT_NE(seen({plot->map().x(18), under}), accent);
    EXPECT_NE(seen({plot->map().x(33), under}), accent);
    run->selection.setRange({});
    stage->settle();
    EXPECT_NE(seen({plot->map().x(25), under}), accent);
}

TEST_P(TokenMarksTest, ADragOutOfThePictureStaysInTheTokens)
{
    drag(point(50.5, middle()), QPoint(plot->width() + 40, int(middle())));
    EXPECT_EQ(run->selection.range(), (TokenRange {50, 63}));
    drag(point(50.5, middle()), QPoint(1, int(middle())));
    EXPECT_EQ(run->selection.range(), (TokenRange {0, 50}));
}

TEST_P(TokenMarksTest, AMiddleClickPinsAndThePinIsDrawn)
{
    run->selection.togglePin(1);
    run->selection.togglePin(2);
    const QColor color = pinColor(2); // bars have the colours of the first two
    const QPoint at = map() ? Stage::cell(plot, 10, 40) : point(40.5, middle());
    QTest::mouseClick(Stage::surface(plot), Qt::MiddleButton, {}, at);
    leave();
    EXPECT_EQ(run->selection.pins()[2], 40);
    const int low = int(plot->plotRect().bottom()) - 2;
    EXPECT_TRUE(ruled(point(40.5, low), color));
    EXPECT_FALSE(ruled(point(44.5, low), color));
    run->selection.clearPins();
    stage->settle();
    EXPECT_FALSE(ruled(point(40.5, low), color));
}

TEST_P(TokenMarksTest, TheSourceTokenIsRuled)
{
    const QColor accent = Theme::instance().palette().accent;
    const int high = int(plot->plotRect().top()) + 2;
    EXPECT_FALSE(ruled(point(12.5, high), accent));
    run->selection.lockSource(12);
    stage->settle();
    EXPECT_TRUE(ruled(point(12.5, high), accent));
}

INSTANTIATE_TEST_SUITE_P(
    Plots, TokenMarksTest,
    testing::Values(Place {"attention", "Attention map", 3},
                    Place {"attention", "Attention row", 3, 1}, Place {"state", "State lanes", 2},
                    Place {"state", "Memory contents", 2}, Place {"gates", "Gate lanes", 2},
                    Place {"gates", "Experts", 2}, Place {"time", "Time per token", 2},
                    Place {"memory", "Memory growth", 2}, Place {"logits", "Surprise", 2},
                    Place {"logits", "Entropy", 2}));

TEST(TokenMarks, InAMapADragDownBrushesQueries)
{
    FakeRun run;
    run.prompt(64);
    run.selection.setLayer(3);
    Stage stage(run, "attention");
    PlotArea* map = stage.plot("Attention map");
    QWidget* surface = Stage::surface(map);
    QTest::mousePress(surface, Qt::LeftButton, {}, Stage::cell(map, 8, 40));
    QTest::mouseMove(surface, Stage::cell(map, 9, 50));
    QTest::mouseRelease(surface, Qt::LeftButton, {}, Stage::cell(map, 9, 50));
    EXPECT_EQ(run.selection.range(), (TokenRange {40, 50}));
    stage.settle();
    const QImage seen = map->grab().toImage();
    const QColor accent = Theme::instance().palette().accent;
    const auto beside = [&](double query) {
        return seen.pixelColor(QPointF(map->plotRect().left() - 2, map->map().y(query)).toPoint());
    };
    EXPECT_EQ(beside(45), accent);
    EXPECT_NE(beside(38), accent);
    EXPECT_NE(beside(53), accent);
}

} // namespace
} // namespace mixscope
