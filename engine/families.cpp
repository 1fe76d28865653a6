#include "engine/model_spec.h"

namespace mixscope {

namespace {

constexpr Family kFamilies[] = {
    {"granitemoehybrid", parse_granite_hybrid},
};

} // namespace

Result<ModelSpec> parse_model_spec(const Params& config)
{
    const Result<std::string> type = config.text("model_type");
    if (!type) return type.error();
    std::string known;
    for (const Family& family : kFamilies) {
        if (*type == family.model_type) return family.parse(config);
        known += (known.empty() ? "" : ", ") + std::string(family.model_type);
    }
    return Error {ErrorCode::unsupported,
                  config.name() + ": \"model_type\" is \"" + *type + "\", known are: " + known,
                  "Choose a model of one of these families."};
}

} // namespace mixscope
