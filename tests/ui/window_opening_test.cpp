#include "tests/support/temp_folder.h"
#include "tests/ui/fake_engine.h"
#include "tests/ui/spin.h"
#include "ui/main_window.h"
#include "ui/models/recent_models.h"
#include "ui/models/settings.h"
#include "ui/panels/start_page.h"

#include <QAction>
#include <QApplication>
#include <QDropEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
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
    EXPECT_TRUE(drop(QString::fromStdString(path)));
    EXPECT_EQ(engine.opened.back(), path);
    engine.opened.clear();
    EXPECT_TRUE(drop(QString::fromStdString(file)));
    ASSERT_EQ(engine.opened.size(), 1U);
    EXPECT_EQ(engine.opened.back(), path);
    EXPECT_FALSE(drop("/no/such/thing"));
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

} // namespace mixscope
