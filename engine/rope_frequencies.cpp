#include "engine/rope_frequencies.h"

#include <cmath>

namespace mixscope {

Result<RopeFrequencies> rope_frequencies(const Params& config, std::int64_t head_dim)
{
    // Newer files keep everything in rope_parameters, older ones spread it.
    Params source = config;
    std::string kind = "default";
    const char* const nested[] = {"rope_parameters", "rope_scaling"};
    for (const char* key : nested) {
        if (!config.has(key)) continue;
        const Result<Params> object = config.object(key);
        if (!object) return object.error();
        const char* type_key = object->has("rope_type") ? "rope_type" : "type";
        const Result<std::string> type = object->text_or(type_key, "default");
        if (!type) return type.error();
        kind = *type;
        if (object->has("rope_theta")) source = *object;
        break;
    }
    if (kind != "default") {
        return Error {ErrorCode::unsupported,
                      config.name() + ": rotary scaling \"" + kind + "\", known is: default",
                      "This position encoding is not understood yet."};
    }
    const Result<double> theta = source.number_or("rope_theta", 10000.0);
    if (!theta) return theta.error();
    const Result<double> partial = source.number_or("partial_rotary_factor", 1.0);
    if (!partial) return partial.error();
    const auto width = std::int64_t(double(head_dim) * *partial);
    if (!(*theta > 0.0) || width < 2 || width > head_dim || width % 2 != 0) {
        return Error {ErrorCode::bad_format,
                      config.name() + ": rotary width is " + std::to_string(width) + " of "
                          + std::to_string(head_dim) + " with base " + std::to_string(*theta)
                          + ", wanted an even width of at most the head and a positive base",
                      "Load the model with its own config.json."};
    }
    RopeFrequencies out;
    for (std::int64_t i = 0; i < width / 2; ++i) {
        out.inv_freq.push_back(float(std::pow(*theta, -2.0 * double(i) / double(width))));
    }
    return out;
}

} // namespace mixscope
