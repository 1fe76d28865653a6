#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mixscope {

/// Element types that weights, activations and state are stored in.
enum class DType : std::uint8_t { f32, f16, bf16, i32, u8 };

constexpr std::size_t size_of(DType type)
{
    switch (type) {
    case DType::f32:
    case DType::i32: return 4;
    case DType::f16:
    case DType::bf16: return 2;
    case DType::u8: return 1;
    }
    return 0;
}

constexpr const char* name_of(DType type)
{
    switch (type) {
    case DType::f32: return "f32";
    case DType::f16: return "f16";
    case DType::bf16: return "bf16";
    case DType::i32: return "i32";
    case DType::u8: return "u8";
    }
    return "?";
}

/// Upper half of an IEEE binary32. Storage only: arithmetic happens in f32.
struct BFloat16 {
    std::uint16_t bits;
};

/// IEEE binary16. Storage only: arithmetic happens in f32.
struct Half {
    std::uint16_t bits;
};

inline float to_float(float value) { return value; }

inline float to_float(BFloat16 value)
{
    const std::uint32_t wide = std::uint32_t(value.bits) << 16;
    float out = 0.0F;
    std::memcpy(&out, &wide, sizeof out);
    return out;
}

inline float to_float(Half value)
{
    const std::uint32_t sign = std::uint32_t(value.bits & 0x8000U) << 16;
    std::uint32_t exponent = (value.bits >> 10) & 31U;
    std::uint32_t mantissa = value.bits & 0x3ffU;
    std::uint32_t wide = sign;
    if (exponent == 31U) {
        wide |= 0x7f800000U | (mantissa << 13); // infinity or NaN
    } else if (exponent != 0U) {
        wide |= ((exponent + 112U) << 23) | (mantissa << 13);
    } else if (mantissa != 0U) { // subnormal: normalise
        exponent = 113U;
        while ((mantissa & 0x400U) == 0U) {
            mantissa <<= 1;
            --exponent;
        }
        wide |= (exponent << 23) | ((mantissa & 0x3ffU) << 13);
    }
    float out = 0.0F;
    std::memcpy(&out, &wide, sizeof out);
    return out;
}

/// Rounds to nearest even; NaN stays NaN.
inline BFloat16 to_bf16(float value)
{
    std::uint32_t wide = 0;
    std::memcpy(&wide, &value, sizeof wide);
    if ((wide & 0x7fffffffU) > 0x7f800000U) return {std::uint16_t((wide >> 16) | 0x40U)};
    return {std::uint16_t((wide + 0x7fffU + ((wide >> 16) & 1U)) >> 16)};
}

/// Rounds to nearest even; overflow becomes infinity; NaN stays NaN.
inline Half to_half(float value)
{
    std::uint32_t wide = 0;
    std::memcpy(&wide, &value, sizeof wide);
    const auto sign = std::uint16_t((wide >> 16) & 0x8000U);
    const std::uint32_t magnitude = wide & 0x7fffffffU;
    if (magnitude > 0x7f800000U) return {std::uint16_t(sign | 0x7e00U)};
    if (magnitude >= 0x477ff000U) return {std::uint16_t(sign | 0x7c00U)};
    if (magnitude < 0x38800000U) { // subnormal half: let the f32 adder do the rounding
        float scaled = 0.0F;
        std::memcpy(&scaled, &magnitude, sizeof scaled);
        scaled += 0.5F; // the unit in the last place of [0.5, 1) is 2^-24, that of a half subnormal
        std::uint32_t bits = 0;
        std::memcpy(&bits, &scaled, sizeof bits);
        return {std::uint16_t(sign | (bits - 0x3f000000U))};
    }
    const std::uint32_t odd = (magnitude >> 13) & 1U;
    return {std::uint16_t(sign | ((magnitude - 0x38000000U + 0xfffU + odd) >> 13))};
}

} // namespace mixscope
