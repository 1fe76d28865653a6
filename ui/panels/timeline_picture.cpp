#include "ui/panels/timeline_picture.h"

#include "ui/theme.h"

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

/// How high a lane is: at least, and what part of the room left over it takes.
struct Height {
    int least;
    int share;
};
constexpr std::array<Height, TimelinePicture::kLanes> kHeights {{
    {13, 0}, // role
    {13, 3}, // surprise
    {15, 4}, // times
    {14, 5}, // change
    {11, 2}, // far
    {11, 2}, // router
}};
constexpr int kMarks = 12; // room above the lanes for pins
constexpr int kGap = 4;
constexpr int kTallest = 3; // times the least height

} // namespace

void TimelinePicture::layOut(QSize size, double device)
{
    const Theme& theme = Theme::instance();
    std::array<bool, kLanes> there {true,
                                    true,
                                    true,
                                    model_.change().count() > 0,
                                    model_.far().count() > 0,
                                    model_.router().count() > 0};
    const auto sum = [&](auto part) {
        int total = 0;
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            total += there[lane] ? part(kHeights[lane]) : 0;
        return total;
    };
    const auto withGap = [&theme](const Height& lane) {
        return theme.px(lane.least) + theme.px(kGap);
    };
    // A low strip leaves out the last lanes.
    for (std::size_t last = kLanes; last-- > change;) {
        if (theme.px(kMarks) + sum(withGap) > size.height()) there[last] = false;
    }
    const int least = theme.px(kMarks) + sum(withGap);
    const int shares = sum([](const Height& lane) { return lane.share; });
    const int room = std::max(0, size.height() - least);
    int top = theme.px(kMarks);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        strips_[lane] = {};
        if (!there[lane]) continue;
        const int lowest = theme.px(kHeights[lane].least);
        const int height =
            std::min(lowest + room * kHeights[lane].share / std::max(1, shares), lowest * kTallest);
        strips_[lane] = {top, height};
        top += height + theme.px(kGap);
    }
    device_ = device;
    image_ = QImage(std::max(1, int(size.width() * device)),
                    std::max(1, int(size.height() * device)), QImage::Format_RGB32);
    image_.setDevicePixelRatio(device);
    whole_ = true;
}

void TimelinePicture::readColors()
{
    const Theme& theme = Theme::instance();
    changeColors_ = theme.sequential(theme.palette().ssm);
    farColors_ = theme.sequential(theme.palette().attn);
    routerColors_ = theme.sequential(theme.palette().moe);
}

void TimelinePicture::draw(const TimelineAxis& axis, int firstChanged)
{
    drawnColumns_ = 0;
    if (image_.isNull()) return;
    if (axis != axis_ || scaleMs_ != model_.scaleMs()) whole_ = true;
    axis_ = axis;
    scaleMs_ = model_.scaleMs();
    if (whole_) {
        readColors();
        firstChanged = 0;
    }
    const double cell = image_.width() / axis.span();
    const auto pixel = [&](int token) { return int(std::floor((token - axis.first()) * cell)); };
    const int from = whole_ ? 0 : std::clamp(pixel(firstChanged), 0, image_.width());
    whole_ = false;
    fill({from, image_.width()}, 0, image_.height(), Theme::instance().palette().panel.rgb());
    const int end = std::min(model_.tokens(), int(std::ceil(axis.first() + axis.span())));
    if (cell >= 1.0) { // a cell for every token, a gap where there is room for one
        for (int t = std::max(firstChanged, int(axis.first())); t < end; ++t) {
            const int gap = cell >= 4.0 * device_ ? int(std::ceil(device_)) : 0;
            drawBars({pixel(t), pixel(t + 1) - gap}, {t, t + 1});
            drawHeat({pixel(t), pixel(t + 1)}, {t, t + 1});
        }
    } else {
        for (int x = from; x < image_.width(); ++x) {
            const int first = int(axis.first() + x / cell);
            const int last = std::min(int(axis.first() + (x + 1) / cell), end);
            if (first >= last) continue;
            drawBars({x, x + 1}, {first, last});
            drawHeat({x, x + 1}, {first, last});
        }
    }
    drawnColumns_ = image_.width() - from;
}

void TimelinePicture::fill(Columns at, double top, double bottom, QRgb color)
{
    const int from = std::clamp(at.from, 0, image_.width()),
              to = std::clamp(at.to, from, image_.width());
    const int y1 = std::min(int(std::lround(bottom)), image_.height());
    for (int y = std::max(0, int(std::lround(top))); y < y1; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image_.scanLine(y));
        std::fill(line + from, line + to, color);
    }
}

void TimelinePicture::drawBars(Columns at, Tokens tokens)
{
    float highest = 0.0F;
    for (int t = tokens.first; t < tokens.last; ++t)
        highest = std::max(highest, model_.token(t).surprise);
    const Strip bits = strip(surprise);
    const double bottom = bits.top + bits.height;
    const double tall = std::min(1.0, double(highest) / kSurpriseBits) * bits.height;
    fill(at, device_ * (bottom - tall), device_ * bottom, Theme::instance().palette().warn.rgb());
    drawTimes(at, tokens);
}

void TimelinePicture::drawHeat(Columns at, Tokens tokens)
{
    drawRows(change, at, tokens, model_.change(), changeColors_,
             [this](int row, float value) { return model_.changePart(row, value); });
    const auto same = [](int, float value) { return value; };
    drawRows(far, at, tokens, model_.far(), farColors_, same);
    drawRows(router, at, tokens, model_.router(), routerColors_, same);
    bool shed = false;
    for (int t = tokens.first; t < tokens.last; ++t)
        shed = shed || model_.token(t).shed;
    if (shed) hatch(at);
}

void TimelinePicture::drawTimes(Columns at, Tokens tokens)
{
    if (scaleMs_ <= 0.0) return;
    const Palette& colors = Theme::instance().palette();
    const QColor kinds[] = {colors.attn, colors.ssm, colors.mlp};
    const Strip lane = strip(times);
    const double floor = lane.top + lane.height;
    double bottom = 0.0; // mean of the tokens in a column, stacked by kind of layer
    for (int kind = 0; kind < TimelineModel::kKinds; ++kind) {
        double mean = 0.0;
        for (int t = tokens.first; t < tokens.last; ++t)
            mean += double(model_.token(t).ms[std::size_t(kind)]);
        const double top = std::min(1.0, bottom + mean / (tokens.last - tokens.first) / scaleMs_);
        fill(at, device_ * (floor - top * lane.height), device_ * (floor - bottom * lane.height),
             kinds[kind].rgb());
        bottom = top;
    }
    if (bottom >= 1.0) // longer than the lane is high
        fill(at, device_ * lane.top, device_ * (lane.top + 2), colors.warn.rgb());
}

template <class Part>
void TimelinePicture::drawRows(Lane lane, Columns at, Tokens tokens,
                               const TimelineModel::Rows& rows, const Colors& colors, Part part)
{
    const Strip where = strip(lane);
    const double height = device_ * where.height / std::max(1, rows.count());
    for (int row = 0; row < rows.count(); ++row) {
        const std::vector<float>& values = rows.values[std::size_t(row)];
        float highest = std::nanf("");
        for (int t = tokens.first; t < tokens.last; ++t)
            highest = std::fmax(highest, values[std::size_t(t)]);
        if (std::isnan(highest)) continue;
        const int shade = std::clamp(int(std::lround(255.0F * part(row, highest))), 0, 255);
        const double top = device_ * where.top + row * height;
        fill(at, top, top + height, colors[std::size_t(shade)]);
    }
}

void TimelinePicture::hatch(Columns at)
{
    const QRgb color = Theme::instance().palette().faint.rgb();
    const Strip first = strip(change).height > 0 ? strip(change) : strip(times);
    const int top = int(device_ * first.top), step = int(std::ceil(4 * device_));
    for (int y = top; y < image_.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(image_.scanLine(y));
        for (int x = std::max(0, at.from); x < std::min(at.to, image_.width()); ++x) {
            if ((x + y) % step == 0) line[x] = color;
        }
    }
}

} // namespace mixscope
