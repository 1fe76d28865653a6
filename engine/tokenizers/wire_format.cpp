#include "engine/tokenizers/wire_format.h"

#include <cstring>

namespace mixscope {

float WireReader::Field::as_float() const
{
    const auto bits = std::uint32_t(value);
    float out = 0.0F;
    std::memcpy(&out, &bits, sizeof out);
    return out;
}

std::optional<WireReader::Field> WireReader::next()
{
    if (damaged_ || rest_.empty()) return std::nullopt;
    const auto tag = varint();
    if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return fail();
    Field field;
    field.number = std::uint32_t(*tag >> 3);
    field.kind = Kind(*tag & 7);
    std::optional<std::uint64_t> value;
    switch (field.kind) {
    case Kind::varint:
    case Kind::bytes:
        value = varint();
        break;
    case Kind::fixed64:
        value = fixed(8);
        break;
    case Kind::fixed32:
        value = fixed(4);
        break;
    }
    if (!value) return fail();
    if (field.kind == Kind::bytes) {
        if (*value > rest_.size()) return fail();
        field.bytes = rest_.substr(0, std::size_t(*value));
        rest_.remove_prefix(std::size_t(*value));
    } else {
        field.value = *value;
    }
    return field;
}

std::optional<std::uint64_t> WireReader::varint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest_.empty()) return std::nullopt;
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        value |= std::uint64_t(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> WireReader::fixed(std::size_t size)
{
    if (rest_.size() < size) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
}

std::optional<WireReader::Field> WireReader::fail()
{
    damaged_ = true;
    return std::nullopt;
}

void WireWriter::varint(std::uint32_t number, std::uint64_t value)
{
    raw_varint(std::uint64_t(number) << 3);
    raw_varint(value);
}

void WireWriter::fixed32(std::uint32_t number, float value)
{
    raw_varint((std::uint64_t(number) << 3) | 5U);
    message_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void WireWriter::bytes(std::uint32_t number, std::string_view value)
{
    raw_varint((std::uint64_t(number) << 3) | 2U);
    raw_varint(value.size());
    message_ += value;
}

void WireWriter::raw_varint(std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        message_ += char(value | 0x80);
    }
    message_ += char(value);
}

} // namespace mixscope
