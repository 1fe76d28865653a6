#include "tests/support/temp_folder.h"
#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "tests/ui/view_data.h"
#include "ui/main_window.h"
#include "ui/models/recent_models.h"
#include "ui/models/settings.h"
#include "ui/panels/prefill_bar.h"
#include "ui/panels/start_page.h"
#include "ui/plot/plot_area.h"
#include "ui/theme.h"
#include "ui/views/view.h"

#include <QAction>
#include <QApplication>
#include <QDropEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QTabBar>
#include <QTest>

#include <gtest/gtest.h>
#include <stdexcept>

namespace mixscope {

namespace {

/// The window with an engine that says what it is told to.
class WindowOpeningTest : public testing::Test {
protected:
    WindowOpeningTest()
    {
        window.resize(1400, 900);
        window.show();
    }

    template <class W> W& control(const QString& name)
    {
        for (W* widget : window.findChildren<W*>()) {
            if (widget->accessibleName() == name) return *widget;
        }
        throw std::runtime_error("no control named " + name.toStdString());
    }

    void load(const std::string& name, const std::string& path, bool chats = true)
    {
        auto model = std::make_shared<ModelInfo>();
        model->name = name;
        model->path = path;
        model->has_chat_template = chats;
        model->layers.push_back(
            {.mixer = "attention", .n_heads = 2, .n_kv_heads = 2, .head_dim = 4});
        engine.events.push_back(Loaded {model});
        window.poller().tick();
    }

    QStringList starters()
    {
        QStringList names;
        for (QPushButton* button : window.findChild<StartPage*>()->findChildren<QPushButton*>()) {
            if (button->property("look") == "starter" && button->isVisible())
                names << button->accessibleName();
        }
        return names;
    }

    QMenu& recentMenu()
    {
        for (QMenu* menu : window.findChildren<QMenu*>()) {
            if (menu->title() == "Open recent") return *menu;
        }
        throw std::runtime_error("no menu of recent models");
    }

    bool drop(const QString& path)
    {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        if (!enter.isAccepted()) return false;
        QDropEvent fall(QPointF(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &fall);
        return true;
    }

    FakeEngine engine;
    MainWindow window {engine};
};

} // namespace

TEST_F(WindowOpeningTest, ShowsHowFarAModelIsReadAndCancels)
{
    window.open("/models/large");
    EXPECT_EQ(engine.opened.back(), "/models/large");
    engine.events.push_back(LoadProgress {"mapping weights", 0.42});
    window.poller().tick();
    auto& cancel = control<QPushButton>("Cancel opening");
    ASSERT_TRUE(cancel.isVisible());
    EXPECT_EQ(control<QProgressBar>("Opening progress").value(), 42);
    QTest::mouseClick(&cancel, Qt::LeftButton);
    EXPECT_EQ(engine.cancels, 1);
    engine.events.push_back(Failed {0, "opening the model", {ErrorCode::cancelled, "", ""}});
    window.poller().tick();
    EXPECT_FALSE(cancel.isVisible());
    EXPECT_FALSE(control<QPushButton>("Dismiss").isVisible()) << "being asked to is no error";
}

TEST_F(WindowOpeningTest, ShowsProgressAfterAnErrorToo)
{
    engine.events.push_back(Failed {0, "opening the model", {ErrorCode::not_found, "a", "b"}});
    window.poller().tick();
    ASSERT_TRUE(control<QPushButton>("Dismiss").isVisible());
    window.open("/models/other");
    engine.events.push_back(LoadProgress {"mapping weights", 0.1});
    window.poller().tick();
    EXPECT_TRUE(control<QPushButton>("Cancel opening").isVisible());
}

TEST_F(WindowOpeningTest, KeepsThePresentModelWhenAnotherCannotBeOpened)
{
    load("tiny", "/models/tiny");
    window.open("/models/broken");
    engine.events.push_back(Failed {
        0, "Opening the model", {ErrorCode::bad_format, "config.json is no JSON", "Look at it."}});
    window.poller().tick();
    EXPECT_EQ(window.store().model()->name, "tiny");
    EXPECT_EQ(control<QLabel>("Error").text(),
              "Opening the model failed: config.json is no JSON. Look at it.");
    EXPECT_EQ(window.recent().folders(), QStringList {"/models/tiny"});
}

TEST_F(WindowOpeningTest, ListsRecentModelsMarksMissingOnesAndRemovesThem)
{
    const TempFolder folder;
    folder.write("config.json", "{}");
    const QString there = QString::fromStdString(folder.path().string());
    load("gone", "/models/gone");
    load("there", folder.path().string());
    QMenu& menu = recentMenu();
    Q_EMIT menu.aboutToShow();
    ASSERT_EQ(menu.actions().size(), 2);
    EXPECT_EQ(menu.actions()[0]->text(), folder.path().filename().string().c_str());
    EXPECT_EQ(menu.actions()[1]->text(), "gone (missing: remove)");
    menu.actions()[0]->trigger();
    EXPECT_EQ(engine.opened.back(), folder.path().string());
    const std::size_t opened = engine.opened.size();
    menu.actions()[1]->trigger();
    EXPECT_EQ(engine.opened.size(), opened);
    EXPECT_EQ(window.recent().folders(), QStringList {there});
}

TEST_F(WindowOpeningTest, TakesAFolderOrAFileOfAModelThatIsDropped)
{
    const TempFolder folder;
    const std::string path = folder.path().string();
    const std::string file = folder.write("model.safetensors", "x").string();
    engine.planned.info.layers.push_back({.mixer = "attention"});
    for (const QString& dropped : {QString::fromStdString(path), QString::fromStdString(file)}) {
        engine.opened.clear();
        EXPECT_TRUE(drop(dropped));
        auto& load = control<QPushButton>("Load");
        ASSERT_TRUE(QTest::qWaitFor([&] { return load.isVisible(); }, 5000));
        EXPECT_TRUE(engine.opened.empty()) << "first a person sees what it is";
        QTest::mouseClick(&load, Qt::LeftButton);
        EXPECT_EQ(engine.opened, std::vector<std::string> {path});
    }
    EXPECT_FALSE(drop("/no/such/thing"));
}

TEST_F(WindowOpeningTest, SaysWhatIsWrongWithAFolderThatIsDropped)
{
    const TempFolder folder;
    EXPECT_TRUE(drop(QString::fromStdString(folder.path().string())));
    auto& dismiss = control<QPushButton>("Dismiss");
    ASSERT_TRUE(QTest::qWaitFor([&] { return dismiss.isVisible(); }, 5000));
    EXPECT_TRUE(control<QLabel>("Error").text().endsWith("holds no model. Look."));
    EXPECT_TRUE(engine.opened.empty());
}

TEST_F(WindowOpeningTest, ShowsThePlannedMemoryWhileTheFirstModelIsRead)
{
    engine.planned.info = *view_data::hybrid();
    window.open("/models/hybrid");
    control<QTabBar>("Views").setCurrentIndex(viewRow("memory"));
    auto& growth = control<PlotArea>("Memory growth");
    ASSERT_TRUE(QTest::qWaitFor([&] { return growth.isVisible(); }, 5000));
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return growth.accessibleDescription().contains("weights 25.6 MB"); }, 5000))
        << growth.accessibleDescription().toStdString();
    EXPECT_TRUE(growth.accessibleDescription().contains("recurrent state 1.1"));
    EXPECT_EQ(window.store().model(), nullptr);
    load("other", "/models/other");
    EXPECT_EQ(window.store().planned(), nullptr);
}

TEST_F(WindowOpeningTest, LeadsFromAnEmptyViewToTheOneThatHasSomething)
{
    load("attentive", "/models/attentive"); // one layer of attention
    auto& tabs = control<QTabBar>("Views");
    tabs.setCurrentIndex(viewRow("state"));
    window.poller().tick();
    QPushButton* way = nullptr;
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
            for (QPushButton* each : window.findChildren<QPushButton*>()) {
                if (each->isVisible() && each->text() == "Show Memory") way = each;
            }
            return way != nullptr;
        },
        5000));
    QTest::mouseClick(way, Qt::LeftButton);
    EXPECT_EQ(tabs.currentIndex(), viewRow("memory"));

    auto recurrent = std::make_shared<ModelInfo>();
    recurrent->layers.push_back({.mixer = "mamba2", .n_heads = 2, .head_dim = 4, .d_state = 4});
    engine.events.push_back(Loaded {recurrent});
    window.poller().tick();
    tabs.setCurrentIndex(viewRow("attention"));
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
            for (QPushButton* each : window.findChildren<QPushButton*>()) {
                if (each->isVisible() && each->text() == "Show State") way = each;
            }
            return way->text() == "Show State";
        },
        5000));
    QTest::mouseClick(way, Qt::LeftButton);
    EXPECT_EQ(tabs.currentIndex(), viewRow("state"));
}

TEST_F(WindowOpeningTest, OffersPromptsThatSuitTheModel)
{
    EXPECT_TRUE(starters().isEmpty()) << "no model yet";
    load("tiny-hybrid-13m", "/models/tiny-hybrid-13m");
    EXPECT_EQ(starters().first(), "Tell me a story about a fox named Pip.");
    load("other", "/models/other");
    ASSERT_EQ(starters().size(), 3);
    EXPECT_FALSE(starters().join(' ').contains("Pip"));
    QTest::mouseClick(&control<QPushButton>(starters().first()), Qt::LeftButton);
    ASSERT_EQ(engine.requests.size(), 1U);
    EXPECT_EQ(engine.requests[0].mode, GenerateRequest::Mode::reply);
    EXPECT_EQ(engine.requests[0].messages[0].content, "What is the capital of France?");
}

TEST_F(WindowOpeningTest, LetsAModelWithoutAChatGoOnWithText)
{
    load("base", "/models/base", false);
    QTest::mouseClick(&control<QPushButton>("Once upon a time"), Qt::LeftButton);
    ASSERT_EQ(engine.requests.size(), 1U);
    EXPECT_EQ(engine.requests[0].mode, GenerateRequest::Mode::plain);
    ASSERT_EQ(engine.requests[0].messages.size(), 1U);
    EXPECT_EQ(engine.requests[0].messages[0].content, "Once upon a time");
    Finished end;
    end.request = engine.requests[0].id;
    end.text = " there was";
    end.ids = {1, 2};
    engine.events.push_back(end);
    window.poller().tick();
    ASSERT_EQ(window.conversation().messages().size(), 1U);
    EXPECT_EQ(window.conversation().messages()[0].content, "Once upon a time there was");
    window.conversation().send(" a fox");
    EXPECT_EQ(engine.requests[1].messages[0].content, "Once upon a time there was a fox");
    window.conversation().stop();
    window.conversation().regenerate();
    EXPECT_EQ(engine.requests[2].mode, GenerateRequest::Mode::plain);
    EXPECT_EQ(engine.requests[2].messages[0].content, "Once upon a time there was a fox");
}

TEST_F(WindowOpeningTest, ShowsHowFarThePromptIsRead)
{
    load("tiny", "/models/tiny");
    window.conversation().send("A long text");
    auto& bar = control<QProgressBar>("Reading the prompt");
    EXPECT_FALSE(bar.isVisible());
    engine.events.push_back(PromptReady {engine.requests.back().id, 0, 2048, {}});
    engine.events.push_back(PrefillProgress {512, 2048, 500.0});
    window.poller().tick();
    ASSERT_TRUE(bar.isVisible());
    EXPECT_EQ(bar.value(), 512);
    EXPECT_EQ(bar.maximum(), 2048);
    EXPECT_EQ(bar.accessibleDescription(), "512/2,048 tokens · 3.1 s left");
    spin(20);
    const QImage seen = bar.grab().toImage();
    const QColor accent = Theme::instance().palette().accent;
    const int middle = seen.height() / 2;
    EXPECT_EQ(seen.pixelColor(seen.width() * 20 / 100, middle), accent);
    EXPECT_NE(seen.pixelColor(seen.width() * 30 / 100, middle), accent);
    engine.events.push_back(PrefillProgress {2048, 2048, 500.0});
    window.poller().tick();
    EXPECT_FALSE(bar.isVisible());
    engine.events.push_back(PrefillProgress {10, 2048, 0.0});
    window.poller().tick();
    EXPECT_EQ(bar.accessibleDescription(), "10/2,048 tokens") << "no rate yet";
    engine.events.push_back(
        Failed {engine.requests.back().id, "reading", {ErrorCode::cancelled, "", ""}});
    window.poller().tick();
    EXPECT_FALSE(bar.isVisible());
}

TEST(PrefillText, RoundsTheTimeThatIsLeft)
{
    EXPECT_EQ(prefillText({0, 100, 0.0}), "0/100 tokens");
    EXPECT_EQ(prefillText({50, 100, 100.0}), "50/100 tokens · 0.5 s left");
    EXPECT_EQ(prefillText({0, 1000, 50.0}), "0/1,000 tokens · 20 s left");
    EXPECT_EQ(prefillText({0, 9000, 50.0}), "0/9,000 tokens · 3 min left");
}

} // namespace mixscope
