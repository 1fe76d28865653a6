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
    selection.setHeadCounts({8, 2, 4});
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

TEST(Selection, SaysNothingWhenNothingChanges)
{
    Selection selection;
    selection.setHeadCounts({8, 8});
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
