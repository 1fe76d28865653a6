#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace mixscope {

enum class ErrorCode {
    not_found,
    bad_format,
    unsupported,
    out_of_memory,
    context_full,
    cancelled,
    io,
    bad_argument,
    device,
};

/// An expected failure. `what` names the thing, what was found and what was wanted;
/// `hint` is a sentence that tells the user what to do.
struct Error {
    ErrorCode code = ErrorCode::bad_format;
    std::string what;
    std::string hint;
};

/// A value or an Error. Same names as std::expected (C++23), which clang-tidy 14 cannot read.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : content_(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : content_(std::in_place_index<1>, std::move(error))
    {
    }

    explicit operator bool() const { return content_.index() == 0; }
    bool has_value() const { return content_.index() == 0; }
    T& value() & { return std::get<0>(content_); }
    const T& value() const& { return std::get<0>(content_); }
    T&& value() && { return std::get<0>(std::move(content_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    const Error& error() const { return std::get<1>(content_); }

private:
    std::variant<T, Error> content_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error)
        : error_(std::move(error))
        , failed_(true)
    {
    }

    explicit operator bool() const { return !failed_; }
    bool has_value() const { return !failed_; }
    const Error& error() const
    {
        assert(failed_);
        return error_;
    }

private:
    Error error_;
    bool failed_ = false;
};

} // namespace mixscope
