#include "tests/ui/window_fixture.h"
#include "ui/models/settings.h"
#include "ui/panels/tour.h"
#include "ui/theme.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QTabBar>

namespace mixscope {

namespace {

class TourTest : public WindowTest {
protected:
    TourTest() { EXPECT_TRUE(QTest::qWaitForWindowActive(&window)); }

    Tour& tour() { return *window.findChild<Tour*>(); }
    QPushButton& button(const QString& name) { return control<QPushButton>(name); }
    QString tab()
    {
        auto& tabs = control<QTabBar>("Views");
        return tabs.tabText(tabs.currentIndex());
    }

    /// The help menu's entry, as the keyboard reaches it too.
    void take()
    {
        for (QAction* action : window.findChildren<QAction*>()) {
            if (action->text() == "Tour") return action->trigger();
        }
        FAIL() << "no tour in the menus";
    }

    void next()
    {
        waitFor([this] { return button("Tour next").isEnabled(); });
        QTest::keyClick(&button("Tour next"), Qt::Key_Space);
        spin(60);
    }

    void expectBubbleClearOfItsAnchor(double share = 0.99)
    {
        const QRect bubble = tour().geometry();
        EXPECT_TRUE(window.rect().contains(bubble));
        const QLatin1String name(tourStops()[std::size_t(tour().stop())].anchor);
        for (QWidget* widget : window.findChildren<QWidget*>()) {
            if (widget->accessibleName() != name || !widget->isVisible()) continue;
            const QRect about(widget->mapTo(&window, QPoint(0, 0)), widget->size());
            const QRect hidden = about & bubble;
            EXPECT_LT(hidden.width() * hidden.height(), share * about.width() * about.height())
                << name.data();
            return;
        }
        FAIL() << "nothing named " << name.data();
    }
};

} // namespace

TEST_F(TourTest, LeadsThroughSixStopsOfARealReply)
{
    EXPECT_FALSE(tour().isVisible()) << "nobody is shown around uninvited";
    QTest::mouseClick(&button("Two-minute tour"), Qt::LeftButton);
    ASSERT_TRUE(tour().isVisible());
    EXPECT_TRUE(tour().accessibleDescription().startsWith("1 of 6 The model writes: "));
    expectBubbleClearOfItsAnchor();
    next();
    const int query = window.selection().lockedToken();
    ASSERT_GE(query, 0) << "a token is frozen";
    EXPECT_TRUE(tour().accessibleDescription().contains(QString::number(query)));
    expectBubbleClearOfItsAnchor();
    next();
    waitForEnd();
    const int layer = window.selection().layer(), head = window.selection().head();
    float most = 0.0F;
    int where = -1;
    const std::vector<float> row = window.store().attention(layer)->row(head, query);
    for (int key = 0; key < int(row.size()); ++key) {
        if (window.store().messageOf(key) != 0 || row[std::size_t(key)] <= most) continue;
        most = row[std::size_t(key)];
        where = key;
    }
    EXPECT_GT(most, 0.5F);
    const QString word = QString::fromStdString(window.store().token(where).text).trimmed();
    EXPECT_TRUE(tour().accessibleDescription().contains(
        QStringLiteral("puts %1 % of its weight on “%2”").arg(100.0 * double(most), 0, 'f', 0).arg(word)))
        << tour().accessibleDescription().toStdString();
    EXPECT_EQ(tab(), "Attention");
    expectBubbleClearOfItsAnchor();
    next();
    EXPECT_EQ(tab(), "State");
    expectBubbleClearOfItsAnchor();
    next();
    EXPECT_EQ(tab(), "Time");
    expectBubbleClearOfItsAnchor();
    next();
    expectBubbleClearOfItsAnchor();
    QTest::keyClick(&button("End of the tour"), Qt::Key_Space);
    EXPECT_FALSE(tour().isVisible());
    EXPECT_TRUE(tour().taken());
    window.conversation().newChat();
    spin(50);
    EXPECT_FALSE(button("Two-minute tour").isVisible()) << "it has been taken";
}

TEST_F(TourTest, IsLeftAtAnyStopAndGoesOnThere)
{
    take();
    next();
    next();
    EXPECT_EQ(tour().stop(), 2);
    QTest::keyClick(&tour(), Qt::Key_Left);
    EXPECT_EQ(tour().stop(), 1);
    next();
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    EXPECT_FALSE(tour().isVisible());
    EXPECT_FALSE(tour().taken());
    waitForEnd();
    const QString before = transcript();
    take();
    EXPECT_EQ(tour().stop(), 2);
    EXPECT_EQ(transcript(), before) << "the reply that is there is used";
    QTest::keyClick(&window, Qt::Key_L); // the person lets go, and the tour does not insist
    spin(80);
    EXPECT_TRUE(window.selection().following());
}

TEST_F(TourTest, HidesNothingItSpeaksOfInASmallWindowOfLargeType)
{
    Theme::instance().setTheme("projector");
    window.resize(1280, 720);
    spin(300);
    take();
    waitForEnd();
    for (int stop = 0; stop < 5; ++stop) {
        ASSERT_EQ(tour().stop(), stop);
        spin(500); // it follows what moves
        expectBubbleClearOfItsAnchor(0.05);
        next();
    }
    QTest::keyClick(&tour(), Qt::Key_Escape);
    Theme::instance().setTheme("dark");
}

} // namespace mixscope
