#pragma once

#include <QRgb>
#include <QString>

#include <array>
#include <cstdint>
#include <vector>

namespace mixscope {

/// How a value becomes a place on the colour bar. The range is locked: it changes only when its
/// owner says so, never by itself.
struct ValueScale {
    enum class Kind { linear, root, log };

    Kind kind = Kind::linear;
    float low = 0.0F; ///< colour of the lower end; > 0 for log, 0 for root
    float high = 1.0F; ///< colour of the upper end

    /// 0 … 1, clipped to the range; NaN stays NaN.
    float fraction(float value) const;
    float value(float fraction) const;
    /// 1 … 255 for the pyramid; 0 for NaN.
    std::uint8_t cell(float value) const;
    bool operator==(const ValueScale&) const = default;
};

/// Cell of a place 0 … 1 on the bar.
std::uint8_t cellOf(float fraction);

/// Colours of the 256 cells of a pyramid from a 256-entry map; cell 0 is transparent.
std::array<QRgb, 256> cellColors(const std::vector<unsigned>& map);

/// "√", "log₁₀" or "linear", as printed on views.
QString nameOf(ValueScale::Kind kind);

/// A number for people: three significant digits, no exponent between 0.001 and 99999.
QString shortNumber(double value);

/// An end of a range: "0.5", "10", "10⁻⁴".
QString rangeNumber(double value);

} // namespace mixscope
