#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "tests/ui/view_data.h"
#include "ui/commands.h"
#include "ui/main_window.h"
#include "ui/models/layouts.h"
#include "ui/models/settings.h"
#include "ui/palette_entries.h"
#include "ui/panels/chat_panel.h"
#include "ui/panels/inspector.h"
#include "ui/panels/model_map.h"
#include "ui/panels/settings_window.h"
#include "ui/panels/stage.h"
#include "ui/panels/timeline.h"
#include "ui/views/view.h"

#include <QAction>
#include <QComboBox>
#include <QSpinBox>
#include <QSplitter>
#include <QTabBar>
#include <QTest>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

TEST(Layouts, AreSettingsWithCommandsForViewsThatExist)
{
    const SettingInfo* setting = Settings::find("layout");
    ASSERT_NE(setting, nullptr);
    ASSERT_EQ(setting->choices.size(), layoutTable().size());
    for (std::size_t i = 0; i < layoutTable().size(); ++i) {
        const LayoutInfo& layout = layoutTable()[i];
        EXPECT_STREQ(setting->choices[i].value, layout.id);
        const auto rows = commandTable();
        EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const CommandInfo& row) {
            return row.id == std::string("layout.") + layout.id;
        })) << layout.id;
        for (const char* view : {layout.view, layout.beside}) {
            if (view == nullptr) continue;
            EXPECT_GE(viewRow(view), 0) << view;
        }
    }
    EXPECT_STREQ(layoutOf("no such").id, "explore");
}

class WindowLayout : public testing::Test {
protected:
    WindowLayout() { show(window); }
    void show(MainWindow& shown)
    {
        shown.resize(1600, 1000);
        shown.show();
        engine.events.push_back(Loaded {view_data::hybrid()});
        shown.poller().tick();
        spin(60);
    }
    void choose(const QString& id)
    {
        window.findChild<Commands*>()->action("layout." + id)->trigger();
        spin(60);
    }
    template <class P> P& panel() { return *window.findChild<P*>(); }
    QTabBar& tabs()
    {
        for (QTabBar* bar : window.findChildren<QTabBar*>()) {
            if (bar->accessibleName() == "Views") return *bar;
        }
        throw std::runtime_error("no tabs");
    }

    FakeEngine engine;
    MainWindow window {engine};
};

TEST_F(WindowLayout, SharesTheRoomAsItsNameSays)
{
    const int chat = panel<ChatPanel>().width();
    EXPECT_TRUE(panel<ModelMap>().isVisible());
    EXPECT_TRUE(panel<Inspector>().isVisible());
    choose("chat");
    EXPECT_GT(panel<ChatPanel>().width(), 2 * chat);
    EXPECT_FALSE(panel<ModelMap>().isVisible());
    EXPECT_FALSE(panel<Inspector>().isVisible());
    EXPECT_TRUE(panel<Stage>().isVisible());
    EXPECT_TRUE(panel<Timeline>().isVisible());
    choose("profile");
    EXPECT_LT(panel<ChatPanel>().width(), chat);
    EXPECT_TRUE(panel<ModelMap>().isVisible());
    EXPECT_EQ(tabs().currentIndex(), viewRow("time"));
    choose("explore");
    EXPECT_EQ(panel<ChatPanel>().width(), chat);
    EXPECT_EQ(tabs().currentIndex(), viewRow("time")) << "Explore is for any view";
    EXPECT_EQ(window.size(), QSize(1600, 1000));
}

TEST_F(WindowLayout, PutsTwoViewsSideBySide)
{
    Stage& stage = panel<Stage>();
    EXPECT_EQ(stage.beside(), -1);
    choose("two-up");
    EXPECT_EQ(tabs().currentIndex(), viewRow("attention"));
    EXPECT_EQ(stage.beside(), viewRow("state"));
    const auto visible = [&] {
        QStringList titles;
        for (View* view : stage.findChildren<View*>()) {
            if (view->isVisible()) titles << view->title();
        }
        titles.sort();
        return titles;
    };
    EXPECT_EQ(visible(), (QStringList {"Attention", "State"})) << "and no third one below";
    QComboBox* box = nullptr;
    for (QComboBox* each : stage.findChildren<QComboBox*>()) {
        if (each->accessibleName() == "View at the right") box = each;
    }
    ASSERT_NE(box, nullptr);
    ASSERT_TRUE(box->isVisible());
    box->setCurrentIndex(viewRow("gates"));
    spin(60);
    EXPECT_EQ(visible(), (QStringList {"Attention", "Gates"}));
    for (View* view : stage.findChildren<View*>()) {
        if (!view->isVisible()) continue;
        EXPECT_NEAR(view->width(), stage.width() / 2, stage.width() / 20) << "equal halves";
    }
    choose("explore");
    EXPECT_EQ(stage.beside(), -1);
    EXPECT_EQ(visible(), (QStringList {"Attention", "State"})) << "one below the other again";
    choose("two-up");
    EXPECT_EQ(stage.beside(), viewRow("gates")) << "the choice is kept";
}

TEST_F(WindowLayout, MarksTheLayoutInTheMenu)
{
    const auto marked = [&](const char* id) {
        return window.findChild<Commands*>()->action(QString("layout.") + id)->isChecked();
    };
    EXPECT_TRUE(marked("explore"));
    choose("profile");
    EXPECT_TRUE(marked("profile"));
    EXPECT_FALSE(marked("explore"));
    choose("profile");
    EXPECT_TRUE(marked("profile")) << "choosing it again takes nothing away";
    EXPECT_EQ(window.settings().value("layout").toString(), "profile");
}

TEST_F(WindowLayout, GivesTheRoomBackBeforeItIsShared)
{
    window.findChild<Commands*>()->action("panel.maximise")->trigger();
    spin(60);
    ASSERT_FALSE(panel<Timeline>().isVisible());
    choose("chat");
    EXPECT_TRUE(panel<Timeline>().isVisible());
}

TEST_F(WindowLayout, FindsASettingAndGoesToItsRow)
{
    PaletteModel palette;
    QString opened;
    palette.setEntries(settingEntries([&](const QString& id) { opened = id; }), {});
    palette.setQuery("frame rate");
    ASSERT_GT(palette.rowCount(), 0);
    EXPECT_EQ(palette.index(0).data().toString(), "Frame rate");
    EXPECT_EQ(palette.index(0).data(PaletteModel::Group).toString(), "setting");
    palette.setQuery("megabytes"); // a word of its help alone
    ASSERT_EQ(palette.rowCount(), 1);
    EXPECT_EQ(palette.index(0).data().toString(), "Memory for attention rows");
    palette.runOf(0)();
    EXPECT_EQ(opened, "history");

    Settings settings;
    SettingsWindow shown(settings);
    shown.resize(640, 360); // the row lies below what is seen
    shown.openAt("threads");
    ASSERT_TRUE(QTest::qWaitForWindowActive(&shown));
    QSpinBox* threads = nullptr;
    for (QSpinBox* box : shown.findChildren<QSpinBox*>()) {
        if (box->accessibleName() == "Threads") threads = box;
    }
    ASSERT_NE(threads, nullptr);
    EXPECT_TRUE(threads->hasFocus());
    EXPECT_FALSE(threads->visibleRegion().isEmpty()) << "it was scrolled to";
}

TEST(WindowLayoutKept, IsThereAtTheNextStart)
{
    auto settings = std::make_unique<Settings>();
    settings->set("layout", "chat");
    FakeEngine engine;
    MainWindow window(engine, std::move(settings));
    window.resize(1600, 1000);
    window.show();
    spin(60);
    EXPECT_FALSE(window.findChild<ModelMap*>()->isVisible());
}

} // namespace
} // namespace mixscope
