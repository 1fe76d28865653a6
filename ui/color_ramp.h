#pragma once

#include <QColor>

#include <span>
#include <vector>

namespace mixscope {

/// 256 colours (0xffRRGGBB) through the given stops, interpolated in Oklab with lightness linear
/// in the index: equal steps of the value look like equal steps. Stops must get steadily lighter
/// or steadily darker. Source: B. Ottosson, "A perceptual color space for image processing", 2020.
std::vector<unsigned> uniformRamp(std::span<const QColor> stops);

/// 256 colours from `low` over `middle` to `high`, each half interpolated in Oklab.
std::vector<unsigned> divergingRamp(QColor low, QColor middle, QColor high);

/// Oklab lightness of a colour, 0 (black) … 1 (white).
double lightnessOf(QColor color);

} // namespace mixscope
