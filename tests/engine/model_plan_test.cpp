#include "engine/model_plan.h"
#include "engine/loaded_model.h"
#include "tests/support/fixtures.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mixscope {
namespace {

TEST(ModelPlan, SaysWhatLoadingWouldSay)
{
    const auto plan = plan_model(bundled_model(), {});
    ASSERT_TRUE(plan) << plan.error().what;
    const auto loaded = load_model(bundled_model(), {});
    ASSERT_TRUE(loaded) << loaded.error().what;
    const ModelInfo& planned = plan->info;
    const ModelInfo& real = *(*loaded)->info;
    EXPECT_EQ(planned.name, real.name);
    EXPECT_EQ(planned.path, real.path);
    EXPECT_EQ(planned.family, real.family);
    EXPECT_EQ(planned.weight_dtype, real.weight_dtype);
    EXPECT_EQ(planned.parameters, real.parameters);
    EXPECT_EQ(planned.weight_bytes, real.weight_bytes);
    EXPECT_EQ(planned.state_bytes, real.state_bytes);
    EXPECT_EQ(planned.kv_bytes_per_token, real.kv_bytes_per_token);
    EXPECT_EQ(planned.context_limit, real.context_limit);
    ASSERT_EQ(planned.layers.size(), real.layers.size());
    for (std::size_t i = 0; i < real.layers.size(); ++i) {
        EXPECT_EQ(planned.layers[i].mixer, real.layers[i].mixer) << i;
        EXPECT_EQ(planned.layers[i].n_experts, real.layers[i].n_experts) << i;
        EXPECT_EQ(planned.layers[i].weight_bytes, real.layers[i].weight_bytes) << i;
        EXPECT_EQ(planned.layers[i].state_bytes, real.layers[i].state_bytes) << i;
    }
    EXPECT_GT(plan->free_bytes, 0U);
}

TEST(ModelPlan, ReadsHeadersAndNoWeight)
{
    TempFolder folder;
    std::filesystem::copy(fixture_path("granite/granite-hybrid-moe"), folder.path(),
                          std::filesystem::copy_options::recursive);
    const std::filesystem::path file = folder.path() / "model.safetensors";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-2, std::ios::end); // a weight that loading refuses
    const unsigned char nan[2] = {0xff, 0x7f};
    stream.write(reinterpret_cast<const char*>(nan), 2);
    stream.close();
    const auto plan = plan_model(folder.path(), {});
    ASSERT_TRUE(plan) << plan.error().what;
    EXPECT_EQ(plan->info.layers.size(), 4U);
}

TEST(ModelPlan, NamesWhatIsWrong)
{
    EXPECT_EQ(plan_model("/nonexistent/model", {}).error().what,
              "/nonexistent/model is no folder");
    TempFolder folder;
    std::filesystem::copy(fixture_path("granite/granite-hybrid-moe"), folder.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
    std::filesystem::remove(folder.path() / "model.safetensors");
    const auto plan = plan_model(folder.path(), {});
    ASSERT_FALSE(plan);
    EXPECT_FALSE(plan.error().hint.empty());
}

} // namespace
} // namespace mixscope
