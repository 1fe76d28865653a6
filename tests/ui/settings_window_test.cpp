#include "tests/support/temp_folder.h"
#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "ui/main_window.h"
#include "ui/models/settings.h"
#include "ui/panels/settings_window.h"
#include "ui/theme.h"
#include "ui/window_memory.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QSpinBox>
#include <QSplitter>
#include <QTabBar>
#include <QTest>

#include <gtest/gtest.h>
#include <stdexcept>

namespace mixscope {

namespace {

class SettingsWindowTest : public testing::Test {
protected:
    SettingsWindowTest()
    {
        window.open();
        EXPECT_TRUE(QTest::qWaitForWindowActive(&window));
    }
    ~SettingsWindowTest() override
    {
        Theme::instance().setTheme("dark");
        Theme::instance().setScale(1.0);
    }

    template <class W> W& control(const QString& name)
    {
        for (W* widget : window.findChildren<W*>()) {
            if (widget->accessibleName() == name) return *widget;
        }
        throw std::runtime_error("no control named " + name.toStdString());
    }

    QStringList shown()
    {
        QStringList names;
        for (const SettingInfo& info : Settings::table()) {
            if (control<QWidget>(info.title).isVisible()) names << info.title;
        }
        return names;
    }

    Settings settings;
    SettingsWindow window {settings};
};

/// A window with its settings in a file, as the program makes it.
std::unique_ptr<MainWindow> windowWith(EnginePort& engine, const QString& file)
{
    return std::make_unique<MainWindow>(engine, std::make_unique<Settings>(file));
}

} // namespace

TEST_F(SettingsWindowTest, HasAControlForEverySetting)
{
    EXPECT_EQ(shown().size(), qsizetype(Settings::table().size()));
    EXPECT_TRUE(control<QLineEdit>("Search settings").hasFocus());
}

TEST_F(SettingsWindowTest, FiltersByWhatIsTyped)
{
    auto& search = control<QLineEdit>("Search settings");
    QTest::keyClicks(&search, "colour");
    EXPECT_EQ(shown(), QStringList {"Theme"});
    search.setText("core");
    EXPECT_EQ(shown(), QStringList {"Threads"});
    search.setText("no such words");
    EXPECT_TRUE(shown().isEmpty());
    search.clear();
    EXPECT_EQ(shown().size(), qsizetype(Settings::table().size()));
}

TEST_F(SettingsWindowTest, ChangesAtOnceAndResetsOneByOne)
{
    auto& scale = control<QSpinBox>("Interface scale");
    auto& reset = control<QPushButton>("Reset Interface scale");
    EXPECT_FALSE(reset.isVisible());
    scale.setFocus();
    QTest::keyClick(&scale, Qt::Key_Up);
    EXPECT_EQ(settings.value("scale"), 105);
    ASSERT_TRUE(reset.isVisible());
    auto& theme = control<QComboBox>("Theme");
    theme.setFocus();
    QTest::keyClick(&theme, Qt::Key_Down);
    EXPECT_EQ(settings.value("theme"), "light");
    reset.setFocus();
    QTest::keyClick(&reset, Qt::Key_Space);
    EXPECT_EQ(scale.value(), 100);
    EXPECT_EQ(settings.value("theme"), "light");
    EXPECT_FALSE(reset.isVisible());
    EXPECT_TRUE(scale.hasFocus()) << "the focus is not lost with the button";
}

TEST_F(SettingsWindowTest, ShowsWhatIsChangedElsewhere)
{
    settings.set("pace", "0");
    EXPECT_EQ(control<QComboBox>("Pace").currentText(), "Full speed");
    settings.set("system", "Be brief.");
    EXPECT_EQ(control<QLineEdit>("System prompt").text(), "Be brief.");
}

TEST_F(SettingsWindowTest, IsWalkedByTabAndLeftByEscape)
{
    settings.set("scale", 110);
    QStringList order;
    QTest::keyClick(&window, Qt::Key_Tab); // leaves the search
    while (QApplication::focusWidget() != &control<QLineEdit>("Search settings")
           && order.size() < 40) {
        ASSERT_NE(QApplication::focusWidget(), nullptr);
        order << QApplication::focusWidget()->accessibleName();
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    QStringList expected;
    for (const SettingInfo& info : Settings::table()) {
        expected << info.title;
        if (settings.changedByUser(info.id)) expected << QStringLiteral("Reset ") + info.title;
    }
    EXPECT_EQ(order.join(" | ").toStdString(), expected.join(" | ").toStdString());
    QTest::keyClick(&window, Qt::Key_Escape);
    EXPECT_FALSE(window.isVisible());
}

TEST_F(SettingsWindowTest, TurnsTheWheelOverTheListWithoutChangingIt)
{
    auto& scale = control<QSpinBox>("Interface scale");
    QWheelEvent wheel(QPointF(5, 5), scale.mapToGlobal(QPointF(5, 5)), {}, QPoint(0, 120),
                      Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&scale, &wheel);
    EXPECT_EQ(scale.value(), 100);
}

TEST(WindowMemory, PlacesTheNextWindowAsTheLastOneWasLeft)
{
    const TempFolder folder;
    const QString file = QString::fromStdString(folder.path().string()) + "/mixscope.ini";
    FakeEngine engine;
    const auto columns = [](MainWindow& window) {
        for (QSplitter* splitter : window.findChildren<QSplitter*>()) {
            if (splitter->orientation() == Qt::Horizontal) return splitter;
        }
        throw std::runtime_error("no columns");
    };
    QList<int> left;
    QSize size;
    {
        const auto window = windowWith(engine, file);
        window->showAsLeft();
        window->resize(780, 620); // the screen of the tests is 800 × 800
        spin(50);
        QSplitter& splitter = *columns(*window);
        Q_EMIT splitter.splitterMoved(0, 1); // as it is
        left = splitter.sizes();
        size = window->size();
        window->findChild<QTabBar*>()->setCurrentIndex(4);
        window->close();
    }
    const auto window = windowWith(engine, file);
    window->showAsLeft();
    spin(50);
    EXPECT_EQ(window->size(), size);
    EXPECT_EQ(window->findChild<QTabBar*>()->currentIndex(), 4);
    const QList<int> now = columns(*window)->sizes();
    ASSERT_EQ(now.size(), left.size());
    for (int i = 0; i < now.size(); ++i)
        EXPECT_NEAR(now[i], left[i], 3) << i;
}

TEST(WindowMemory, BringsAWindowBackToTheScreenThatIsThere)
{
    Settings settings;
    WindowMemory memory(settings);
    {
        QWidget far;
        far.setGeometry(5000, 4000, 6000, 5000);
        memory.keep(far);
    }
    QWidget window;
    ASSERT_TRUE(memory.restore(window));
    const QRect room = window.screen()->availableGeometry();
    EXPECT_TRUE(room.contains(window.geometry()))
        << window.x() << ' ' << window.y() << ' ' << window.width() << ' ' << window.height();
}

TEST(WindowMemory, MakesNothingOfNonsense)
{
    Settings settings;
    settings.setNote("window/geometry", QByteArray("\1\2\3"));
    settings.setNote("window/tab", "left");
    settings.setNote("window/x2", QVariantList {-7, "much"});
    const WindowMemory memory(settings);
    QWidget window;
    EXPECT_FALSE(memory.restore(window));
    EXPECT_EQ(memory.tab(), -1);
    QSplitter splitter;
    splitter.addWidget(new QWidget);
    splitter.addWidget(new QWidget);
    splitter.resize(200, 50);
    memory.share(splitter, "x");
    for (const int size : splitter.sizes())
        EXPECT_GE(size, 0);
}

} // namespace mixscope
