#include "engine/params.h"

#include "engine/read_file.h"
#include "engine/strict_json.h"

#include <nlohmann/json.hpp>

namespace mixscope {
namespace {

using Json = nlohmann::json;

constexpr const char* kHint = "Check the file, or download the model again.";

// config.json: "hidden_size" is 0, wanted a whole number from 1 to 1048576
Error wrong(const std::string& name, std::string_view key, const Json* found,
            const std::string& wanted)
{
    const std::string state = found == nullptr ? "missing" : describe_json(*found);
    return {ErrorCode::bad_format,
            name + ": \"" + std::string(key) + "\" is " + state + ", wanted " + wanted, kHint};
}

const Json* find(const Json& object, std::string_view key)
{
    const auto at = object.find(key);
    return at == object.end() ? nullptr : &*at;
}

std::optional<std::int64_t> as_integer(const Json& value)
{
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(INT64_MAX)) {
        return std::nullopt;
    }
    return value.get<std::int64_t>();
}

} // namespace

Result<Params> Params::parse(std::string_view text, std::string name)
{
    Result<Json> value = parse_strict_json(text, name);
    if (!value) return value.error();
    if (!value->is_object()) {
        return Error {ErrorCode::bad_format,
                      name + " holds " + describe_json(*value) + ", wanted a JSON object", kHint};
    }
    Params params;
    params.json_ = std::make_shared<const Json>(std::move(value).value());
    params.name_ = std::move(name);
    return params;
}

Result<Params> Params::read(const std::filesystem::path& file)
{
    const Result<std::string> text = read_file(file, JsonLimits {}.bytes);
    if (!text) return text.error();
    return parse(*text, file.filename().string());
}

bool Params::has(std::string_view key) const
{
    const Json* value = find(*json_, key);
    return value != nullptr && !value->is_null();
}

Result<std::int64_t> Params::integer(std::string_view key, std::int64_t low,
                                     std::int64_t high) const
{
    const Json* value = find(*json_, key);
    const auto number = value == nullptr ? std::nullopt : as_integer(*value);
    if (number && *number >= low && *number <= high) return *number;
    return wrong(name_, key, value,
                 "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
}

Result<std::int64_t> Params::integer_or(std::string_view key, std::int64_t fallback,
                                        std::int64_t low, std::int64_t high) const
{
    if (!has(key)) return fallback;
    return integer(key, low, high);
}

Result<double> Params::number(std::string_view key) const
{
    const Json* value = find(*json_, key);
    if (value != nullptr && value->is_number()) return value->get<double>();
    return wrong(name_, key, value, "a number");
}

Result<double> Params::number_or(std::string_view key, double fallback) const
{
    if (!has(key)) return fallback;
    return number(key);
}

Result<std::vector<double>> Params::numbers(std::string_view key) const
{
    if (!has(key)) return std::vector<double> {};
    const Json& value = *find(*json_, key);
    std::vector<double> out;
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
        if (!item.is_number()) return wrong(name_, key, &item, "a number or a list of numbers");
        out.push_back(item.get<double>());
    }
    return out;
}

Result<bool> Params::boolean_or(std::string_view key, bool fallback) const
{
    if (!has(key)) return fallback;
    const Json& value = *find(*json_, key);
    if (value.is_boolean()) return value.get<bool>();
    return wrong(name_, key, &value, "true or false");
}

Result<std::string> Params::text(std::string_view key) const
{
    const Json* value = find(*json_, key);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    return wrong(name_, key, value, "a string");
}

Result<std::string> Params::text_or(std::string_view key, std::string fallback) const
{
    if (!has(key)) return fallback;
    return text(key);
}

Result<std::vector<std::string>> Params::texts(std::string_view key) const
{
    if (!has(key)) return std::vector<std::string> {};
    const Json& value = *find(*json_, key);
    std::vector<std::string> out;
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
        if (!item.is_string()) return wrong(name_, key, &item, "a string or a list of strings");
        out.push_back(item.get<std::string>());
    }
    return out;
}

Result<std::vector<std::int64_t>> Params::integers(std::string_view key) const
{
    if (!has(key)) return std::vector<std::int64_t> {};
    const Json& value = *find(*json_, key);
    std::vector<std::int64_t> out;
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
        const auto number = as_integer(item);
        if (!number) return wrong(name_, key, &item, "a whole number or a list of them");
        out.push_back(*number);
    }
    return out;
}

Result<Params> Params::object(std::string_view key) const
{
    const Json* value = find(*json_, key);
    if (value == nullptr || !value->is_object()) return wrong(name_, key, value, "an object");
    Params params;
    params.json_ = std::shared_ptr<const Json>(json_, value); // shares the owner
    params.name_ = name_ + ": " + std::string(key);
    return params;
}

const nlohmann::json& Params::json() const
{
    return *json_;
}

} // namespace mixscope
