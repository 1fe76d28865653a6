#include "engine/evaluation.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace mixscope {
namespace {

class SessionTest : public testing::TestWithParam<const char*> {
protected:
    SessionTest()
        : model_(open_test_model(*GetParam() == '\0' ? bundled_model() : fixture_path(GetParam())))
    {
    }

    std::vector<TokenId> tokens(int count) const
    {
        std::mt19937 random(11);
        std::vector<TokenId> out;
        for (int i = 0; i < count; ++i) {
            out.push_back(TokenId(random() % unsigned(model_.model->spec().vocabulary)));
        }
        return out;
    }

    static std::vector<float> feed(Session& session, const std::vector<TokenId>& ids,
                                   const std::vector<std::size_t>& chunks)
    {
        std::vector<float> logits;
        std::size_t at = 0;
        for (std::size_t i = 0; at < ids.size(); ++i) {
            const std::size_t left = ids.size() - at;
            const std::size_t n = i < chunks.size() ? std::min(chunks[i], left) : left;
            const auto rows = session.forward({ids.data() + at, n}, LogitRows::all, false);
            logits.insert(logits.end(), rows.begin(), rows.end());
            at += n;
        }
        return logits;
    }

    /// Every state field as one row of numbers; a growing one up to the position.
    static std::vector<std::vector<float>> state(const Session& session)
    {
        std::vector<std::vector<float>> out;
        for (const LayerState& layer : session.states()) {
            for (std::size_t i = 0; i < layer.views.size(); ++i) {
                TensorView view = layer.views[i];
                const bool grows = view.shape[0] == session.context();
                if (grows) view = view.slice(0, 0, session.position());
                const float* p = view.as<float>();
                out.emplace_back(p, p + view.count());
            }
        }
        return out;
    }

    TestModel model_;
};

TEST_P(SessionTest, AnyChunkingGivesTheSameLogitsAndState)
{
    const std::vector<TokenId> ids = tokens(150);
    const auto whole = model_.session();
    const std::vector<float> expected = feed(*whole, ids, {});
    const std::vector<std::vector<float>> expected_state = state(*whole);
    const std::vector<std::vector<std::size_t>> chunkings {
        {1, 1, 1, 147}, {7, 1, 11, 64, 3}, {64, 64}, {2, 3, 75}, std::vector<std::size_t>(150, 1)};
    for (const std::vector<std::size_t>& chunks : chunkings) {
        const auto parts = model_.session();
        EXPECT_LE(relative_error(feed(*parts, ids, chunks), expected), 1e-5);
        const std::vector<std::vector<float>> got = state(*parts);
        ASSERT_EQ(got.size(), expected_state.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            EXPECT_LE(relative_error(got[i], expected_state[i]), 1e-5) << "state field " << i;
        }
    }
}

TEST_P(SessionTest, SnapshotAndRestoreAreExact)
{
    const std::vector<TokenId> ids = tokens(40);
    const std::vector<TokenId> rest(ids.begin() + 25, ids.end());
    const auto session = model_.session();
    feed(*session, {ids.begin(), ids.begin() + 25}, {});
    Result<Snapshot> snapshot = session->snapshot();
    ASSERT_TRUE(snapshot);
    const std::vector<float> first = feed(*session, rest, {4, 1});
    const auto state_after = state(*session);
    session->restore(*snapshot);
    EXPECT_EQ(session->position(), 25);
    EXPECT_EQ(feed(*session, rest, {4, 1}), first); // bit for bit
    EXPECT_EQ(state(*session), state_after);
}

TEST_P(SessionTest, RewindGoesToTheNearestRememberedPosition)
{
    const std::vector<TokenId> ids = tokens(60);
    const auto session = model_.session();
    feed(*session, {ids.begin(), ids.begin() + 20}, {});
    session->remember();
    feed(*session, {ids.begin() + 20, ids.begin() + 40}, {});
    session->remember();
    feed(*session, {ids.begin() + 40, ids.end()}, {});
    EXPECT_EQ(session->rewind(60), 60);
    EXPECT_EQ(session->rewind(39), 20);
    EXPECT_EQ(session->tokens(), std::vector<TokenId>(ids.begin(), ids.begin() + 20));
    const auto fresh = model_.session();
    const std::vector<float> expected = feed(*fresh, ids, {20, 40});
    const std::vector<float> got = feed(*session, {ids.begin() + 20, ids.end()}, {});
    const std::vector<float> tail(expected.end() - std::ptrdiff_t(got.size()), expected.end());
    EXPECT_EQ(got, tail);
    EXPECT_EQ(session->rewind(5), 0);
    EXPECT_EQ(session->position(), 0);
}

TEST_P(SessionTest, ResetForgetsEverything)
{
    const std::vector<TokenId> ids = tokens(30);
    const auto session = model_.session();
    const std::vector<float> first = feed(*session, ids, {});
    session->reset();
    EXPECT_EQ(feed(*session, ids, {}), first);
}

TEST_P(SessionTest, TimesOfTheLayersSumToTheCall)
{
    const std::vector<TokenId> ids = tokens(64);
    const auto session = model_.session();
    const auto start = std::chrono::steady_clock::now();
    session->forward(ids, LogitRows::last, true);
    const double wall
        = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    double layers = session->trace().probe_us();
    for (const float us : session->trace().layer_us()) layers += double(us);
    double ops = 0.0;
    for (const OpTime& op : session->trace().ops()) ops += double(op.us);
    EXPECT_EQ(session->trace().layer_us().size(), std::size_t(model_.model->n_layers()) + 2);
    EXPECT_NEAR(ops + double(session->trace().probe_us()), layers, 1e-3 * layers);
    EXPECT_LE(layers, wall);
}

TEST_P(SessionTest, HalfPrecisionKvCacheStaysClose)
{
    const std::vector<TokenId> ids = tokens(50);
    const auto exact = model_.session();
    const std::vector<float> expected = feed(*exact, ids, {});
    const auto half = model_.session(512, DType::f16);
    EXPECT_LE(relative_error(feed(*half, ids, {20, 1}), expected), 2e-3);
    EXPECT_EQ(half->kv_bytes_per_token() * 2, exact->kv_bytes_per_token());
}

INSTANTIATE_TEST_SUITE_P(Models, SessionTest,
                         testing::Values("", "granite/granite-hybrid-moe",
                                         "granite/granite-hybrid-dense-rope"));

TEST(SessionMemory, TooLongAContextIsRefusedWithWhatWouldFit)
{
    const TestModel model = open_test_model(fixture_path("granite/granite-hybrid-moe"));
    SessionOptions options;
    options.context = std::int64_t(1) << 40;
    const auto session = Session::create(*model.model, *model.backend, options);
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, ErrorCode::out_of_memory);
    EXPECT_NE(session.error().what.find("1099511627776 tokens"), std::string::npos);
    EXPECT_NE(session.error().hint.find("context of at most"), std::string::npos);
}

} // namespace
} // namespace mixscope
