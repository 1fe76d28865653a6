#include "app/cli/sampling_options.h"

#include <CLI/CLI.hpp>

namespace mixscope::cli {

void SamplingOptions::attach(CLI::App& app)
{
    app.add_option("--max-tokens", max_tokens, "tokens to write at most (until the context is full)")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--temperature", temperature, "0 is greedy")->check(CLI::Range(0.0F, 100.0F));
    app.add_option("--top-k", top_k, "keep the k best (0: off)")->check(CLI::NonNegativeNumber);
    app.add_option("--top-p", top_p, "keep the best that sum to p")->check(CLI::Range(0.0F, 1.0F));
    app.add_option("--min-p", min_p, "keep p >= min-p times the best")->check(CLI::Range(0.0F, 1.0F));
    app.add_option("--repeat-penalty", repeat_penalty, "1 is off")->check(CLI::Range(0.1F, 10.0F));
    app.add_option("--seed", seed, "of the random numbers (fixed unless given)");
    app.add_option("--stop", stops, "stop at this text; may be given several times");
}

ReplyOptions SamplingOptions::merged(const GenerationConfig& model) const
{
    ReplyOptions out;
    out.sampling = model.sampling;
    if (temperature) out.sampling.temperature = *temperature;
    if (top_k) out.sampling.top_k = *top_k;
    if (top_p) out.sampling.top_p = *top_p;
    if (min_p) out.sampling.min_p = *min_p;
    if (repeat_penalty) out.sampling.repetition_penalty = *repeat_penalty;
    if (seed) out.sampling.seed = *seed;
    out.stop_strings = stops;
    out.max_tokens = max_tokens;
    return out;
}

} // namespace mixscope::cli
