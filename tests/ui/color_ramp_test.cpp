#include "ui/color_ramp.h"
#include "ui/theme.h"

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

} // namespace

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
