// Whole models on the CUDA backend, against what the reference implementation computed, and every
// probe against the CPU backend: everywhere through tests/support/host_cuda, and on a GPU
// (tests/gpu/run.sh).
#include "engine/cuda_backend.h"
#include "engine/evaluation.h"
#include "tests/support/cuda_schedule.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {
namespace {

constexpr double kBound = 1e-3; // of the largest value

template <class T> T value_or_throw(Result<T> result)
{
    if (!result) throw std::runtime_error(result.error().what);
    return std::move(result).value();
}

/// A model on the CUDA backend.
struct CudaModel {
    explicit CudaModel(const std::filesystem::path& folder)
        : backend(value_or_throw(CudaBackend::create()))
        , model(build_test_model(folder, *backend))
    {
    }

    std::unique_ptr<Session> session(DType kv = DType::f32) const
    {
        SessionOptions options;
        options.context = 128;
        options.kv_dtype = kv;
        return value_or_throw(Session::create(*model, *backend, options));
    }

    std::unique_ptr<CudaBackend> backend;
    std::unique_ptr<Model> model;
};

std::vector<float> values(const Evaluation& done, const std::string& name)
{
    const auto found = std::find_if(done.arrays.begin(), done.arrays.end(),
                                    [&](const NamedArray& a) { return a.name == name; });
    if (found == done.arrays.end()) throw std::runtime_error("no array " + name);
    return found->values;
}

Evaluation run(Session& session, const std::vector<TokenId>& ids,
               const std::vector<std::size_t>& chunks, const std::vector<Probe>& probes)
{
    return value_or_throw(evaluate(session, ids, chunks, probes));
}

/// relative_error, with values that are absent (NaN) in both taken as equal.
double shown_error(std::vector<float> ours, std::vector<float> theirs)
{
    for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
        if (std::isnan(ours[i]) && std::isnan(theirs[i])) ours[i] = theirs[i] = 0.0F;
    }
    return relative_error(ours, theirs);
}

std::vector<Probe> all_probes()
{
    std::vector<Probe> all;
    for (const ProbeInfo& info : probe_table())
        all.push_back(info.id);
    return all;
}

class CudaEngine : public testing::TestWithParam<const char*> {
protected:
    CudaEngine()
        : folder_(fixture_path(std::string("granite/") + GetParam()))
        , golden_(folder_ / "golden.safetensors")
        , ids_(golden_.ids("short.ids"))
    {
    }

    std::filesystem::path folder_;
    Golden golden_;
    std::vector<TokenId> ids_;
};

TEST_P(CudaEngine, AgreesWithTheReferenceInPrefillAndDecode)
{
    const CudaModel cuda(folder_);
    const std::vector<float> expected = golden_.values("short.logits");
    for (const unsigned seed : {1U, 2U}) {
        seed_schedule(seed);
        const Evaluation whole = run(*cuda.session(), ids_, {}, {});
        const Evaluation single =
            run(*cuda.session(), ids_, std::vector<std::size_t>(ids_.size(), 1), {});
        EXPECT_LE(relative_error(values(whole, "logits"), expected), kBound);
        EXPECT_LE(relative_error(values(single, "logits"), expected), kBound);
    }
}

TEST_P(CudaEngine, EveryProbeShowsWhatTheCpuShows)
{
    const CudaModel cuda(folder_);
    const TestModel cpu = open_test_model(folder_);
    const std::vector<std::size_t> chunks {11, 1, 1};
    for (const DType kv : {DType::f32, DType::bf16}) {
        const Evaluation ours = run(*cuda.session(kv), ids_, chunks, all_probes());
        const Evaluation theirs = run(*cpu.session(128, kv), ids_, chunks, all_probes());
        ASSERT_EQ(ours.arrays.size(), theirs.arrays.size());
        for (const NamedArray& array : theirs.arrays) {
            EXPECT_LE(shown_error(values(ours, array.name), array.values), kBound) << array.name;
        }
    }
}

TEST_P(CudaEngine, GoesOnFromASnapshotBitForBit)
{
    const CudaModel cuda(folder_);
    const auto session = cuda.session();
    const auto step = [&](std::size_t begin, std::size_t count) {
        const auto logits = session->forward({ids_.data() + begin, count}, LogitRows::all, false);
        return std::vector<float>(logits.begin(), logits.end());
    };
    step(0, 9);
    const Result<Snapshot> taken = session->snapshot();
    ASSERT_TRUE(taken);
    const std::vector<float> first = step(9, 3);
    session->restore(*taken);
    EXPECT_EQ(step(9, 3), first);
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, CudaEngine,
                         testing::Values("granite-hybrid-moe", "granite-hybrid-dense-rope"),
                         [](const auto& checkpoint) {
                             std::string name = checkpoint.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(CudaEngineBundled, AgreesWithTheReference)
{
    constexpr std::size_t kTokens = 4;
    const Golden golden(fixture_path("tiny-hybrid-golden/golden.safetensors"));
    const CudaModel cuda(bundled_model());
    std::vector<TokenId> ids = golden.ids("0.ids");
    std::vector<float> expected = golden.values("0.logits");
    expected.resize(expected.size() / ids.size() * kTokens);
    ids.resize(kTokens);
    const Evaluation done = run(*cuda.session(), ids, {3, 1}, {});
    EXPECT_LE(relative_error(values(done, "logits"), expected), kBound);
}

} // namespace
} // namespace mixscope
