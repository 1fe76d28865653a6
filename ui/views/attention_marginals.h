#pragma once

#include "ui/plot/value_scale.h"

#include <QRectF>

class QPainter;

namespace mixscope {

class AttentionPicture;
struct PlotMap;

/// Entropy of each row as bars to the right, on the rows of the map: mean over the rows under a
/// pixel, 0 … `bits`. Rows that are not kept have none.
void paintRowEntropy(QPainter& painter, const PlotMap& map, const QRectF& strip,
                     const AttentionPicture& picture, double bits);

/// Mean weight that each key received as bars upwards, on the columns of the map: the largest of
/// the keys under a pixel, on receivedScale().
void paintReceived(QPainter& painter, const PlotMap& map, const QRectF& strip,
                   const AttentionPicture& picture);

/// Means of many keys are small and the first key's is not: logarithmic, 10⁻⁴ … 1.
ValueScale receivedScale();

/// Height of the entropy scale: the most that a row of so many keys can have, in bits.
double mostEntropyBits(double keys);

} // namespace mixscope
