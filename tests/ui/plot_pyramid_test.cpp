#include "tests/ui/view_data.h"
#include "ui/plot/pyramid.h"
#include "ui/plot/tile_image.h"
#include "ui/plot/value_scale.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <vector>

namespace mixscope {
namespace {

using Cells = std::vector<std::uint8_t>;

Cells copy(std::span<const std::uint8_t> line)
{
    return {line.begin(), line.end()};
}

/// Grey by value, so that a pixel tells its cell.
std::array<QRgb, 256> grey()
{
    std::array<QRgb, 256> colors {};
    for (int i = 1; i < 256; ++i)
        colors[std::size_t(i)] = qRgb(i, i, i);
    return colors;
}

constexpr QRgb kHatch = qRgb(255, 0, 0);

TEST(Pyramid, PoolsTwoByTwoByMaximum)
{
    Pyramid pyramid(Pyramid::Pool::lines_and_cells);
    pyramid.setLine(0, Cells {1, 9, 3});
    pyramid.setLine(1, Cells {4, 2, 5, 7});
    EXPECT_EQ(copy(pyramid.line(1, 0)), (Cells {9, 7}));
    EXPECT_EQ(copy(pyramid.line(2, 0)), (Cells {9}));
}

TEST(Pyramid, LanesKeepTheirRows)
{
    Pyramid pyramid(Pyramid::Pool::lines);
    pyramid.setLine(0, Cells {1, 9});
    pyramid.setLine(1, Cells {4, 2});
    EXPECT_EQ(copy(pyramid.line(1, 0)), (Cells {4, 9}));
}

TEST(Pyramid, NothingLosesAgainstTheSmallestValue)
{
    Pyramid pyramid(Pyramid::Pool::lines_and_cells);
    pyramid.setLine(0, Cells {0, 0});
    pyramid.setLine(1, Cells {0, 1});
    EXPECT_EQ(copy(pyramid.line(1, 0)), (Cells {1}));
}

TEST(Pyramid, ChangedLinesGiveTheSameLevelsAsABuildFromScratch)
{
    const auto line = [](int index, int version) {
        Cells cells;
        for (int i = 0; i <= index; ++i) {
            cells.push_back(std::uint8_t(1 + 254 * view_data::noise(index, i, version)));
        }
        return cells;
    };
    Pyramid grown(Pyramid::Pool::lines_and_cells), fresh(Pyramid::Pool::lines_and_cells);
    for (int i = 0; i < 90; ++i)
        grown.setLine(i, line(i, 1));
    grown.truncate(37);
    EXPECT_EQ(grown.lines(), 37);
    for (int i = 37; i < 70; ++i)
        grown.setLine(i, line(i, 2));
    grown.setLine(5, line(5, 3)); // a row that came later
    for (int i = 0; i < 70; ++i)
        fresh.setLine(i, line(i, i == 5 ? 3 : i < 37 ? 1 : 2));
    for (int level = 0; level < Pyramid::kLevels; ++level) {
        ASSERT_EQ(grown.lines(level), fresh.lines(level)) << "level " << level;
        for (int i = 0; i < fresh.lines(level); ++i) {
            EXPECT_EQ(copy(grown.line(level, i)), copy(fresh.line(level, i)))
                << "level " << level << " line " << i;
        }
    }
}

TEST(TileImage, CellsLieWhereTheyBelong)
{
    Pyramid pyramid(Pyramid::Pool::lines_and_cells);
    pyramid.setLine(0, Cells {10});
    pyramid.setLine(1, Cells {20, 30});
    const TileWindow window {.cells = {0, 0, 2, 2}, .pixels = {8, 8}};
    const QImage image = renderTiles(pyramid, window, grey(), kHatch);
    EXPECT_EQ(tilePooling(pyramid, window), TilePooling {});
    EXPECT_EQ(qRed(image.pixel(1, 1)), 10);
    EXPECT_EQ(qRed(image.pixel(1, 6)), 20);
    EXPECT_EQ(qRed(image.pixel(6, 6)), 30);
    EXPECT_EQ(qAlpha(image.pixel(6, 1)), 0) << "the future of an attention row is not drawn";
}

TEST(TileImage, LanesRunToTheRight)
{
    Pyramid pyramid(Pyramid::Pool::lines);
    pyramid.setLine(0, Cells {10, 11});
    pyramid.setLine(1, Cells {20, 21});
    const QImage image =
        renderTiles(pyramid, {.cells = {0, 0, 2, 2}, .pixels = {8, 8}, .lines = Qt::Horizontal},
                    grey(), kHatch);
    EXPECT_EQ(qRed(image.pixel(1, 1)), 10);
    EXPECT_EQ(qRed(image.pixel(1, 6)), 11);
    EXPECT_EQ(qRed(image.pixel(6, 1)), 20);
    EXPECT_EQ(qRed(image.pixel(6, 6)), 21);
}

TEST(TileImage, OneBrightCellOfAMillionSurvivesAnyZoom)
{
    constexpr int kTokens = 1024;
    Pyramid pyramid(Pyramid::Pool::lines_and_cells);
    for (int i = 0; i < kTokens; ++i) {
        Cells cells(std::size_t(i) + 1, 1);
        if (i == 777) cells[123] = 255;
        pyramid.setLine(i, cells);
    }
    for (const int side : {1000, 512, 300, 77, 16}) {
        const TileWindow window {.cells = {0, 0, kTokens, kTokens}, .pixels = {side, side}};
        const QImage image = renderTiles(pyramid, window, grey(), kHatch);
        int bright = 0;
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x)
                bright += qRed(image.pixel(x, y)) == 255;
        }
        EXPECT_GE(bright, 1) << side << " pixels";
        EXPECT_GE(tilePooling(pyramid, window).x * side, kTokens)
            << "the stated pooling covers all cells";
    }
}

TEST(TileImage, WhatWasNotCapturedIsHatched)
{
    Pyramid pyramid(Pyramid::Pool::lines_and_cells);
    pyramid.setLine(0, Cells {0});
    const QImage image =
        renderTiles(pyramid, {.cells = {0, 0, 1, 1}, .pixels = {28, 28}}, grey(), kHatch);
    int hatch = 0, clear = 0;
    for (int y = 0; y < 28; ++y) {
        for (int x = 0; x < 28; ++x) {
            hatch += image.pixel(x, y) == kHatch;
            clear += qAlpha(image.pixel(x, y)) == 0;
        }
    }
    EXPECT_EQ(hatch, 28 * 28 / 7);
    EXPECT_EQ(hatch + clear, 28 * 28);
}

TEST(ValueScale, RootPutsAQuarterAtTheMiddle)
{
    const ValueScale scale {ValueScale::Kind::root, 0.0F, 1.0F};
    EXPECT_FLOAT_EQ(scale.fraction(0.25F), 0.5F);
    EXPECT_FLOAT_EQ(scale.value(0.5F), 0.25F);
}

TEST(ValueScale, LogClipsAtItsFloor)
{
    const ValueScale scale {ValueScale::Kind::log, 1e-4F, 1.0F};
    EXPECT_FLOAT_EQ(scale.fraction(0.0F), 0.0F);
    EXPECT_NEAR(scale.fraction(1e-2F), 0.5F, 1e-6F);
    EXPECT_EQ(scale.cell(1e-9F), 1) << "below the floor is still a value";
}

TEST(ValueScale, UnknownIsNoCell)
{
    EXPECT_EQ(ValueScale {}.cell(std::nanf("")), 0);
    EXPECT_EQ(ValueScale {}.cell(0.0F), 1);
    EXPECT_EQ(ValueScale {}.cell(1.0F), 255);
    EXPECT_EQ(ValueScale {}.cell(7.0F), 255);
}

TEST(ValueScale, NumbersAreShortAndExact)
{
    EXPECT_EQ(shortNumber(0.04031), "0.0403");
    EXPECT_EQ(shortNumber(1312.4), "1312");
    EXPECT_EQ(shortNumber(std::nan("")), QStringLiteral("–"));
    EXPECT_EQ(rangeNumber(1e-4), QStringLiteral("10⁻⁴"));
    EXPECT_EQ(rangeNumber(1e5), QStringLiteral("10⁵"));
    EXPECT_EQ(rangeNumber(0.5), "0.5");
}

} // namespace
} // namespace mixscope
