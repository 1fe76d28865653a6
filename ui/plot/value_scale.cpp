#include "ui/plot/value_scale.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

float ValueScale::fraction(float value) const
{
    if (std::isnan(value)) return value;
    const float v = std::clamp(value, low, high);
    if (high <= low) return 0.0F;
    switch (kind) {
    case Kind::root:
        return std::sqrt((v - low) / (high - low));
    case Kind::log:
        return std::log(v / low) / std::log(high / low);
    case Kind::linear:
        break;
    }
    return (v - low) / (high - low);
}

float ValueScale::value(float fraction) const
{
    switch (kind) {
    case Kind::root:
        return low + fraction * fraction * (high - low);
    case Kind::log:
        return low * std::pow(high / low, fraction);
    case Kind::linear:
        break;
    }
    return low + fraction * (high - low);
}

std::uint8_t ValueScale::cell(float value) const
{
    return cellOf(fraction(value));
}

std::uint8_t cellOf(float fraction)
{
    if (std::isnan(fraction)) return 0;
    return std::uint8_t(1.5F + 254.0F * std::clamp(fraction, 0.0F, 1.0F));
}

std::array<QRgb, 256> cellColors(const std::vector<unsigned>& map)
{
    std::array<QRgb, 256> colors {};
    for (std::size_t cell = 1; cell < colors.size(); ++cell) {
        colors[cell] = map[(cell - 1) * (map.size() - 1) / 254];
    }
    return colors;
}

QString nameOf(ValueScale::Kind kind)
{
    switch (kind) {
    case ValueScale::Kind::root:
        return QStringLiteral("√");
    case ValueScale::Kind::log:
        return QStringLiteral("log₁₀");
    case ValueScale::Kind::linear:
        break;
    }
    return QStringLiteral("linear");
}

QString shortNumber(double value)
{
    if (std::isnan(value)) return QStringLiteral("–");
    const double size = std::abs(value);
    if (size == 0.0) return QStringLiteral("0");
    if (size < 0.001 || size >= 99999.5) return QString::number(value, 'e', 1);
    const int digits = std::clamp(2 - int(std::floor(std::log10(size))), 0, 5);
    return QString::number(value, 'f', digits);
}

QString rangeNumber(double value)
{
    const double power = value > 0 ? std::log10(value) : 0.0;
    if (std::abs(power) < 3.5 || std::abs(power - std::round(power)) > 1e-4) {
        return QString::number(value, 'g', 3);
    }
    static const QString kDigits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = QStringLiteral("10");
    if (power < 0) text += QChar(0x207B);
    for (const QChar digit : QString::number(std::abs(int(std::round(power))))) {
        text += kDigits[digit.digitValue()];
    }
    return text;
}

} // namespace mixscope
