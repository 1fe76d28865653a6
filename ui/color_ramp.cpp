#include "ui/color_ramp.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mixscope {

namespace {

struct Lab {
    double l, a, b;
};

double linearOf(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

int encoded(double linear)
{
    const double c = std::clamp(linear, 0.0, 1.0);
    return int(
        std::lround(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055)));
}

Lab labOf(QColor color)
{
    const double r = linearOf(color.redF()), g = linearOf(color.greenF()),
                 b = linearOf(color.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

unsigned rgbOf(const Lab& lab)
{
    const double l = std::pow(lab.l + 0.3963377774 * lab.a + 0.2158037573 * lab.b, 3);
    const double m = std::pow(lab.l - 0.1055613458 * lab.a - 0.0638541728 * lab.b, 3);
    const double s = std::pow(lab.l - 0.0894841775 * lab.a - 1.2914855480 * lab.b, 3);
    return qRgb(encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

double luminanceOf(unsigned color)
{
    const auto linear = [](int channel) { return linearOf(channel / 255.0); };
    return 0.2126729 * linear(qRed(color)) + 0.7151522 * linear(qGreen(color))
        + 0.0721750 * linear(qBlue(color));
}

/// Rounding to 8 bits can undo a small step of lightness: green, which carries most of it, makes up.
void makeSteady(std::vector<unsigned>& ramp)
{
    const bool rising = luminanceOf(ramp.back()) > luminanceOf(ramp.front());
    for (std::size_t i = 1; i < ramp.size(); ++i) {
        const auto wrong = [&] {
            const double before = luminanceOf(ramp[i - 1]), now = luminanceOf(ramp[i]);
            return rising ? now < before : now > before;
        };
        while (wrong()) {
            const int green = qGreen(ramp[i]) + (rising ? 1 : -1);
            if (green < 0 || green > 255) break;
            ramp[i] = qRgb(qRed(ramp[i]), green, qBlue(ramp[i]));
        }
    }
}

Lab mix(const Lab& from, const Lab& to, double part)
{
    return {std::lerp(from.l, to.l, part), std::lerp(from.a, to.a, part),
            std::lerp(from.b, to.b, part)};
}

} // namespace

double lightnessOf(QColor color)
{
    return labOf(color).l;
}

std::vector<unsigned> uniformRamp(std::span<const QColor> stops)
{
    std::vector<Lab> labs(stops.size());
    std::transform(stops.begin(), stops.end(), labs.begin(), labOf);
    const double first = labs.front().l, last = labs.back().l;
    std::vector<unsigned> ramp(256);
    std::size_t segment = 0;
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        const double lightness = std::lerp(first, last, double(i) / 255);
        const auto beyond = [&](double end) {
            return last > first ? lightness > end : lightness < end;
        };
        while (segment + 2 < labs.size() && beyond(labs[segment + 1].l))
            ++segment;
        const Lab& from = labs[segment];
        const Lab& to = labs[segment + 1];
        const double part = to.l == from.l ? 0.0 : (lightness - from.l) / (to.l - from.l);
        ramp[i] = rgbOf(mix(from, to, std::clamp(part, 0.0, 1.0)));
    }
    makeSteady(ramp);
    return ramp;
}

std::vector<unsigned> divergingRamp(QColor low, QColor middle, QColor high)
{
    const Lab center = labOf(middle);
    std::vector<unsigned> ramp(256);
    for (int i = 0; i < 256; ++i) {
        const double at = (i - 127.5) / 127.5;
        ramp[std::size_t(i)] = rgbOf(mix(center, labOf(at < 0 ? low : high), std::abs(at)));
    }
    return ramp;
}

} // namespace mixscope
