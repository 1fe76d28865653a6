#include "engine/bench.h"

#include "engine/backends.h"

#include <algorithm>
#include <chrono>
#include <random>

namespace mixscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMostRead = std::uint64_t(1) << 30; ///< far beyond any cache

struct Case {
    int context;
    int prefill; ///< tokens in parallel after the context; 0: decode
    int decode;
    ProbeLevel level;
    std::vector<double> rates;
    double bytes = 0.0; ///< of the last run, per token
    double flops = 0.0;
};

std::vector<TokenId> random_tokens(int count, int vocabulary)
{
    std::mt19937 random(7);
    std::vector<TokenId> out;
    for (int i = 0; i < count; ++i) out.push_back(TokenId(random() % unsigned(vocabulary)));
    return out;
}

/// What the ops of the last call moved and computed is added to `test`.
void count_ops(const Session& session, Case& test)
{
    for (const OpTime& op : session.trace().ops()) {
        test.bytes += double(op.bytes);
        test.flops += double(op.flops);
    }
}

/// Feeds tokens in calls of the largest size.
void feed(Session& session, std::span<const TokenId> ids, Case& test)
{
    const auto chunk = std::size_t(session.largest_chunk());
    for (std::size_t at = 0; at < ids.size(); at += chunk) {
        session.forward(ids.subspan(at, std::min(chunk, ids.size() - at)), LogitRows::last, true);
        count_ops(session, test);
    }
}

void measure(Session& session, Case& test, const std::vector<TokenId>& ids)
{
    const std::span<const TokenId> all(ids);
    session.reset();
    session.capture().select(ProbeRequest {ProbeLevel::off, 0, 0});
    if (test.context > 0) feed(session, all.first(std::size_t(test.context)), test);
    // The focus is the first attention layer, where looking costs most.
    int focus = 0;
    while (focus + 1 < session.model().n_layers()
           && session.model().mixer(focus).kind() != std::string_view("attention")) {
        ++focus;
    }
    session.capture().select(ProbeRequest {test.level, focus, 0});
    const int tokens = test.prefill > 0 ? test.prefill : test.decode;
    const std::span<const TokenId> part = all.subspan(std::size_t(test.context), std::size_t(tokens));
    test.bytes = test.flops = 0.0;
    const Clock::time_point start = Clock::now();
    if (test.prefill > 0) {
        feed(session, part, test);
    } else {
        for (std::size_t t = 0; t < part.size(); ++t) {
            session.forward(part.subspan(t, 1), LogitRows::last, true);
            session.capture().take_values();
            session.capture().take_attention();
            count_ops(session, test);
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    test.rates.push_back(tokens / seconds);
    test.bytes /= tokens;
    test.flops /= tokens;
}

BenchRow summary(Case& test, double read_rate)
{
    std::sort(test.rates.begin(), test.rates.end());
    BenchRow row;
    row.what = test.prefill > 0 ? "prefill " + std::to_string(test.prefill)
                                : "decode " + std::to_string(test.decode);
    row.context = test.context;
    row.probes = name_of(test.level);
    row.median = test.rates[test.rates.size() / 2];
    row.spread = (test.rates.back() - test.rates.front()) / row.median;
    row.bytes_per_token = test.bytes;
    row.flops_per_token = test.flops;
    row.limit = test.bytes > 0.0 ? read_rate / test.bytes : 0.0;
    row.share_of_limit = row.limit > 0.0 ? row.median / row.limit : 0.0;
    return row;
}

} // namespace

Result<std::vector<BenchRow>> run_bench(const LoadedModel& model, const BenchPlan& plan)
{
    std::vector<Case> cases;
    int longest = 0;
    for (const ProbeLevel level : plan.levels) {
        for (const int context : plan.context) {
            for (const int n : plan.prefill) {
                if (n > 0) cases.push_back({context, n, 0, level, {}});
            }
            cases.push_back({context, 0, plan.decode, level, {}});
        }
    }
    for (const Case& test : cases) {
        longest = std::max(longest, test.context + std::max(test.prefill, test.decode));
    }
    SessionOptions layout = model.session_options;
    if (longest > layout.context) {
        return Error {ErrorCode::context_full,
                      "the longest case has " + std::to_string(longest)
                          + " tokens, the context holds " + std::to_string(layout.context),
                      "Measure shorter cases."};
    }
    layout.context = longest;
    Result<std::unique_ptr<Session>> session
        = Session::create(*model.model, *model.backend, layout);
    if (!session) return session.error();
    const std::vector<TokenId> ids = random_tokens(longest, model.info->vocabulary);
    double read_rate = 0.0;
    for (int round = 0; round < plan.rounds; ++round) {
        const std::uint64_t bytes = std::min<std::uint64_t>(model.info->weight_bytes, kMostRead);
        read_rate = std::max(read_rate, model.backend->read_rate(std::size_t(bytes)));
        for (Case& test : cases) measure(**session, test, ids);
    }
    std::vector<BenchRow> rows;
    for (Case& test : cases) rows.push_back(summary(test, read_rate));
    return rows;
}

Result<std::unique_ptr<LoadedModel>> random_model(const std::filesystem::path& config_file,
                                                  const EngineOptions& options)
{
    const Result<Params> config = Params::read(config_file);
    if (!config) return config.error();
    Result<ModelSpec> spec = parse_model_spec(*config);
    if (!spec) return spec.error();
    Result<std::unique_ptr<Backend>> backend = create_backend(options);
    if (!backend) return backend.error();
    auto out = std::make_unique<LoadedModel>();
    out->backend = std::move(backend).value();
    out->session_options.context = spec->context_limit;
    Result<std::unique_ptr<Model>> model
        = Model::build(std::move(spec).value(), nullptr, *out->backend);
    if (!model) return model.error();
    out->model = std::move(model).value();
    auto info = std::make_shared<ModelInfo>();
    out->model->describe(*info);
    info->name = "random weights";
    info->backend = out->backend->description();
    info->context_limit = int(out->session_options.context);
    out->info = std::move(info);
    return out;
}

} // namespace mixscope
