#pragma once

#include "engine/params.h"

#include <string>
#include <utility>

namespace mixscope {

/// Reads values of a config one after another and keeps the first error, so that a family reads
/// like its table of keys.
class ConfigReader {
public:
    explicit ConfigReader(const Params& config)
        : config_(config)
    {
    }

    const Params& config() const { return config_; }

    std::int64_t integer(const char* key, std::int64_t low, std::int64_t high)
    {
        return take(config_.integer(key, low, high), low);
    }
    std::int64_t integer_or(const char* key, std::int64_t fallback, std::int64_t low,
                            std::int64_t high)
    {
        return take(config_.integer_or(key, fallback, low, high), fallback);
    }
    float number_or(const char* key, double fallback)
    {
        return float(take(config_.number_or(key, fallback), fallback));
    }
    bool flag_or(const char* key, bool fallback)
    {
        return take(config_.boolean_or(key, fallback), fallback);
    }
    std::string text_or(const char* key, std::string fallback)
    {
        return take(config_.text_or(key, fallback), fallback);
    }
    /// A text that must be one of the known words (written as in the error sentence).
    void expect_text(const char* key, const char* known)
    {
        const std::string found = text_or(key, known);
        if (found != known) unsupported(quoted(key) + " is \"" + found + "\", known is: " + known);
    }

    void bad(std::string what)
    {
        fail({ErrorCode::bad_format, config_.name() + ": " + std::move(what),
              "Load the model with its own config.json."});
    }
    void unsupported(std::string what)
    {
        fail({ErrorCode::unsupported, config_.name() + ": " + std::move(what),
              "This variant of the family is not understood yet."});
    }
    void fail(Error error)
    {
        if (failed_) return;
        failed_ = true;
        error_ = std::move(error);
    }

    bool failed() const { return failed_; }
    const Error& error() const { return error_; }

    static std::string quoted(const char* key) { return "\"" + std::string(key) + "\""; }

private:
    template <class T>
    T take(Result<T> result, T fallback)
    {
        if (result) return *result;
        fail(result.error());
        return fallback;
    }

    const Params& config_;
    bool failed_ = false;
    Error error_;
};

} // namespace mixscope
