#pragma once

#include "engine/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mixscope {

/// Checked look-up in a JSON object from a model folder (config.json and friends). A missing or
/// wrong value becomes an Error that names file, key, found and wanted. Cheap to copy; immutable.
class Params {
public:
    /// Limits: 16 MiB, depth 64, duplicate keys refused. `Infinity`/`NaN` written bare or as
    /// {"__float__": "Infinity"} are read as numbers. `name` is used in error sentences.
    static Result<Params> parse(std::string_view text, std::string name);
    static Result<Params> read(const std::filesystem::path& file);

    bool has(std::string_view key) const; ///< present and not null
    Result<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    Result<std::int64_t> integer_or(std::string_view key, std::int64_t fallback, std::int64_t low,
                                    std::int64_t high) const;
    Result<double> number(std::string_view key) const;
    Result<double> number_or(std::string_view key, double fallback) const;
    /// A number or a list of numbers; empty when the key is absent.
    Result<std::vector<double>> numbers(std::string_view key) const;
    Result<bool> boolean_or(std::string_view key, bool fallback) const;
    Result<std::string> text(std::string_view key) const;
    Result<std::string> text_or(std::string_view key, std::string fallback) const;
    /// A string or a list of strings; empty when the key is absent.
    Result<std::vector<std::string>> texts(std::string_view key) const;
    /// An integer or a list of integers; empty when the key is absent.
    Result<std::vector<std::int64_t>> integers(std::string_view key) const;
    Result<Params> object(std::string_view key) const;

    const nlohmann::json& json() const;
    const std::string& name() const { return name_; }

private:
    std::shared_ptr<const nlohmann::json> json_;
    std::string name_;
};

} // namespace mixscope
