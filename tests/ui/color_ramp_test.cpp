#include "ui/color_ramp.h"
#include "ui/theme.h"
#include "ui/views/parts.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {

namespace {

/// Largest deviation of a ramp's lightness from a straight line between its ends.
double bend_of(const std::vector<unsigned>& ramp)
{
    const double first = lightnessOf(QColor(ramp.front())), last = lightnessOf(QColor(ramp.back()));
    double worst = 0.0;
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        const double line = first + (last - first) * double(i) / 255;
        worst = std::max(worst, std::abs(lightnessOf(QColor(ramp[i])) - line));
    }
    return worst;
}

/// CIE 1976 L*a*b* under D65, and what it is for an eye without green cones. Written apart from the
/// ramps, which are made in Oklab. Sources: CIE 15; Machado, Oliveira and Fernandes, "A
/// Physiologically-based Model for Simulation of Color Vision Deficiency", 2009 (severity 1).
struct Lab {
    double l, a, b;
};
enum class Eye { usual, deuteranope };

Lab cie_of(QRgb color, Eye eye = Eye::usual)
{
    const auto linear = [](int c8) {
        const double c = c8 / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    double r = linear(qRed(color)), g = linear(qGreen(color)), b = linear(qBlue(color));
    if (eye == Eye::deuteranope) {
        const double r0 = r, g0 = g, b0 = b;
        const auto channel = [&](double x, double y, double z) {
            return std::clamp(x * r0 + y * g0 + z * b0, 0.0, 1.0);
        };
        r = channel(0.367322, 0.860646, -0.227968);
        g = channel(0.280085, 0.672501, 0.047413);
        b = channel(-0.011820, 0.042940, 0.968881);
    }
    const auto f = [](double t) {
        return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    };
    const double x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    const double y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    const double z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

/// CIE 1976 distance; 2.3 is a just noticeable difference.
double distance(QRgb one, QRgb other, Eye eye)
{
    const Lab a = cie_of(one, eye), b = cie_of(other, eye);
    return std::hypot(a.l - b.l, a.a - b.a, a.b - b.b);
}

struct NamedRamp {
    const char* name;
    std::vector<unsigned> colors;
};

/// Every map of a theme that runs from little to much.
std::vector<NamedRamp> sequential_maps(const Theme& theme)
{
    const Palette& p = theme.palette();
    return {{"attention", theme.sequential()},    {"state", theme.sequential(p.ssm)},
            {"experts", theme.sequential(p.moe)}, {"far attention", theme.sequential(p.attn)},
            {"mlp", theme.sequential(p.mlp)},     {"ratio", theme.ratio()},
            {"half-life", halfLifeMap()}};
}

constexpr double kNoticeable = 2.3; ///< of two entries 16 apart, so of 16 steps a map
constexpr double kEndsApart = 40.0;

} // namespace

TEST(ColorRamp, SequentialMapsRunSteadilyInLightnessInEveryTheme)
{
    Theme& theme = Theme::instance();
    for (const QString& name : theme.names()) {
        theme.setTheme(name);
        for (const auto& [map, colors] : sequential_maps(theme)) {
            ASSERT_EQ(colors.size(), 256U);
            const double sign = cie_of(colors.back()).l > cie_of(colors.front()).l ? 1 : -1;
            EXPECT_GT(sign * (cie_of(colors.back()).l - cie_of(colors.front()).l), 30.0) << map;
            for (std::size_t i = 0; i + 1 < colors.size(); ++i) {
                const double step = sign * (cie_of(colors[i + 1]).l - cie_of(colors[i]).l);
                ASSERT_GE(step, 0.0) << name.toStdString() << ' ' << map << ' ' << i;
            }
        }
    }
}

TEST(ColorRamp, DivergingMapsHaveEndsOfEqualLightness)
{
    Theme& theme = Theme::instance();
    for (const QString& name : theme.names()) {
        theme.setTheme(name);
        const std::vector<unsigned>& map = theme.diverging();
        EXPECT_NEAR(cie_of(map.front()).l, cie_of(map.back()).l, 1.0) << name.toStdString();
        const double middle = cie_of(theme.palette().panel.rgb()).l;
        EXPECT_NEAR(cie_of(map[127]).l, middle, 0.6) << name.toStdString();
        EXPECT_NEAR(cie_of(map[128]).l, middle, 0.6) << name.toStdString();
        for (std::size_t i = 0; i < 128; i += 8) { // the same size looks the same for both signs
            EXPECT_NEAR(cie_of(map[i]).l, cie_of(map[255 - i]).l, 1.5)
                << name.toStdString() << ' ' << i;
        }
    }
}

TEST(ColorRamp, AnEyeWithoutGreenConesSeesEveryStepAndBothEnds)
{
    Theme& theme = Theme::instance();
    for (const QString& name : theme.names()) {
        theme.setTheme(name);
        std::vector<NamedRamp> maps = sequential_maps(theme);
        maps.push_back({"diverging", theme.diverging()});
        for (const auto& [map, colors] : maps) {
            EXPECT_GT(distance(colors.front(), colors.back(), Eye::deuteranope), kEndsApart)
                << name.toStdString() << ' ' << map;
            for (std::size_t i = 0; i + 16 < colors.size(); i += 16) {
                EXPECT_GT(distance(colors[i], colors[i + 16], Eye::deuteranope), kNoticeable)
                    << name.toStdString() << ' ' << map << ' ' << i;
            }
        }
    }
}

TEST(ColorRamp, MakesEqualStepsLookEqualInEveryTheme)
{
    Theme& theme = Theme::instance();
    for (const QString& name : theme.names()) {
        theme.setTheme(name);
        const Palette& palette = theme.palette();
        EXPECT_LT(bend_of(theme.sequential()), 0.012)
            << name.toStdString(); // 8-bit steps, gamut edge
        EXPECT_LT(bend_of(theme.sequential(palette.ssm)), 0.012) << name.toStdString();
        EXPECT_LT(bend_of(theme.ratio()), 0.012);
        EXPECT_EQ(QColor(theme.sequential().front()), palette.map[0]);
        EXPECT_EQ(QColor(theme.sequential().back()), palette.map[3]);
    }
}

TEST(ColorRamp, DivergesFromThePanelInEveryTheme)
{
    Theme& theme = Theme::instance();
    for (const QString& name : theme.names()) {
        theme.setTheme(name);
        const std::vector<unsigned>& ramp = theme.diverging();
        EXPECT_EQ(QColor(ramp.front()), theme.palette().neg);
        EXPECT_EQ(QColor(ramp.back()), theme.palette().pos);
        const double middle = lightnessOf(theme.palette().panel);
        EXPECT_NEAR(lightnessOf(QColor(ramp[127])), middle, 0.01);
        for (std::size_t i = 0; i < 127; ++i) { // each half runs steadily to the middle
            EXPECT_LE(std::abs(lightnessOf(QColor(ramp[i + 1])) - middle),
                      std::abs(lightnessOf(QColor(ramp[i])) - middle) + 0.004);
        }
    }
}

TEST(Theme, KeepsTextReadableOnEverySurface)
{
    const auto luminance = [](QColor color) {
        const auto linear = [](double c) {
            return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
            + 0.0722 * linear(color.blueF());
    };
    const auto contrast = [&](QColor a, QColor b) {
        const double x = luminance(a), y = luminance(b);
        return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
    };
    Theme& theme = Theme::instance();
    for (const QString& name : theme.names()) {
        theme.setTheme(name);
        const Palette& p = theme.palette();
        for (const QColor& surface : {p.bg, p.panel, p.raised, p.user}) {
            EXPECT_GE(contrast(p.text, surface), 7.0) << name.toStdString();
            EXPECT_GE(contrast(p.muted, surface), 4.5) << name.toStdString();
        }
        EXPECT_GE(contrast(p.accent, p.panel), 3.0) << name.toStdString();
    }
}

} // namespace mixscope
