#include "tests/ui/fake_engine.h"
#include "tests/ui/view_data.h"
#include "ui/commands.h"
#include "ui/models/conversation.h"
#include "ui/models/engine_controls.h"
#include "ui/models/fuzzy.h"
#include "ui/palette_entries.h"
#include "ui/theme.h"

#include <QAction>
#include <QKeyEvent>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QWidget>

#include <gtest/gtest.h>
#include <set>

namespace mixscope {

TEST(CommandTable, SeesAKeyThatStandsForTwoCommands)
{
    static constexpr CommandInfo twice[] = {{"a", "A", "", "Ctrl+K G"}, {"b", "B", "", "P G"}};
    static constexpr CommandInfo itself[] = {{"a", "A", "", "G G"}};
    static constexpr CommandInfo once[] = {{"a", "A", "", "G"}, {"b", "B", "", "Shift+G"}};
    static_assert(!keysAreUnique(twice) && !keysAreUnique(itself) && keysAreUnique(once));
    std::set<std::string> ids;
    for (const CommandInfo& info : commandTable())
        EXPECT_TRUE(ids.insert(info.id).second) << info.id;
}

TEST(CommandTable, NamesKeysThatQtKnows)
{
    for (const CommandInfo& info : commandTable()) {
        for (const QString& key : QString(info.keys).split(' ', Qt::SkipEmptyParts)) {
            const QKeySequence sequence(key);
            ASSERT_EQ(sequence.count(), 1) << info.id;
            EXPECT_NE(sequence[0].key(), Qt::Key_unknown) << info.id;
            EXPECT_FALSE(QString(info.keys).contains(QRegularExpression("Ctrl\\+[1-9]")))
                << "Ctrl and a digit are the tabs";
        }
    }
}

namespace {

class CommandsTest : public testing::Test {
protected:
    CommandsTest()
    {
        std::vector<Event> events {Loaded {view_data::hybrid()},
                                   PromptReady {1, 0, 10, std::vector<int>(10, 0)}};
        events.emplace_back(batchOf(0, std::vector<std::string>(40, "word"), true));
        store.apply(events);
        selection.setHistory(0, store.tokens() - 1);
        selection.setLayers(std::vector<Selection::Layer>(10, {8, true, true}));
        commands.refresh();
    }
    bool press(int key, Qt::KeyboardModifiers modifiers = {})
    {
        return commands.pressed(QKeyEvent(QEvent::KeyPress, key, modifiers));
    }

    FakeEngine engine;
    RunStore store;
    Selection selection;
    Conversation conversation {engine};
    EngineControls controls {engine, selection};
    QWidget window;
    Commands commands {store, selection, conversation, controls, &window};
};

} // namespace

TEST_F(CommandsTest, MovesThroughTokensAndLayers)
{
    EXPECT_TRUE(press(Qt::Key_Left));
    EXPECT_EQ(selection.lockedToken(), 38);
    press(Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_EQ(selection.lockedToken(), 28);
    press(Qt::Key_Home);
    EXPECT_EQ(selection.lockedToken(), 0);
    press(Qt::Key_Left);
    EXPECT_EQ(selection.lockedToken(), 0) << "there is nothing before the first";
    press(Qt::Key_End);
    EXPECT_TRUE(selection.following());
    press(Qt::Key_Down);
    EXPECT_EQ(selection.layer(), 1);
    EXPECT_FALSE(press(Qt::Key_Space)) << "nothing runs that could pause";
    EXPECT_FALSE(press(Qt::Key_Left, Qt::AltModifier));
}

TEST_F(CommandsTest, PinsUntilThePlacesAreTaken)
{
    QSignalSpy said(&commands, &Commands::said);
    for (const int token : {1, 2, 3, 4, 5}) {
        selection.lockToken(token);
        commands.action("pin.toggle")->trigger();
    }
    EXPECT_EQ(said.count(), 1);
    EXPECT_EQ(selection.pins(), (std::array {1, 2, 3, 4}));
    commands.refresh();
    commands.action("pin.clear")->trigger();
    EXPECT_FALSE(selection.pinned());
}

TEST_F(CommandsTest, RefusesAnIdThatIsNotInTheTable)
{
    EXPECT_THROW(commands.action("run.fly"), std::logic_error);
}

TEST(Fuzzy, WantsTheLettersInOrder)
{
    EXPECT_LT(fuzzyScore("zzz", "Layer 3 attention"), 0);
    EXPECT_LT(fuzzyScore("3l", "Layer 3"), 0);
    EXPECT_GE(fuzzyScore("l3att", "Layer 3 attention"), 0);
    EXPECT_GE(fuzzyScore("LAYER  3", "Layer 3 attention"), 0);
    EXPECT_EQ(fuzzyScore("", "anything"), 0);
    EXPECT_LT(fuzzyScore("a", ""), 0);
}

TEST(Fuzzy, PrefersStartsOfWordsThenNeighbours)
{
    EXPECT_GT(fuzzyScore("nc", "New chat"), fuzzyScore("nc", "Manual change"));
    EXPECT_GT(fuzzyScore("theme", "Dark theme"), fuzzyScore("theme", "The old meter"));
    EXPECT_GT(fuzzyScore("pau", "Pause"), fuzzyScore("pau", "Pin the tokens at once, you"));
}

TEST_F(CommandsTest, FindsCommandsLayersAndTokens)
{
    PaletteModel palette;
    palette.setEntries(namedEntries(commands, store, selection), [this](const QString& query) {
        return tokenEntries(store, selection, query);
    });
    EXPECT_GT(palette.rowCount(), 40);
    palette.setQuery("layer 3 att");
    ASSERT_GT(palette.rowCount(), 0);
    EXPECT_EQ(palette.index(0).data().toString(), "Layer 3 attention");
    palette.runOf(0)();
    EXPECT_EQ(selection.layer(), 3);
    palette.setQuery("17");
    EXPECT_EQ(palette.index(0).data().toString(), "Token 17 “word”");
    palette.runOf(0)();
    EXPECT_EQ(selection.lockedToken(), 17);
    palette.setQuery("regen");
    EXPECT_EQ(palette.index(0).data().toString(), "Regenerate");
    EXPECT_EQ(palette.index(0).data(PaletteModel::Keys).toString(), "Ctrl+R");
    EXPECT_FALSE(palette.runOf(0)) << "there is nothing to regenerate yet";
    palette.setQuery("qqqq");
    EXPECT_EQ(palette.rowCount(), 0);
}

} // namespace mixscope
