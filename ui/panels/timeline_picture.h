#pragma once

#include "ui/models/timeline_axis.h"
#include "ui/models/timeline_model.h"

#include <QImage>
#include <QSize>

#include <array>
#include <vector>

namespace mixscope {

/// The lanes of the timeline as an image. Draws columns of pixels: one token each, or, where many
/// tokens share a pixel, their maximum (times: their mean). While nothing but new tokens has come,
/// only the columns they touch are drawn again. UI thread only.
class TimelinePicture {
public:
    enum Lane { role, surprise, times, change, far, router, kLanes };
    struct Strip {
        int top = 0;
        int height = 0; ///< 0: the model has no such lane
    };
    static constexpr double kSurpriseBits = 12.0; ///< a full bar

    explicit TimelinePicture(const TimelineModel& model)
        : model_(model)
    {
    }

    /// Where the lanes lie in so many logical pixels.
    void layOut(QSize size, double device);
    const Strip& strip(int lane) const { return strips_[std::size_t(lane)]; }
    /// All of the picture is out of date.
    void invalidate() { whole_ = true; }
    /// Brings the picture up to date from a token on.
    void draw(const TimelineAxis& axis, int firstChanged);
    const QImage& image() const { return image_; }
    /// Number of pixel columns the last draw() touched: what it cost.
    int drawnColumns() const { return drawnColumns_; }

private:
    struct Columns {
        int from, to; ///< pixels
    };
    struct Tokens {
        int first, last; ///< last is not included
    };
    using Colors = std::vector<unsigned>;
    void readColors();
    void drawBars(Columns at, Tokens tokens);
    void drawHeat(Columns at, Tokens tokens);
    void drawTimes(Columns at, Tokens tokens);
    template <class Part>
    void drawRows(Lane lane, Columns at, Tokens tokens, const TimelineModel::Rows& rows,
                  const Colors& colors, Part part);
    void hatch(Columns at);
    void fill(Columns at, double top, double bottom, QRgb color);

    const TimelineModel& model_;
    std::array<Strip, kLanes> strips_;
    QImage image_;
    TimelineAxis axis_;
    Colors changeColors_, farColors_, routerColors_;
    double scaleMs_ = 0.0;
    double device_ = 1.0;
    bool whole_ = true;
    int drawnColumns_ = 0;
};

} // namespace mixscope
