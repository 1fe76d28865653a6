#include "engine/generation_config.h"

#include <algorithm>
#include <cmath>

namespace mixscope {
namespace {

constexpr const char* kFile = "generation_config.json";

Result<float> in_range(const Params& params, std::string_view key, float fallback, double low,
                       double high)
{
    const auto value = params.number_or(key, fallback);
    if (!value) return value.error();
    if (*value >= low && *value <= high) return float(*value);
    return Error {ErrorCode::bad_format,
                  params.name() + ": \"" + std::string(key) + "\" is " + std::to_string(*value)
                      + ", wanted a number from " + std::to_string(low) + " to "
                      + std::to_string(high),
                  "Correct the file, or delete it to sample greedily."};
}

Result<Sampling> read_sampling(const Params& params)
{
    const auto samples = params.boolean_or("do_sample", false);
    if (!samples) return samples.error();
    const auto penalty = in_range(params, "repetition_penalty", 1.0F, 0.01, 100.0);
    if (!penalty) return penalty.error();
    Sampling sampling;
    sampling.repetition_penalty = *penalty;
    if (!*samples) return sampling; // the other settings are ignored then

    // 50 is what the reference library takes when the file does not say.
    const auto top_k = params.integer_or("top_k", 50, 0, 1 << 24);
    if (!top_k) return top_k.error();
    const auto temperature = in_range(params, "temperature", 1.0F, 0.0, 100.0);
    if (!temperature) return temperature.error();
    const auto top_p = in_range(params, "top_p", 1.0F, 0.0, 1.0);
    if (!top_p) return top_p.error();
    const auto min_p = in_range(params, "min_p", 0.0F, 0.0, 1.0);
    if (!min_p) return min_p.error();
    sampling.temperature = *temperature;
    sampling.top_k = int(*top_k);
    sampling.top_p = *top_p;
    sampling.min_p = *min_p;
    return sampling;
}

Result<void> add_stop_ids(const Params& params, int vocabulary, std::vector<TokenId>& ids)
{
    const auto found = params.integers("eos_token_id");
    if (!found) return found.error();
    for (const std::int64_t id : *found) {
        if (id < 0 || id >= vocabulary) {
            return Error {ErrorCode::bad_format,
                          params.name() + ": \"eos_token_id\" is " + std::to_string(id)
                              + ", wanted 0 to " + std::to_string(vocabulary - 1),
                          "Check that the file and the tokenizer belong to the same model."};
        }
        ids.push_back(TokenId(id));
    }
    return {};
}

} // namespace

Result<GenerationConfig> load_generation_config(const std::filesystem::path& folder,
                                                const Params& config, const Tokenizer& tokenizer)
{
    GenerationConfig out;
    if (const auto added = add_stop_ids(config, tokenizer.size(), out.stop_ids); !added) {
        return added.error();
    }
    if (tokenizer.eos() >= 0) out.stop_ids.push_back(tokenizer.eos());

    std::error_code ignored;
    if (std::filesystem::exists(folder / kFile, ignored)) {
        const auto params = Params::read(folder / kFile);
        if (!params) return params.error();
        const auto sampling = read_sampling(*params);
        if (!sampling) return sampling.error();
        out.sampling = *sampling;
        if (const auto added = add_stop_ids(*params, tokenizer.size(), out.stop_ids); !added) {
            return added.error();
        }
        auto strings = params->texts("stop_strings");
        if (!strings) return strings.error();
        out.stop_strings = std::move(strings).value();
    }
    std::sort(out.stop_ids.begin(), out.stop_ids.end());
    out.stop_ids.erase(std::unique(out.stop_ids.begin(), out.stop_ids.end()), out.stop_ids.end());
    return out;
}

} // namespace mixscope
