// Checkpoints against what the reference implementation (transformers, float32) computed.

#include "engine/evaluation.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mixscope {
namespace {

constexpr double kLogitBound = 1e-3; // of max |logit|; what is reached is printed
constexpr double kTieMargin = 1e-3;  // closer than this a different greedy choice is no fault

struct GoldenCase {
    const char* name;
    const char* folder; ///< of tests/fixtures; empty: the bundled model
    const char* golden;
    const char* run;
    CpuIsa isa;
};

std::ostream& operator<<(std::ostream& out, const GoldenCase& test)
{
    return out << test.name << " " << test.run << " " << name_of(test.isa);
}

std::filesystem::path folder_of(const GoldenCase& test)
{
    return *test.folder == '\0' ? bundled_model() : fixture_path(test.folder);
}

class GoldenTest : public testing::TestWithParam<GoldenCase> {
protected:
    GoldenTest()
        : golden_(fixture_path(GetParam().golden))
        , model_(open_test_model(folder_of(GetParam()), 2,
                                 std::min(GetParam().isa, detect_cpu_isa())))
    {
    }

    std::string key(const std::string& suffix) const { return std::string(GetParam().run) + suffix; }

    Evaluation run(const std::vector<std::size_t>& chunks, std::vector<Probe> probes)
    {
        const auto session = model_.session();
        Result<Evaluation> done = evaluate(*session, golden_.ids(key(".ids")), chunks, probes);
        EXPECT_TRUE(done) << (done ? "" : done.error().what);
        return std::move(done).value();
    }

    static const NamedArray& array(const Evaluation& done, const std::string& name)
    {
        const auto found = std::find_if(done.arrays.begin(), done.arrays.end(),
                                        [&](const NamedArray& a) { return a.name == name; });
        if (found == done.arrays.end()) throw std::runtime_error("no array " + name);
        return *found;
    }

    /// The last rows of the logits, as many as the golden has.
    std::vector<float> last_logits(const Evaluation& done) const
    {
        const std::vector<float>& all = array(done, "logits").values;
        const std::size_t n = golden_.values(key(".logits")).size();
        return {all.end() - std::ptrdiff_t(n), all.end()};
    }

    Golden golden_;
    TestModel model_;
};

TEST_P(GoldenTest, LogitsAgreeInOneCallAndTokenByToken)
{
    const std::vector<float> expected = golden_.values(key(".logits"));
    const std::size_t tokens = golden_.ids(key(".ids")).size();
    const double whole = relative_error(last_logits(run({}, {})), expected);
    const double single
        = relative_error(last_logits(run(std::vector<std::size_t>(tokens, 1), {})), expected);
    EXPECT_LE(whole, kLogitBound);
    EXPECT_LE(single, kLogitBound);
    std::printf("%-28s %-6s %-7s logits %.1e prefill, %.1e decode\n", GetParam().name,
                GetParam().run, name_of(GetParam().isa), whole, single);
}

TEST_P(GoldenTest, HiddenStatesAgree)
{
    const Evaluation done = run({}, {Probe::hidden, Probe::final_norm});
    const int layers = model_.model->n_layers();
    int compared = 0;
    for (int i = 0; i <= layers; ++i) {
        const std::string name = key(".hidden." + std::to_string(i));
        if (!golden_.has(name)) continue;
        const std::string ours = i == layers ? "final_norm" : "hidden." + std::to_string(i);
        EXPECT_LE(relative_error(array(done, ours).values, golden_.values(name)), kLogitBound)
            << name;
        ++compared;
    }
    const bool stored = golden_.has(key(".hidden.0"));
    EXPECT_EQ(compared, stored ? layers + 1 : 0);
}

TEST_P(GoldenTest, AttentionMapsAgree)
{
    const Evaluation done = run({5, 1}, {Probe::attention});
    int slot = 0;
    for (int layer = 0; layer < model_.model->n_layers(); ++layer) {
        if (model_.model->mixer(layer).kind() != std::string("attention")) continue;
        for (const char* word : {".attn.", ".attention."}) {
            const std::string name = key(word + std::to_string(slot));
            if (!golden_.has(name)) continue;
            const NamedArray& ours = array(done, "attention." + std::to_string(layer));
            EXPECT_EQ(ours.shape, golden_.shape(name));
            EXPECT_LE(relative_error(ours.values, golden_.values(name)), kLogitBound) << name;
        }
        ++slot;
    }
    EXPECT_GT(slot, 0);
}

TEST_P(GoldenTest, GreedyTextIsIdentical)
{
    if (!golden_.has(key(".greedy"))) {
        ASSERT_EQ(std::string(GetParam().run), "one"); // only this one has no continuation
        return;
    }
    const std::vector<TokenId> expected = golden_.ids(key(".greedy"));
    std::vector<TokenId> ids = golden_.ids(key(".ids"));
    const auto session = model_.session();
    std::span<const float> logits = session->forward(ids, LogitRows::last, false);
    while (ids.size() < expected.size()) {
        const auto best = std::max_element(logits.begin(), logits.end());
        const auto id = TokenId(best - logits.begin());
        const TokenId wanted = expected[ids.size()];
        if (id != wanted) {
            ASSERT_LE(*best - logits[std::size_t(wanted)], kTieMargin) << "token " << ids.size();
        }
        ids.push_back(wanted);
        logits = session->forward({&wanted, 1}, LogitRows::last, false);
    }
}

std::vector<GoldenCase> all_cases()
{
    std::vector<GoldenCase> out;
    for (const CpuIsa isa : {CpuIsa::scalar, CpuIsa::avx2, CpuIsa::avx512}) {
        for (const char* run : {"0", "1"}) {
            out.push_back({"tiny-hybrid-13m", "", "tiny-hybrid-golden/golden.safetensors", run, isa});
        }
        for (const char* run : {"short", "long", "one"}) {
            out.push_back({"granite-hybrid-moe", "granite/granite-hybrid-moe",
                           "granite/granite-hybrid-moe/golden.safetensors", run, isa});
            out.push_back({"granite-hybrid-dense-rope", "granite/granite-hybrid-dense-rope",
                           "granite/granite-hybrid-dense-rope/golden.safetensors", run, isa});
        }
    }
    return out;
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, GoldenTest, testing::ValuesIn(all_cases()));

} // namespace
} // namespace mixscope
