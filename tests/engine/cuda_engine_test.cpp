// Whole models on the CUDA backend, against what the reference implementation computed, and every
// probe against the CPU backend: everywhere through tests/support/host_cuda, and on a GPU
// (tests/gpu/run.sh).
#include "engine/cuda/cuda_backend.h"
#include "engine/evaluation.h"
#include "tests/support/cuda_schedule.h"
#include "tests/support/fixtures.h"
#include "tests/support/model_fixture.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <span>

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

    std::unique_ptr<Session> session(DType kv = DType::f32, std::int64_t context = 128,
                                     bool record_steps = true) const
    {
        SessionOptions options;
        options.context = context;
        options.kv_dtype = kv;
        options.record_steps = record_steps;
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

/// Everything that one call shows, in one row: logits, values, attention weights, states.
std::vector<float> shown(Session& session, std::span<const TokenId> ids)
{
    const std::span<const float> logits = session.forward(ids, LogitRows::last, true);
    std::vector<float> all(logits.begin(), logits.end());
    const auto add = [&all](const std::vector<float>& more) {
        all.insert(all.end(), more.begin(), more.end());
    };
    add(session.capture().take_values());
    for (const AttentionRows& rows : session.capture().take_attention())
        add(rows.values);
    for (const StateCapture& state : session.capture().take_states())
        add(state.values);
    return all;
}

/// Bits, so that values that are absent are equal too.
std::vector<std::uint32_t> bits(const std::vector<float>& values)
{
    std::vector<std::uint32_t> out(values.size());
    std::memcpy(out.data(), values.data(), values.size() * sizeof(float));
    return out;
}

std::vector<TokenId> some_tokens(const Model& model, std::size_t count)
{
    std::vector<TokenId> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(TokenId((7 * i + 3) % std::size_t(model.spec().vocabulary)));
    return out;
}

// Over the end of the first bound (128), where the step is recorded anew.
TEST_P(CudaEngine, ARecordedStepIsTheStepBitForBit)
{
    const CudaModel cuda(folder_);
    const auto recorded = cuda.session(DType::bf16, 512);
    const auto direct = cuda.session(DType::bf16, 512, false);
    const TestModel cpu = open_test_model(folder_);
    const auto reference = cpu.session(512, DType::bf16);
    const std::vector<TokenId> ids = some_tokens(*cuda.model, 134);
    for (Session* session : {recorded.get(), direct.get(), reference.get()}) {
        session->capture().select(all_probes());
        session->forward({ids.data(), 124}, LogitRows::last, true);
    }
    for (std::size_t i = 124; i < ids.size(); ++i) {
        seed_schedule(unsigned(i));
        const std::vector<float> ours = shown(*recorded, {ids.data() + i, 1});
        EXPECT_EQ(bits(ours), bits(shown(*direct, {ids.data() + i, 1}))) << "token " << i;
        EXPECT_LE(shown_error(ours, shown(*reference, {ids.data() + i, 1})), kBound);
        ASSERT_EQ(recorded->trace().ops().size(), direct->trace().ops().size());
        for (std::size_t n = 0; n < recorded->trace().ops().size(); ++n)
            EXPECT_EQ(recorded->trace().ops()[n].bytes, direct->trace().ops()[n].bytes);
    }
    EXPECT_EQ(recorded->replayed_steps(), 8U); // all but the first of each bound
    EXPECT_EQ(direct->replayed_steps(), 0U);
}

// The device notes when each layer begins, in prompts, direct steps and recorded ones.
TEST_P(CudaEngine, TheLayersTakeAsLongAsTheCall)
{
    using Clock = std::chrono::steady_clock;
    const CudaModel cuda(folder_);
    const auto session = cuda.session();
    const std::vector<TokenId> ids = some_tokens(*cuda.model, 40);
    std::set<std::vector<float>> seen;
    std::size_t at = 0;
    for (const std::size_t count : {20, 5, 1, 1, 1, 1, 1, 1}) {
        const Clock::time_point start = Clock::now();
        session->forward({ids.data() + at, count}, LogitRows::last, true);
        const double wall_us =
            std::chrono::duration<double, std::micro>(Clock::now() - start).count();
        at += count;
        const std::vector<float>& layers = session->trace().layer_us();
        ASSERT_EQ(layers.size(), std::size_t(cuda.model->n_layers()) + 2);
        double sum_us = 0.0;
        for (const float us : layers) {
            EXPECT_GE(us, 0.0F);
            sum_us += double(us);
        }
        EXPECT_GT(sum_us, 0.0);
        EXPECT_LE(sum_us, wall_us);
        seen.insert(layers);
    }
    EXPECT_EQ(session->replayed_steps(), 5U);
    EXPECT_GT(seen.size(), 4U); // noted anew each time
}

TEST_P(CudaEngine, AStepIsRecordedForWhatIsLookedAt)
{
    const CudaModel cuda(folder_);
    const auto recorded = cuda.session();
    const auto direct = cuda.session(DType::f32, 128, false);
    const std::vector<TokenId> ids = some_tokens(*cuda.model, 24);
    const int last = cuda.model->n_layers() - 1;
    const ProbeRequest requests[] = {{ProbeLevel::off, 0, 0},
                                     {ProbeLevel::light, 0, 0},
                                     {ProbeLevel::full, 0, 0},
                                     {ProbeLevel::standard, last, 0}};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i % 3 == 0) { // twelve changes, each selection comes back once
            for (Session* session : {recorded.get(), direct.get()})
                session->capture().select(requests[i / 3 % 4]);
        }
        EXPECT_EQ(bits(shown(*recorded, {ids.data() + i, 1})),
                  bits(shown(*direct, {ids.data() + i, 1})))
            << "token " << i;
    }
    // Two of three steps at first, and all when a selection comes back.
    EXPECT_GE(recorded->replayed_steps(), 16U);
}

TEST_P(CudaEngine, AStepIsRecordedAnewWhenMemoryMoves)
{
    const CudaModel cuda(folder_);
    const auto recorded = cuda.session();
    const auto direct = cuda.session(DType::f32, 128, false);
    const std::vector<TokenId> ids = some_tokens(*cuda.model, 100);
    for (Session* session : {recorded.get(), direct.get()})
        session->capture().select(all_probes());
    std::size_t at = 0;
    std::vector<Snapshot> behind; // so that memory that grows has to move
    for (const std::size_t count : {1, 1, 1, 90, 1, 1, 1}) {
        behind.push_back(value_or_throw(recorded->snapshot()));
        const std::span<const TokenId> part(ids.data() + at, count);
        EXPECT_EQ(bits(shown(*recorded, part)), bits(shown(*direct, part))) << "token " << at;
        at += count;
    }
    EXPECT_GE(recorded->replayed_steps(), 3U);
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
