// What only a GPU is fast enough for.
#include "engine/cuda/cuda_backend.h"
#include "engine/sampler.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include <gtest/gtest.h>

namespace mixscope {
namespace {

constexpr std::int64_t kTokens = 10000;

/// The greedy continuation of one token, and the logits after its last.
struct Reply {
    std::vector<TokenId> ids;
    std::vector<float> logits;
};

// Feeds `ids` while there are any: both backends then compute the same text.
Reply reply(const Model& model, Backend& backend, const std::vector<TokenId>& ids)
{
    SessionOptions options;
    options.context = kTokens + 1;
    options.kv_dtype = DType::f32;
    Result<std::unique_ptr<Session>> session = Session::create(model, backend, options);
    if (!session) throw std::runtime_error(session.error().what);
    Sampler greedy {Sampling {}};
    Reply out;
    TokenId next = 1;
    for (std::int64_t i = 0; i < kTokens; ++i) {
        const std::span<const float> logits =
            (*session)->forward({&next, 1}, LogitRows::last, false);
        out.logits.assign(logits.begin(), logits.end());
        next =
            ids.empty() ? greedy.choose(logits, int(logits.size()), {}, 0).id : ids[std::size_t(i)];
        out.ids.push_back(next);
    }
    return out;
}

TEST(LongReply, NeitherDriftsNorLeaks)
{
    const std::filesystem::path folder = fixture_path("granite/granite-hybrid-moe");
    Result<std::unique_ptr<CudaBackend>> cuda = CudaBackend::create();
    ASSERT_TRUE(cuda);
    const std::unique_ptr<Model> model = build_test_model(folder, **cuda);
    const Reply ours = reply(*model, **cuda, {});
    const std::size_t free = (*cuda)->free_bytes();
    EXPECT_EQ(reply(*model, **cuda, {}).ids, ours.ids);
    EXPECT_EQ((*cuda)->free_bytes(), free);

    const TestModel cpu = open_test_model(folder);
    const Reply theirs = reply(*cpu.model, *cpu.backend, ours.ids);
    EXPECT_LE(relative_error(ours.logits, theirs.logits), 1e-3);
}

} // namespace
} // namespace mixscope
