#include "engine/evaluation.h"
#include "engine/generator.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace mixscope {
namespace {

std::vector<Probe> all_probes()
{
    std::vector<Probe> out;
    for (const ProbeInfo& info : probe_table()) out.push_back(info.id);
    return out;
}

class ProbeTest : public testing::Test {
protected:
    ProbeTest()
        : model_(open_test_model(bundled_model()))
        , session_(model_.session())
    {
        for (int i = 0; i < 30; ++i) ids_.push_back(TokenId(100 + 37 * i));
    }

    std::map<std::string, NamedArray> evaluate_all()
    {
        Result<Evaluation> done = evaluate(*session_, ids_, {}, all_probes());
        EXPECT_TRUE(done);
        std::map<std::string, NamedArray> out;
        for (NamedArray& array : done->arrays) out[array.name] = std::move(array);
        return out;
    }

    TestModel model_;
    std::unique_ptr<Session> session_;
    std::vector<TokenId> ids_;
};

TEST_F(ProbeTest, EveryPointFiresWithItsAxes)
{
    const std::map<std::string, NamedArray> got = evaluate_all();
    using Shape = std::vector<std::int64_t>;
    const std::map<std::string, Shape> mamba {
        {"residual_norm", {30}}, {"block_norm", {30}},   {"state_norm", {30, 8}},
        {"state_change", {30, 8}}, {"state", {8, 64, 64}}, {"dt", {30, 8}},
        {"keep", {30, 8}},       {"write", {30, 8}},     {"out_gate", {30, 8}},
        {"b_norm", {30, 1}},     {"c_norm", {30, 1}},    {"conv", {30, 640}},
        {"router", {30, 4}},     {"experts", {30, 2}},   {"hidden", {30, 256}}};
    for (const auto& [name, shape] : mamba) EXPECT_EQ(got.at(name + ".0").shape, shape) << name;
    EXPECT_EQ(got.at("attention.3").shape, (Shape {8, 30, 30}));
    EXPECT_EQ(got.at("final_norm").shape, (Shape {30, 256}));
    EXPECT_EQ(got.at("hidden.10").shape, (Shape {30, 256}));
    EXPECT_EQ(got.at("entropy").shape, (Shape {30}));
    EXPECT_EQ(got.at("surprise").shape, (Shape {30}));
    EXPECT_EQ(got.at("logits_top").shape, (Shape {30, 10}));
    // Each point of the table is in the file, and nothing has no layer it belongs to.
    std::set<std::string> names;
    for (const auto& [name, array] : got) names.insert(name.substr(0, name.find('.')));
    for (const ProbeInfo& info : probe_table()) EXPECT_EQ(names.count(info.name), 1U) << info.name;
    EXPECT_EQ(got.count("attention.0"), 0U);
    EXPECT_EQ(got.count("state.3"), 0U);
    for (const auto& [name, array] : got) {
        std::int64_t n = 1;
        for (const std::int64_t size : array.shape) n *= size;
        EXPECT_EQ(std::int64_t(array.values.size()), n) << name;
        for (std::size_t i = 0; i < array.values.size(); ++i) {
            const bool first_surprise = name == "surprise" && i == 0;
            ASSERT_TRUE(std::isfinite(array.values[i]) || first_surprise) << name << " " << i;
        }
    }
}

TEST_F(ProbeTest, NothingFiresWhenOff)
{
    session_->capture().select(ProbeRequest {ProbeLevel::off, 0, 0});
    session_->forward(ids_, LogitRows::last, false);
    EXPECT_FALSE(session_->capture().anything());
    EXPECT_EQ(session_->capture().layout()->width, 0);
    EXPECT_TRUE(session_->capture().take_values().empty());
    EXPECT_TRUE(session_->capture().take_attention().empty());
    EXPECT_TRUE(session_->capture().take_states().empty());
}

TEST_F(ProbeTest, LookingDoesNotChangeWhatIsComputed)
{
    const auto plain = model_.session();
    const auto expected = plain->forward(ids_, LogitRows::all, false);
    const std::vector<float> copy(expected.begin(), expected.end());
    EXPECT_LE(relative_error(evaluate_all().at("logits").values, copy), 1e-6);
}

TEST_F(ProbeTest, LevelsIncludeOneAnother)
{
    std::set<std::pair<int, int>> before;
    for (const ProbeLevel level :
         {ProbeLevel::off, ProbeLevel::light, ProbeLevel::standard, ProbeLevel::full}) {
        session_->capture().select(ProbeRequest {level, 0, 0});
        std::set<std::pair<int, int>> now;
        for (const CaptureField& field : session_->capture().layout()->fields) {
            now.insert({int(field.probe), field.layer});
        }
        for (const auto& field : before) EXPECT_EQ(now.count(field), 1U);
        EXPECT_TRUE(level == ProbeLevel::off || now.size() > before.size());
        before = now;
    }
}

TEST_F(ProbeTest, FocusDecidesWhichAttentionIsCaptured)
{
    session_->capture().select(ProbeRequest {ProbeLevel::standard, 3, 0});
    session_->forward(ids_, LogitRows::last, false);
    std::vector<AttentionRows> rows = session_->capture().take_attention();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].layer, 3);
    session_->capture().select(ProbeRequest {ProbeLevel::standard, 4, 0});
    session_->forward({ids_.data(), 1}, LogitRows::last, false);
    EXPECT_TRUE(session_->capture().take_attention().empty());
    session_->capture().select(ProbeRequest {ProbeLevel::full, 0, 0});
    session_->forward({ids_.data(), 1}, LogitRows::last, false);
    EXPECT_EQ(session_->capture().take_attention().size(), 2U);
}

TEST_F(ProbeTest, LooksAtAnAttentionMapBesideAState)
{
    session_->capture().select(ProbeRequest {ProbeLevel::standard, 4, 6, 3, 2});
    session_->forward(ids_, LogitRows::last, false);
    EXPECT_EQ(session_->capture().take_attention().at(0).layer, 3);
    EXPECT_EQ(session_->capture().request().head_in(3), 2);
    EXPECT_EQ(session_->capture().request().head_in(4), 6);
}

TEST_F(ProbeTest, NoLevelCopiesWholeStatesForEveryToken)
{
    for (const ProbeLevel level : {ProbeLevel::standard, ProbeLevel::full}) {
        session_->capture().select(ProbeRequest {level, 4, 0});
        session_->forward({ids_.data(), 1}, LogitRows::last, false);
        EXPECT_TRUE(session_->capture().take_states().empty());
    }
    session_->capture().select({Probe::state});
    session_->forward({ids_.data(), 1}, LogitRows::last, false);
    EXPECT_EQ(session_->capture().take_states().at(0).layer, 0);
}

TEST_F(ProbeTest, AttentionRowsAreCausalAndSumToOne)
{
    const NamedArray map = evaluate_all().at("attention.7");
    for (std::size_t h = 0; h < 8; ++h) {
        for (std::size_t q = 0; q < 30; ++q) {
            double sum = 0.0;
            for (std::size_t k = 0; k < 30; ++k) {
                const float weight = map.values[(h * 30 + q) * 30 + k];
                EXPECT_TRUE(k <= q || weight == 0.0F);
                sum += double(weight);
            }
            EXPECT_NEAR(sum, 1.0, 1e-5);
        }
    }
}

TEST_F(ProbeTest, StateNormIsTheNormOfTheState)
{
    const std::map<std::string, NamedArray> got = evaluate_all();
    for (int layer : {0, 9}) {
        const NamedArray& state = got.at("state." + std::to_string(layer));
        const NamedArray& norm = got.at("state_norm." + std::to_string(layer));
        for (std::size_t h = 0; h < 8; ++h) {
            double sum = 0.0;
            for (std::size_t i = 0; i < 64 * 64; ++i) {
                sum += std::pow(double(state.values[h * 64 * 64 + i]), 2);
            }
            EXPECT_NEAR(std::sqrt(sum), norm.values[29 * 8 + h], 1e-4 * std::sqrt(sum));
        }
    }
}

TEST_F(ProbeTest, GatesLieWhereTheirMeaningPutsThem)
{
    const std::map<std::string, NamedArray> got = evaluate_all();
    for (const float keep : got.at("keep.5").values) {
        EXPECT_GE(keep, 0.0F);
        EXPECT_LE(keep, 1.0F);
    }
    for (const float dt : got.at("dt.5").values) EXPECT_GT(dt, 0.0F);
    const NamedArray& router = got.at("router.5");
    const NamedArray& experts = got.at("experts.5");
    for (std::size_t t = 0; t < 30; ++t) {
        double sum = 0.0;
        for (std::size_t e = 0; e < 4; ++e) sum += double(router.values[t * 4 + e]);
        EXPECT_NEAR(sum, 1.0, 1e-5);
        const auto best = std::size_t(experts.values[t * 2]);
        for (std::size_t e = 0; e < 4; ++e) {
            EXPECT_LE(router.values[t * 4 + e], router.values[t * 4 + best]);
        }
    }
}

TEST_F(ProbeTest, BlockNormIsTheNormOfWhatTheLayerAdds)
{
    const std::map<std::string, NamedArray> got = evaluate_all();
    for (int layer = 0; layer < 10; ++layer) {
        const std::vector<float>& before = got.at("hidden." + std::to_string(layer)).values;
        const std::vector<float>& after = got.at("hidden." + std::to_string(layer + 1)).values;
        double added = 0.0;
        double whole = 0.0;
        for (std::size_t i = 0; i < 256; ++i) {
            added += std::pow(double(after[i]) - double(before[i]), 2);
            whole += std::pow(double(after[i]), 2);
        }
        const std::string suffix = "." + std::to_string(layer);
        EXPECT_NEAR(got.at("block_norm" + suffix).values[0], std::sqrt(added), 1e-4 * std::sqrt(whole));
        EXPECT_NEAR(got.at("residual_norm" + suffix).values[0], std::sqrt(whole), 1e-4 * std::sqrt(whole));
    }
}

TEST(ProbeTable, NamesAreUniqueAndFound)
{
    std::set<std::string> names;
    for (const ProbeInfo& info : probe_table()) {
        EXPECT_TRUE(names.insert(info.name).second);
        EXPECT_EQ(probe_named(info.name), info.id);
        EXPECT_EQ(&info_of(info.id), &info);
    }
    EXPECT_EQ(probe_named("nothing"), std::nullopt);
}

} // namespace
} // namespace mixscope
