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
