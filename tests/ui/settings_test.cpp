#include "tests/support/temp_folder.h"
#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "ui/frame_poller.h"
#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/settings.h"
#include "ui/settings_binding.h"
#include "ui/theme.h"

#include <QSet>
#include <QSignalSpy>

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>

namespace mixscope {

namespace {

QString fileIn(const TempFolder& folder)
{
    return QString::fromStdString(folder.path().string()) + "/deep/mixscope.ini";
}

std::string read(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Everything that settings act on, with an engine that only listens.
class SettingsBindingTest : public testing::Test {
protected:
    ~SettingsBindingTest() override
    {
        Theme::instance().setTheme("dark");
        Theme::instance().setScale(1.0);
    }

    Settings settings;
    FakeEngine engine;
    RunStore store;
    Selection selection;
    Conversation chat {engine};
    EngineControls controls {engine, selection};
    FramePoller poller {engine, store};
};

} // namespace

TEST(Settings, AreUniqueExplainedAndHaveAValidDefault)
{
    QSet<QString> ids;
    Settings settings;
    for (const SettingInfo& info : Settings::table()) {
        EXPECT_FALSE(ids.contains(info.id)) << info.id;
        ids << info.id;
        EXPECT_TRUE(QString(info.help).endsWith('.')) << info.id;
        EXPECT_EQ(settings.value(info.id), info.fallback) << info.id;
        settings.overrule(info.id, info.fallback);
        EXPECT_EQ(settings.value(info.id), info.fallback) << info.id << " is within its own bounds";
    }
    EXPECT_EQ(Settings::find("theme")->choices.size(),
              std::size_t(Theme::instance().names().size()));
    EXPECT_EQ(Settings::find("pace")->choices.size(), EngineControls::kPaces.size());
    for (std::size_t i = 0; i < EngineControls::kPaces.size(); ++i) {
        EXPECT_EQ(Settings::find("pace")->choices[i].value,
                  std::to_string(EngineControls::kPaces[i]));
    }
}

TEST(Settings, OutliveTheProgram)
{
    const TempFolder folder;
    {
        Settings settings(fileIn(folder));
        settings.set("theme", "projector");
        settings.set("scale", 125);
        settings.set("system", "Say \"yes\"; always = often, Grüße 你好");
        settings.setNote("window/tab", 3);
    }
    const Settings settings(fileIn(folder));
    EXPECT_EQ(settings.value("theme"), "projector");
    EXPECT_EQ(settings.value("scale"), 125);
    EXPECT_EQ(settings.value("system"), "Say \"yes\"; always = often, Grüße 你好");
    EXPECT_EQ(settings.note("window/tab").toInt(), 3);
    EXPECT_EQ(settings.value("rate"), 30);
}

TEST(Settings, GoBackToTheDefaultOneByOne)
{
    const TempFolder folder;
    {
        Settings settings(fileIn(folder));
        settings.set("theme", "light");
        settings.set("scale", 150);
        QSignalSpy changed(&settings, &Settings::changed);
        settings.reset("theme");
        EXPECT_EQ(changed.size(), 1);
        EXPECT_EQ(settings.value("theme"), "dark");
        EXPECT_FALSE(settings.changedByUser("theme"));
        EXPECT_TRUE(settings.changedByUser("scale"));
    }
    const Settings settings(fileIn(folder));
    EXPECT_EQ(settings.value("theme"), "dark");
    EXPECT_EQ(settings.value("scale"), 150);
}

TEST(Settings, TakeOnlyWhatTheyCanBe)
{
    Settings settings;
    QSignalSpy changed(&settings, &Settings::changed);
    settings.set("theme", "pink");
    settings.set("scale", 74);
    settings.set("scale", 251);
    settings.set("scale", std::nan(""));
    settings.set("scale", std::numeric_limits<double>::infinity());
    settings.set("scale", "big");
    settings.set("system", QString(5000, 'x'));
    settings.set("system", "two\nlines");
    settings.set("no such thing", 1);
    EXPECT_EQ(changed.size(), 0);
    settings.set("scale", 100); // as it is
    EXPECT_EQ(changed.size(), 0);
}

TEST(Settings, ReadAHostileFileAsDefaults)
{
    const TempFolder folder;
    const std::filesystem::path file =
        folder.write("mixscope.ini",
                     "[settings]\ntheme=../../etc\nscale=1e99\nrate=@Variant(\\0\\0\\0\\x7f\\xff)\n"
                     "pace=20, 30\nprobes=@ByteArray(full)\nthreads=-1\nsystem=\\x0\\x1\n"
                     "[notes]\nwindow\\geometry=@ByteArray(nonsense)\n");
    const Settings settings(QString::fromStdString(file.string()));
    for (const SettingInfo& info : Settings::table()) {
        if (std::string(info.id) == "probes") continue;
        EXPECT_EQ(settings.value(info.id), info.fallback) << info.id;
    }
    EXPECT_EQ(settings.value("probes"), "full") << "a word is a word, however it was written";
}

TEST(Settings, KeepAFileAsideThatCannotBeRead)
{
    const TempFolder folder;
    const std::string damaged = "[settings\ntheme light\n\x01\x02";
    const std::filesystem::path file = folder.write("mixscope.ini", damaged);
    Settings settings(QString::fromStdString(file.string()));
    QSignalSpy troubled(&settings, &Settings::troubled);
    spin();
    ASSERT_EQ(troubled.size(), 1);
    EXPECT_TRUE(troubled[0][1].toString().contains("mixscope.ini.damaged"));
    settings.set("theme", "light");
    settings.save();
    EXPECT_EQ(read(file.string() + ".damaged"), damaged);
    EXPECT_NE(read(file).find("theme=light"), std::string::npos);
}

TEST(Settings, SayOnceThatTheyCannotBeWrittenAndKeepCounting)
{
    const TempFolder folder;
    folder.write("deep", "a file where the folder should be");
    Settings settings(fileIn(folder));
    QSignalSpy troubled(&settings, &Settings::troubled);
    settings.set("theme", "light");
    settings.save();
    settings.set("scale", 110);
    settings.save();
    EXPECT_EQ(troubled.size(), 1);
    EXPECT_EQ(settings.value("theme"), "light");
    EXPECT_EQ(settings.value("scale"), 110);
}

TEST(Settings, LetTheCommandLineWinForOneStart)
{
    const TempFolder folder;
    {
        Settings settings(fileIn(folder));
        settings.set("theme", "light");
        settings.overrule("theme", "projector");
        settings.overrule("theme", "pink");
        EXPECT_EQ(settings.value("theme"), "projector");
        settings.set("scale", 120);
    }
    Settings settings(fileIn(folder));
    EXPECT_EQ(settings.value("theme"), "light");
    settings.overrule("theme", "projector");
    settings.set("theme", "light"); // a person chooses again
    EXPECT_EQ(settings.value("theme"), "light");
}

TEST(Settings, AreFoundByEveryWordOfASearch)
{
    const SettingInfo& theme = *Settings::find("theme");
    for (const char* search : {"", "theme", "COLOUR", "projector", "general look", "lecture"})
        EXPECT_TRUE(Settings::matches(theme, search)) << search;
    EXPECT_FALSE(Settings::matches(theme, "theme threads"));
}

TEST_F(SettingsBindingTest, BeginsWithWhatIsKept)
{
    settings.set("pace", "0");
    settings.set("probes", "light");
    settings.set("system", "Be brief.");
    const SettingsBinding binding(settings, controls, poller, chat, store);
    EXPECT_EQ(engine.pace, 0.0);
    EXPECT_EQ(controls.level(), ProbeLevel::light);
    EXPECT_EQ(chat.systemPrompt(), "Be brief.");
}

TEST_F(SettingsBindingTest, ActsAtOnce)
{
    const SettingsBinding binding(settings, controls, poller, chat, store);
    settings.set("theme", "light");
    EXPECT_EQ(Theme::instance().name(), "light");
    settings.set("scale", 125);
    EXPECT_EQ(Theme::instance().scale(), 1.25);
    EXPECT_EQ(Theme::instance().name(), "light");
    settings.set("pace", "500");
    EXPECT_EQ(engine.pace, 500.0);
    settings.set("probes", "off");
    EXPECT_EQ(engine.probes.level, ProbeLevel::off);
    settings.reset("probes");
    EXPECT_EQ(engine.probes.level, ProbeLevel::standard);
}

TEST_F(SettingsBindingTest, KeepsWhatOtherControlsChange)
{
    const SettingsBinding binding(settings, controls, poller, chat, store);
    Theme::instance().setTheme("projector");
    Theme::instance().setScale(1.21);
    controls.setPaceStop(7);
    controls.setLevel(ProbeLevel::full);
    EXPECT_EQ(settings.value("theme"), "projector");
    EXPECT_EQ(settings.value("scale"), 121);
    EXPECT_EQ(settings.value("pace"), "100");
    EXPECT_EQ(settings.value("probes"), "full");
}

TEST_F(SettingsBindingTest, RedrawsAsOftenAsIsSet)
{
    const SettingsBinding binding(settings, controls, poller, chat, store);
    const auto ticksOfASecond = [this] {
        QSignalSpy ticks(&poller, &FramePoller::frame);
        spin(500);
        return 2 * ticks.size();
    };
    settings.set("rate", 15);
    poller.start();
    const qsizetype slow = ticksOfASecond();
    settings.set("rate", 60);
    const qsizetype fast = ticksOfASecond();
    EXPECT_LE(slow, 18);
    EXPECT_GT(fast, slow + slow / 2);
}

} // namespace mixscope
