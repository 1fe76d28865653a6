#pragma once

namespace mixscope {

/// Which part of the token axis the timeline shows. Whole until a person zooms; a zoomed window
/// stays where it is, or goes along with the newest token while that is followed. No widgets.
class TimelineAxis {
public:
    double first() const { return first_; }
    double span() const { return span_; } ///< tokens across
    bool zoomed() const { return zoomed_; }
    /// Shows the same part of the axis.
    bool operator==(const TimelineAxis& other) const
    {
        return first_ == other.first_ && span_ == other.span_;
    }

    /// There are so many tokens now. `follow`: the newest one must be in sight.
    void setTokens(int tokens, bool follow);
    /// Fewer tokens across for a factor above 1, with the place under `around` staying there.
    void zoom(double around, double factor);
    void pan(double tokens);
    void show(int first, int last); ///< both in sight, with a little room
    void reveal(int token); ///< moves as little as needed
    void fit();

private:
    double extent() const;
    void clamp();

    double first_ = 0.0;
    double span_ = 64.0;
    int tokens_ = 0;
    bool zoomed_ = false;
};

} // namespace mixscope
