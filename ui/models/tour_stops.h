#pragma once

#include <QString>

#include <vector>

namespace mixscope {

class RunStore;

/// The moment of a reply that the tour shows: a token and the earlier one it looks at most.
struct TourMoment {
    int layer = -1; ///< -1: none has been found
    int head = 0;
    int query = 0; ///< a token of the reply
    int key = 0; ///< a token of the question
    double weight = 0.0; ///< of the key, 0 … 1
    bool sought = false; ///< it is the word after which the name comes; no other need be waited for
    bool found() const { return layer >= 0; }
};

/// One stop: what it is about, where it points, what it says.
struct TourStop {
    const char* title;
    const char* anchor; ///< accessible name of the control or view
    const char* view; ///< id of the tab it needs, nullptr: any
    QString (*text)(const RunStore& store, const TourMoment& moment);
};

const std::vector<TourStop>& tourStops();
/// What the tour asks, for the person.
QString tourQuestion();
/// The clearest look back from the reply into the question (message `question`) in one layer:
/// from the word after which the name must come, if the reply has it, else the heaviest of all.
/// Not found while no weight is above a half.
TourMoment tourMoment(const RunStore& store, int layer, int question);

} // namespace mixscope
