#include "ui/theme.h"

#include <cmath>
#include <gtest/gtest.h>

namespace mixscope {

namespace {

/// Relative luminance and contrast as WCAG 2 defines them.
double luminance(QColor color)
{
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF());
}

double contrast(QColor a, QColor b)
{
    const double light = std::max(luminance(a), luminance(b)),
                 dark = std::min(luminance(a), luminance(b));
    return (light + 0.05) / (dark + 0.05);
}

struct Role {
    const char* name;
    QColor Palette::*color;
};

class ThemeContrast : public testing::TestWithParam<const char*> {
protected:
    ThemeContrast() { Theme::instance().setTheme(GetParam()); }
    ~ThemeContrast() override { Theme::instance().setTheme("dark"); }
    static void expectOn(const Role& role, const Role& ground, double least)
    {
        const Palette& colors = Theme::instance().palette();
        EXPECT_GE(contrast(colors.*role.color, colors.*ground.color), least)
            << role.name << " on " << ground.name;
    }
};

constexpr Role kBg {"bg", &Palette::bg}, kPanel {"panel", &Palette::panel},
    kRaised {"raised", &Palette::raised}, kUser {"user", &Palette::user},
    kAccent {"accent", &Palette::accent}, kWarn {"warn", &Palette::warn};

} // namespace

TEST(Contrast, IsTwentyOneBetweenBlackAndWhite)
{
    EXPECT_NEAR(contrast(Qt::black, Qt::white), 21.0, 1e-9);
    EXPECT_NEAR(contrast(QColor("#777777"), Qt::white), 4.48, 0.01);
}

TEST_P(ThemeContrast, LetsAllTextBeRead)
{
    for (const Role& ground : {kBg, kPanel, kRaised}) {
        for (const Role& role :
             {Role {"text", &Palette::text}, Role {"muted", &Palette::muted},
              Role {"faint", &Palette::faint}, Role {"ok", &Palette::ok}, kWarn, kAccent})
            expectOn(role, ground, 4.5);
    }
    expectOn({"text", &Palette::text}, kUser, 4.5);
    expectOn({"muted", &Palette::muted}, kUser, 4.5);
    expectOn(kBg, kAccent, 4.5); // words on a filled button
    expectOn(kBg, kWarn, 4.5); // the number of the playhead
}

TEST_P(ThemeContrast, LetsAllGraphicsBeSeen)
{
    for (const Role& role :
         {Role {"attn", &Palette::attn}, Role {"ssm", &Palette::ssm}, Role {"moe", &Palette::moe},
          Role {"mlp", &Palette::mlp}, Role {"io", &Palette::io}, Role {"neg", &Palette::neg},
          Role {"pos", &Palette::pos}})
        expectOn(role, kPanel, 3.0);
}

INSTANTIATE_TEST_SUITE_P(All, ThemeContrast, testing::Values("dark", "light", "projector"));

} // namespace mixscope
