#include "engine/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace mixscope {
namespace {

std::map<TokenId, double> frequencies(const Sampling& settings, const std::vector<float>& logits,
                                      int draws = 20000)
{
    Sampler sampler(settings);
    std::map<TokenId, double> out;
    for (int i = 0; i < draws; ++i) {
        out[sampler.choose(logits, int(logits.size()), {}, 0).id] += 1.0 / draws;
    }
    return out;
}

/// ln of 8/15, 4/15, 2/15, 1/15, plus a constant that must not matter.
const std::vector<float> kLogits {5.0F + 3 * std::log(2.0F), 5.0F + 2 * std::log(2.0F),
                                  5.0F + std::log(2.0F), 5.0F};

TEST(Sampler, ZeroTemperatureTakesTheBest)
{
    Sampler sampler(Sampling {});
    const Choice choice = sampler.choose(kLogits, 4, {}, 2);
    EXPECT_EQ(choice.id, 0);
    EXPECT_NEAR(choice.probability, 8.0 / 15, 1e-6);
    EXPECT_EQ(choice.top.size(), 2U);
    EXPECT_EQ(choice.top[0].p_final, 1.0F);
    EXPECT_EQ(choice.top[1].p_final, 0.0F);
}

TEST(Sampler, EntropyAndSurpriseAreThoseOfTheDistribution)
{
    const double p[] = {8.0 / 15, 4.0 / 15, 2.0 / 15, 1.0 / 15};
    double entropy = 0.0;
    for (const double q : p) entropy -= q * std::log2(q);
    Sampler sampler(Sampling {});
    EXPECT_NEAR(sampler.choose(kLogits, 4, {}, 0).entropy_bits, entropy, 1e-5);
}

TEST(Sampler, DrawsWithTheProbabilitiesOfTheSoftmax)
{
    const auto seen = frequencies({.temperature = 1.0F, .seed = 3}, kLogits);
    EXPECT_NEAR(seen.at(0), 8.0 / 15, 0.012); // 3.4 sigma
    EXPECT_NEAR(seen.at(1), 4.0 / 15, 0.012);
    EXPECT_NEAR(seen.at(2), 2.0 / 15, 0.012);
    EXPECT_NEAR(seen.at(3), 1.0 / 15, 0.012);
}

TEST(Sampler, TemperatureDividesTheLogits)
{
    const auto seen = frequencies({.temperature = 0.5F, .seed = 4}, kLogits);
    EXPECT_NEAR(seen.at(0), 64.0 / 85, 0.012);
    EXPECT_NEAR(seen.at(1), 16.0 / 85, 0.012);
}

TEST(Sampler, TopKKeepsTheBestK)
{
    const auto seen = frequencies({.temperature = 1.0F, .top_k = 2, .seed = 5}, kLogits);
    EXPECT_EQ(seen.size(), 2U);
    EXPECT_NEAR(seen.at(0), 2.0 / 3, 0.012);
}

TEST(Sampler, TopPKeepsTheTokenThatCrossesTheBorder)
{
    // 8/15 = 0.533 is not enough for 0.6, so the second is kept as well.
    const auto seen = frequencies({.temperature = 1.0F, .top_p = 0.6F, .seed = 6}, kLogits);
    EXPECT_EQ(seen.size(), 2U);
    EXPECT_NEAR(seen.at(0), 2.0 / 3, 0.012);
    EXPECT_EQ(frequencies({.temperature = 1.0F, .top_p = 0.5F, .seed = 6}, kLogits, 100).size(), 1U);
}

TEST(Sampler, MinPIsRelativeToTheBest)
{
    // 0.3 of 8/15 leaves 8/15 and 4/15.
    const auto seen = frequencies({.temperature = 1.0F, .min_p = 0.3F, .seed = 7}, kLogits);
    EXPECT_EQ(seen.size(), 2U);
}

TEST(Sampler, TopPWorksOnManyEqualTokens)
{
    const std::vector<float> flat(1000, 0.0F);
    const auto seen = frequencies({.temperature = 1.0F, .top_p = 0.5F, .seed = 8}, flat, 4000);
    EXPECT_GT(seen.size(), 450U); // of 500
    for (const auto& [id, share] : seen) EXPECT_LT(id, 500); // ties: lower ids first
}

TEST(Sampler, RepetitionPenaltyDividesPositiveAndMultipliesNegativeLogits)
{
    Sampler sampler({.repetition_penalty = 2.0F});
    EXPECT_EQ(sampler.choose(std::vector<float> {3.0F, 2.0F, -1.0F}, 3, std::vector<TokenId> {0}, 0).id, 1);
    EXPECT_EQ(sampler.choose(std::vector<float> {-2.0F, -3.0F}, 2, std::vector<TokenId> {0, 0}, 0).id, 1);
    EXPECT_EQ(sampler.choose(std::vector<float> {-1.0F, -3.0F}, 2, std::vector<TokenId> {0, 0}, 0).id, 0);
}

TEST(Sampler, PaddingRowsAreNeverDrawn)
{
    Sampler sampler(Sampling {});
    EXPECT_EQ(sampler.choose(std::vector<float> {1.0F, 2.0F, 9.0F}, 2, {}, 0).id, 1);
}

TEST(Sampler, TheSameSeedGivesTheSameTokens)
{
    const Sampling settings {.temperature = 1.0F, .top_p = 0.9F, .seed = 42};
    Sampler a(settings);
    Sampler b(settings);
    Sampler other({.temperature = 1.0F, .top_p = 0.9F, .seed = 43});
    std::vector<float> logits(300);
    for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = float((i * 37) % 101) / 20.0F;
    int differ = 0;
    for (int i = 0; i < 200; ++i) {
        const TokenId id = a.choose(logits, 300, {}, 0).id;
        EXPECT_EQ(id, b.choose(logits, 300, {}, 0).id);
        differ += id != other.choose(logits, 300, {}, 0).id ? 1 : 0;
    }
    EXPECT_GT(differ, 100);
}

TEST(Sampler, ReportedStagesAgreeWithWhatIsDrawn)
{
    Sampler sampler({.temperature = 0.5F, .top_k = 2, .seed = 1});
    const Choice choice = sampler.choose(kLogits, 4, {}, 4);
    EXPECT_NEAR(choice.top[0].p_raw, 8.0 / 15, 1e-6);
    EXPECT_NEAR(choice.top[0].p_temperature, 64.0 / 85, 1e-6);
    EXPECT_NEAR(choice.top[0].p_final, 64.0 / 80, 1e-6);
    EXPECT_NEAR(choice.top[2].p_final, 0.0, 1e-9);
    EXPECT_NEAR(choice.top[3].p_temperature, 1.0 / 85, 1e-6);
}

} // namespace
} // namespace mixscope
