#include "ui/models/selection.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

namespace mixscope {

TEST(Selection, FollowsTheNewestUntilATokenIsLocked)
{
    Selection selection;
    selection.setNewest(9);
    EXPECT_EQ(selection.token(), 9);
    selection.lockToken(4);
    selection.setNewest(20);
    EXPECT_EQ(selection.token(), 4);
    EXPECT_FALSE(selection.following());
    selection.lockToken(-1);
    EXPECT_EQ(selection.token(), 20);
}

TEST(Selection, GivesAHoverPrecedenceAndTakesItBack)
{
    Selection selection;
    selection.setNewest(9);
    selection.lockToken(4);
    QSignalSpy moved(&selection, &Selection::tokenChanged);
    selection.hoverToken(2);
    EXPECT_EQ(selection.token(), 2);
    EXPECT_FALSE(selection.following());
    selection.hoverToken(-1);
    EXPECT_EQ(selection.token(), 4);
    EXPECT_EQ(moved.count(), 2);
}

TEST(Selection, ReleasesALockOnHistoryThatIsVoid)
{
    Selection selection;
    selection.setNewest(9);
    selection.lockToken(7);
    selection.hoverSource(6);
    QSignalSpy following(&selection, &Selection::followingChanged);
    selection.setNewest(5);
    EXPECT_TRUE(selection.following());
    EXPECT_EQ(selection.token(), 5);
    EXPECT_EQ(selection.source(), -1);
    EXPECT_EQ(following.count(), 1);
}

TEST(Selection, LocksTheSourceBesideTheToken)
{
    Selection selection;
    selection.setNewest(50);
    selection.lockToken(40);
    QSignalSpy moved(&selection, &Selection::sourceChanged);
    selection.lockSource(12);
    EXPECT_EQ(selection.source(), 12);
    selection.hoverSource(30);
    EXPECT_EQ(selection.source(), 30) << "a hover previews";
    selection.hoverSource(-1);
    EXPECT_EQ(selection.source(), 12) << "and the lock stays";
    EXPECT_EQ(moved.count(), 3);
    selection.lockToken(20);
    EXPECT_EQ(selection.lockedSource(), 12) << "what another token takes from it";
    selection.lockToken(11);
    EXPECT_EQ(selection.source(), -1) << "a token sees none of what comes after it";
    selection.lockSource(8);
    selection.setNewest(7);
    EXPECT_EQ(selection.lockedSource(), -1) << "there is no such token any more";
    EXPECT_EQ(selection.source(), -1);
}

TEST(Selection, SaysThatAHoveredTokenWasLocked)
{
    Selection selection;
    selection.setNewest(50);
    selection.lockToken(40);
    selection.hoverToken(20);
    QSignalSpy moved(&selection, &Selection::tokenChanged);
    selection.lockToken(20);
    EXPECT_EQ(moved.count(), 1) << "its ruler is drawn another way";
}

TEST(Selection, KeepsALockWhileNewTokensCome)
{
    Selection selection;
    selection.setHistory(0, 9);
    selection.lockToken(4);
    QSignalSpy moved(&selection, &Selection::tokenChanged);
    selection.setHistory(10, 180);
    EXPECT_EQ(selection.lockedToken(), 4);
    EXPECT_EQ(selection.newest(), 180);
    EXPECT_EQ(moved.count(), 0);
}

TEST(Selection, ReleasesWhatPointsAtReplacedTokens)
{
    Selection selection;
    selection.setHistory(0, 99);
    selection.lockToken(60);
    selection.togglePin(20);
    selection.togglePin(70);
    selection.setRange({40, 65});
    selection.setHistory(50, 120); // an edit: as long as before, but other tokens
    EXPECT_TRUE(selection.following());
    EXPECT_TRUE(selection.range().empty());
    EXPECT_EQ(selection.pins(), (std::array {20, -1, -1, -1}));
}

TEST(Selection, TakesARangeFromEitherEndWithinTheTokens)
{
    Selection selection;
    selection.setNewest(9);
    QSignalSpy changed(&selection, &Selection::rangeChanged);
    selection.setRange({7, 3});
    EXPECT_EQ(selection.range(), (TokenRange {3, 7}));
    EXPECT_EQ(selection.range().tokens(), 5);
    selection.setRange({-4, 30});
    EXPECT_EQ(selection.range(), (TokenRange {0, 9}));
    selection.setRange({12, 30});
    EXPECT_TRUE(selection.range().empty());
    selection.setRange({});
    EXPECT_EQ(changed.count(), 3);
}

TEST(Selection, PinsFourTokensAndTakesPinsBack)
{
    Selection selection;
    selection.setNewest(9);
    QSignalSpy changed(&selection, &Selection::pinsChanged);
    for (const int token : {5, 2, 8, 1})
        EXPECT_TRUE(selection.togglePin(token));
    EXPECT_FALSE(selection.togglePin(4)) << "there are four places";
    EXPECT_FALSE(selection.togglePin(-1));
    EXPECT_EQ(selection.pinOf(2), 1);
    EXPECT_EQ(Selection::pinName(selection.pinOf(2)), QChar('B'));
    EXPECT_TRUE(selection.togglePin(2));
    EXPECT_TRUE(selection.togglePin(4)) << "a freed place is taken again";
    EXPECT_EQ(selection.pins(), (std::array {5, 4, 8, 1}));
    selection.clearPins();
    EXPECT_FALSE(selection.pinned());
    EXPECT_EQ(changed.count(), 7);
}

TEST(Selection, KeepsTheHeadValidInEveryLayer)
{
    Selection selection;
    selection.setLayers({{8, false, true}, {2, false, true}, {4, false, true}});
    selection.setHead(6);
    QSignalSpy heads(&selection, &Selection::headChanged);
    selection.setLayer(1);
    EXPECT_EQ(selection.head(), 1);
    ASSERT_EQ(heads.count(), 1);
    selection.setHead(5);
    EXPECT_EQ(selection.head(), 1);
    selection.setLayer(99);
    EXPECT_EQ(selection.layer(), 2);
}

TEST(Selection, RemembersALayerOfEachKind)
{
    Selection selection;
    selection.setLayers({{8, false, true}, {8, true, false}, {8, false, true}, {4, true, false}});
    EXPECT_EQ(selection.layer(), 1) << "attention is what most people look for first";
    EXPECT_EQ(selection.state(), (Selection::Focus {0, 0}));
    selection.focus(2, 6);
    EXPECT_EQ(selection.attention(), (Selection::Focus {1, 0}))
        << "the map stays while a state is focused";
    EXPECT_EQ(selection.state(), (Selection::Focus {2, 6}));
    selection.setLayer(3);
    EXPECT_EQ(selection.head(), 0) << "each kind keeps its own head";
    EXPECT_EQ(selection.state(), (Selection::Focus {2, 6}));
    selection.setLayer(0);
    EXPECT_EQ(selection.state(), (Selection::Focus {0, 6}));
}

TEST(Selection, HasNoFocusOfAKindThatTheModelLacks)
{
    Selection selection;
    selection.setLayers({{4, false, true}});
    EXPECT_EQ(selection.attention().layer, -1);
    EXPECT_EQ(selection.layer(), 0);
}

TEST(Selection, SaysNothingWhenNothingChanges)
{
    Selection selection;
    selection.setLayers({{8, true, false}, {8, true, false}});
    selection.setNewest(3);
    QSignalSpy layer(&selection, &Selection::layerChanged),
        token(&selection, &Selection::tokenChanged);
    selection.setLayer(0);
    selection.setNewest(3);
    selection.hoverToken(7); // there is no such token
    EXPECT_EQ(layer.count(), 0);
    EXPECT_EQ(token.count(), 0);
}

} // namespace mixscope
