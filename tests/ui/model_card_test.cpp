#include "tests/ui/view_data.h"
#include "ui/models/model_card.h"
#include "ui/panels/open_card.h"
#include "ui/theme.h"
#include "ui/views/value_list.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

#include <gtest/gtest.h>

namespace mixscope {
namespace {

/// 25.6 MB of weights, 8 states of 138 240 bytes, 2 caches of 1024 bytes a token.
ModelPlan hybridPlan(std::uint64_t free)
{
    ModelPlan plan {*view_data::hybrid(), free};
    plan.info.path = "/models/hybrid";
    plan.info.weight_dtype = "bf16";
    plan.info.parameters = 13'123'456;
    return plan;
}

TEST(ModelCard, AddsUpWhatAModelNeeds)
{
    const MemoryNeed need = memoryNeed(hybridPlan(0).info, 4096);
    EXPECT_EQ(need.weights, 25'600'000);
    EXPECT_EQ(need.state, 8 * 138'240);
    EXPECT_EQ(need.kv, 2 * 1024 * 4096);
    EXPECT_EQ(need.total(), need.weights + need.state + need.kv);
}

TEST(ModelCard, OffersContextsUpToTheLimit)
{
    EXPECT_EQ(contextSteps(4096), (std::vector<int> {256, 512, 1024, 2048, 4096}));
    EXPECT_EQ(contextSteps(3000), (std::vector<int> {256, 512, 1024, 2048, 3000}));
    EXPECT_EQ(contextSteps(100), std::vector<int> {100});
}

TEST(ModelCard, SaysTheLayersInWords)
{
    ModelInfo model = hybridPlan(0).info;
    EXPECT_EQ(layersText(model), "10 layers: 8 Mamba-2, 2 attention; 2 of 4 experts a token");
    for (LayerInfo& layer : model.layers)
        layer.n_experts = 0;
    EXPECT_EQ(layersText(model), "10 layers: 8 Mamba-2, 2 attention");
}

TEST(ModelCard, NamesLargeNumbers)
{
    EXPECT_EQ(parametersText(13'123'456), "13.1 million");
    EXPECT_EQ(parametersText(7'240'000'000), "7.24 billion");
    EXPECT_EQ(parametersText(45'678), "45,678");
}

TEST(ModelCard, SaysWhetherItFits)
{
    EXPECT_EQ(fitText(hybridPlan(12'300'000'000), 4096), "35 MB of 12 GB that are free");
    EXPECT_TRUE(fitText(hybridPlan(20'000'000), 4096).startsWith("35 MB, but only 20 MB"))
        << fitText(hybridPlan(20'000'000), 4096).toStdString();
}

TEST(OpenCard, ShowsWhatIsPlannedAndLoadsOnlyWhenAsked)
{
    OpenCard card(nullptr);
    QSignalSpy loads(&card, &OpenCard::loadWanted);
    card.offer(hybridPlan(12'300'000'000));
    ASSERT_TRUE(card.isVisible());
    EXPECT_EQ(card.findChild<LayerStrip*>()->accessibleDescription(),
              "10 layers: 8 Mamba-2, 2 attention; 2 of 4 experts a token");
    auto* context = card.findChild<QSlider*>();
    auto* bar = card.findChild<MemoryBar*>();
    EXPECT_EQ(context->accessibleDescription(), "context of 4,096 tokens");
    const auto all = bar->ends();
    EXPECT_NEAR(all[2], bar->width(), 0.01) << "the longest context fills the bar";
    context->setValue(context->maximum() - 1);
    EXPECT_EQ(context->accessibleDescription(), "context of 2,048 tokens");
    EXPECT_EQ(bar->ends()[1], all[1]) << "weights and state are the same for any length";
    EXPECT_NEAR(bar->ends()[2] - all[1], (all[2] - all[1]) / 2, 0.01);
    const auto button = [&](const char* name) {
        for (QPushButton* each : card.findChildren<QPushButton*>()) {
            if (each->accessibleName() == QLatin1String(name)) return each;
        }
        return static_cast<QPushButton*>(nullptr);
    };
    button("Cancel")->click();
    EXPECT_FALSE(card.isVisible());
    EXPECT_EQ(loads.count(), 0);
    card.offer(hybridPlan(12'300'000'000));
    button("Load")->click();
    EXPECT_FALSE(card.isVisible());
    ASSERT_EQ(loads.count(), 1);
    EXPECT_EQ(loads.front().front().toString(), "/models/hybrid");
}

TEST(OpenCard, DrawsEachPartInItsColour)
{
    OpenCard card(nullptr);
    ModelPlan plan = hybridPlan(30'000'000); // ends within the bar
    for (LayerInfo& layer : plan.info.layers)
        layer.state_bytes *= 4;
    plan.info.state_bytes *= 4;
    card.offer(plan);
    auto* bar = card.findChild<MemoryBar*>();
    const QImage seen = bar->grab().toImage();
    const Palette& colors = Theme::instance().palette();
    const auto ends = bar->ends();
    const auto middle = [&](double from, double to) {
        return seen.pixelColor(int((from + to) / 2), seen.height() / 2);
    };
    EXPECT_EQ(middle(0, ends[0]), colors.mlp);
    EXPECT_EQ(middle(ends[0], ends[1]), colors.ssm);
    EXPECT_EQ(middle(ends[1] + 4, ends[2]), colors.attn);
    const double need = memoryNeed(plan.info, plan.info.context_limit).total();
    const int free = int(30e6 / need * seen.width());
    EXPECT_TRUE(seen.pixelColor(free, 3) == colors.warn
                || seen.pixelColor(free - 1, 3) == colors.warn)
        << "where the free memory ends";
    EXPECT_TRUE(bar->accessibleDescription().contains("but only 30 MB are free"))
        << bar->accessibleDescription().toStdString();
}

} // namespace
} // namespace mixscope
