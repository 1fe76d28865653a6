#include "tests/ui/window_fixture.h"
#include "ui/panels/stage.h"

#include <QAccessible>
#include <QMap>
#include <QRegularExpression>
#include <QTabBar>

#include <functional>

namespace mixscope {

namespace {

struct Found {
    QAccessible::Role role;
    QString description, value;
};

/// The tree as a screen reader meets it.
class WindowNames : public WindowTest {
protected:
    WindowNames()
    {
        ask("Tell me a story about a fox named Pip.");
        waitForEnd();
        spin(300);
    }

    QMultiMap<QString, Found> walk()
    {
        QMultiMap<QString, Found> found;
        const std::function<void(QAccessibleInterface*, int)> visit
            = [&](QAccessibleInterface* at, int depth) {
                  if (at == nullptr || !at->isValid() || depth > 24) return;
                  const QString name = at->text(QAccessible::Name);
                  if (!name.isEmpty() && !at->state().invisible) {
                      found.insert(name, {at->role(), at->text(QAccessible::Description),
                                          at->text(QAccessible::Value)});
                  }
                  for (int i = 0; i < at->childCount(); ++i)
                      visit(at->child(i), depth + 1);
              };
        visit(QAccessible::queryAccessibleInterface(&window), 0);
        return found;
    }

    /// Does the first action of the control of that name, as a screen reader does.
    bool act(const QString& name)
    {
        for (QWidget* widget : window.findChildren<QWidget*>()) {
            if (widget->accessibleName() != name || !widget->isVisible()) continue;
            QAccessibleActionInterface* actions =
                QAccessible::queryAccessibleInterface(widget)->actionInterface();
            const QStringList names = actions->actionNames();
            if (names.isEmpty()) return false;
            actions->doAction(names.front());
            spin(250); // a button shows itself pressed for 100 ms before it clicks
            return true;
        }
        return false;
    }

    void expectNames(const QStringList& names)
    {
        const QMultiMap<QString, Found> found = walk();
        for (const QString& name : names)
            EXPECT_TRUE(found.contains(name)) << name.toStdString() << " has gone";
    }

    /// A drawn view: a graphic whose description says numbers.
    void expectDrawn(const QString& name)
    {
        const QMultiMap<QString, Found> found = walk();
        ASSERT_TRUE(found.contains(name)) << name.toStdString();
        const Found& view = *found.find(name);
        EXPECT_EQ(view.role, QAccessible::Graphic) << name.toStdString();
        EXPECT_TRUE(view.description.contains(QRegularExpression("\\d")))
            << name.toStdString() << ": " << view.description.toStdString();
    }

    void showTab(const QString& title)
    {
        auto& tabs = control<QTabBar>("Views");
        for (int i = 0; i < tabs.count(); ++i) {
            if (tabs.tabText(i) == title) tabs.setCurrentIndex(i);
        }
        spin(400); // words follow the picture after a moment
    }
};

} // namespace

TEST_F(WindowNames, ControlsHaveTheNamesOfTheContract)
{
    expectNames({"Prompt", "Send", "Continue", "Regenerate", "New chat", "Transcript", "Model map",
                 "Attention", "State", "Gates", "Memory", "Time", "Logits", "Layer", "Head",
                 "Timeline", "Follow", "Pace", "Inspector", "Status", "Probes", "Theme",
                 "Maximise view", "Export view", "File", "Run", "View", "Help"});
}

TEST_F(WindowNames, DrawnViewsAreGraphicsThatSayTheirNumbers)
{
    expectDrawn("Attention map");
    for (const auto& [tab, names] : std::vector<std::pair<QString, QStringList>> {
             {"State", {"State lanes", "State matrix"}},
             {"Gates", {"Experts"}},
             {"Memory", {"Memory growth"}},
             {"Time", {"Time per token"}}}) {
        showTab(tab);
        for (const QString& name : names)
            expectDrawn(name);
    }
    window.selection().setLayer(0); // a layer with gates
    showTab("Gates");
    expectDrawn("Gate lanes");
}

TEST_F(WindowNames, TablesAreTables)
{
    showTab("Time");
    EXPECT_EQ(walk().find("Layer times")->role, QAccessible::Table);
    showTab("Logits");
    ASSERT_TRUE(walk().contains("Top tokens"));
    EXPECT_EQ(walk().find("Top tokens")->role, QAccessible::Table);
}

TEST_F(WindowNames, DescriptionsFollowTheSelection)
{
    window.selection().lockToken(20);
    spin(400);
    const QString first = walk().find("Attention map")->description;
    EXPECT_TRUE(first.contains("token 20")) << first.toStdString();
    window.selection().lockToken(40);
    spin(400);
    EXPECT_TRUE(walk().find("Attention map")->description.contains("token 40"));
}

TEST_F(WindowNames, LayersOfTheMapSayWhatTheyAre)
{
    const QMultiMap<QString, Found> found = walk();
    int layers = 0;
    for (auto at = found.begin(); at != found.end(); ++at)
        layers += at->role == QAccessible::ListItem && at.key().contains(QRegularExpression("^\\d+ .*, .* ms"));
    EXPECT_EQ(layers, 10);
}

TEST_F(WindowNames, PausesAndResumesByTheActionOfAScreenReader)
{
    window.controls().setPaceStop(1);
    ask("Tell me a story about a boy named Tim.");
    waitFor([this] { return window.conversation().busy(); });
    spin(100);
    const QMultiMap<QString, Found> writing = walk();
    ASSERT_TRUE(writing.contains("Pause"));
    EXPECT_EQ(writing.value("Pause").role, QAccessible::PushButton);
    EXPECT_EQ(writing.value("Pause").description, "the model writes");
    ASSERT_TRUE(act("Pause"));
    EXPECT_TRUE(window.controls().paused());
    const QMultiMap<QString, Found> paused = walk();
    EXPECT_FALSE(paused.contains("Pause")) << "the name says what the button does next";
    ASSERT_TRUE(paused.contains("Resume"));
    EXPECT_EQ(paused.value("Resume").description, "the model waits");
    ASSERT_TRUE(act("Resume"));
    EXPECT_FALSE(window.controls().paused());
    EXPECT_TRUE(walk().contains("Pause"));
    window.conversation().stop();
    waitForEnd();
    EXPECT_EQ(walk().value("Pause").description, "nothing is being written");
}

TEST_F(WindowNames, FreezesAndFollowsByTheActionOfAScreenReader)
{
    window.selection().lockToken(20);
    spin(50);
    ASSERT_TRUE(act("Follow"));
    EXPECT_TRUE(window.selection().following());
    ASSERT_TRUE(act("Follow"));
    EXPECT_EQ(window.selection().lockedToken(), window.selection().newest());
}

} // namespace mixscope
