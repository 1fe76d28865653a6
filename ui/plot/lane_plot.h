#pragma once

#include "ui/plot/plot_area.h"
#include "ui/plot/pyramid.h"
#include "ui/plot/tile_image.h"
#include "ui/plot/value_scale.h"

#include <QStringList>

#include <array>
#include <span>
#include <vector>

namespace mixscope {

/// Some rows of a LanePlot that belong together: one layer, or one gate of all heads.
struct LaneBand {
    enum class Style {
        heat, ///< a row of coloured cells for each value
        stairs ///< staircase lines in one frame, for a few rows
    };
    QString title;
    QString kind; ///< glyph beside the title, empty for none
    int rows = 1;
    std::vector<unsigned> map; ///< 256 colours
    ValueScale scale; ///< locked by the owner
    Style style = Style::heat;
    double tall = 0.0; ///< height in rows of the plot; 0: as many as it has

    double height() const { return tall > 0.0 ? tall : rows; }
};

/// Lanes over tokens: bands of rows, each band with its own colours and locked range, printed at
/// the right. Holds cells, not numbers: a function gives the values of a token.
class LanePlot : public PlotArea {
    Q_OBJECT
public:
    /// Values of all rows at a token; NaN where nothing was captured.
    using Fill = std::function<void(int token, std::span<float> values)>;

    LanePlot(const QString& accessibleName, PlotAxes axes, QWidget* parent);

    /// Other bands or scales; void what was drawn.
    void setBands(std::vector<LaneBand> bands);
    const std::vector<LaneBand>& bands() const { return bands_; }
    /// Draws tokens from `firstChanged` on, and what was not drawn yet, at most `budget` of them.
    /// True when nothing is left to do.
    bool update(int firstChanged, int tokens, const Fill& fill, int budget);
    /// Outlined band, -1: none; outlined row in every band, -1: none.
    void setFocus(int band, int row);
    /// One short text for each band, printed beside a token; empty: none.
    void setReadings(int token, QStringList readings);
    const QStringList& readings() const { return readings_; }
    TilePooling pooling() const;
    /// Where a row is drawn, for one token, in this widget's coordinates.
    QRectF cellRect(int band, int row, int token) const;

Q_SIGNALS:
    void tokenHovered(int token); ///< -1: the mouse has left
    void cellClicked(int band, int row, int token);

private:
    struct Place {
        int band;
        int row;
    };
    Place placeAt(double y) const;
    double bandTop(int band) const;
    double bandGap() const;
    int rows() const;
    void paintBands(QPainter& painter, const PlotMap& map) const;
    void paintStairs(QPainter& painter, const PlotMap& map, int band, int firstRow) const;
    void paintReadings(QPainter& painter, const PlotMap& map) const;
    void paintRange(QPainter& painter, const QRectF& box, const LaneBand& band) const;
    void paintTitles(QPainter& painter, const PlotMap& map) const;
    void paintMarks(QPainter& painter, const PlotMap& map) const;
    QRectF bandRect(const PlotMap& map, int band) const;

    std::vector<LaneBand> bands_;
    std::vector<std::array<QRgb, 256>> colors_; ///< by band
    QStringList readings_; ///< by band
    Pyramid cells_ {Pyramid::Pool::lines};
    int tokens_ = 0;
    int focusBand_ = -1;
    int focusRow_ = -1;
    int readToken_ = -1;
};

} // namespace mixscope
