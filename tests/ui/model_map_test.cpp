#include "tests/ui/spin.h"
#include "tests/ui/view_data.h"
#include "ui/models/selection.h"
#include "ui/models/model_map_model.h"
#include "ui/panels/model_map.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

namespace mixscope {

namespace {

std::vector<std::string> kindsOf(const std::string& letters)
{
    std::vector<std::string> kinds;
    for (const char letter : letters)
        kinds.emplace_back(1, letter);
    return kinds;
}

} // namespace

TEST(LayerPattern, FindsTheGroupThatCoversMost)
{
    const LayerPattern hybrid = repeatingPattern(kindsOf("SSSASSSASS"));
    EXPECT_EQ(hybrid.first, 0);
    EXPECT_EQ(hybrid.length, 4);
    EXPECT_EQ(hybrid.times, 2);
    const LayerPattern late = repeatingPattern(kindsOf("AASASASA"));
    EXPECT_EQ(late.first, 1);
    EXPECT_EQ(late.length, 2);
    EXPECT_EQ(late.times, 3);
}

TEST(LayerPattern, SeesNoneInLayersThatAreAlikeOrNeverRepeat)
{
    EXPECT_EQ(repeatingPattern(kindsOf("AAAAAA")).length, 0);
    EXPECT_EQ(repeatingPattern(kindsOf("AS")).length, 0);
    EXPECT_EQ(repeatingPattern({}).length, 0);
}

TEST(ModelMapModel, ShowsTheChosenQuantityInALockedRange)
{
    RunStore store;
    ModelMapModel map(store);
    std::vector<Event> events {Loaded {view_data::hybrid()}};
    store.apply(events);
    ASSERT_EQ(map.rowCount(), 12);
    map.show(ModelMapModel::weights);
    EXPECT_EQ(map.scaleText(), "0–5 MB") << "2.4 MB a layer";
    EXPECT_EQ(map.index(4).data(ModelMapModel::ValueText).toString(), "2.4");
    EXPECT_EQ(map.index(4).data(ModelMapModel::Layer).toInt(), 3);
    EXPECT_NEAR(map.index(4).data(ModelMapModel::Share).toDouble(), 0.48, 1e-6);
    EXPECT_EQ(map.index(0).data(ModelMapModel::ValueText).toString(), "") << "not known";
    EXPECT_EQ(map.index(4).data(Qt::AccessibleTextRole).toString(),
              "3 attention with 4 experts, 2.4 MB");
    map.show(ModelMapModel::time);
    EXPECT_EQ(map.scaleText(), "") << "nothing was measured yet";
    EXPECT_EQ(map.index(1).data(ModelMapModel::Bracket).toInt(), ModelMapModel::begins);
    EXPECT_EQ(map.index(4).data(ModelMapModel::Bracket).toInt(), ModelMapModel::ends);
    EXPECT_EQ(map.index(9).data(ModelMapModel::Bracket).toInt(), ModelMapModel::noBracket);
}

TEST(ModelMap, FollowsTwoQuickChangesOfTheLayerOnce)
{
    RunStore store;
    Selection selection;
    ModelMap map(store, selection);
    std::vector<Event> events {Loaded {view_data::hybrid()}};
    store.apply(events);
    selection.setLayerCount(12);
    spin(20);
    const QSignalSpy changes(&selection, &Selection::layerChanged);
    selection.setLayer(1);
    selection.setLayer(3);
    spin(100);
    EXPECT_EQ(selection.layer(), 3);
    EXPECT_EQ(changes.count(), 2) << "the list sends the selection back and forth";
}

} // namespace mixscope
