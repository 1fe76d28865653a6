#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mixscope {

/// Steps through the fields of one protobuf message without copying. Every length is checked
/// against the bytes that are left. Groups (wire types 3 and 4) are refused.
/// Source: protobuf documentation, "Encoding".
class WireReader {
public:
    enum class Kind { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

    struct Field {
        std::uint32_t number = 0;
        Kind kind = Kind::varint;
        std::uint64_t value = 0; ///< varint, fixed64, fixed32
        std::string_view bytes;

        float as_float() const; ///< of a fixed32
    };

    explicit WireReader(std::string_view message)
        : rest_(message)
    {
    }

    /// The next field; empty at the end of the message and on damage (see `damaged()`).
    std::optional<Field> next();
    bool damaged() const { return damaged_; }

private:
    std::optional<std::uint64_t> varint();
    std::optional<std::uint64_t> fixed(std::size_t size);
    std::optional<Field> fail();

    std::string_view rest_;
    bool damaged_ = false;
};

/// Writes fields of a protobuf message.
class WireWriter {
public:
    void varint(std::uint32_t number, std::uint64_t value);
    void fixed32(std::uint32_t number, float value);
    void bytes(std::uint32_t number, std::string_view value);
    const std::string& message() const { return message_; }

private:
    void raw_varint(std::uint64_t value);
    std::string message_;
};

} // namespace mixscope
