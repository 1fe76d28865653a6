#include "engine/model_spec.h"

#include <cstdlib>
#include <string_view>

using namespace mixscope;

// A config is refused with a sentence or gives a model of possible size.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto params = Params::parse(text, "config.json");
    if (!params) return params.error().what.empty() ? std::abort(), 0 : 0;
    (void)params->integers("eos_token_id");
    (void)params->numbers("time_step_limit");
    (void)params->texts("layer_types");
    const auto spec = parse_model_spec(*params);
    if (!spec) return spec.error().what.empty() ? std::abort(), 0 : 0;
    if (spec->d_model <= 0 || spec->vocabulary <= 0 || spec->layers.empty()) std::abort();
    for (const LayerSpec& layer : spec->layers) {
        if (!layer.mixer || !layer.feed_forward) std::abort();
    }
    return 0;
}
