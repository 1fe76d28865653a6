#include "ui/models/tour_stops.h"

#include "ui/models/run_store.h"
#include "ui/models/status_text.h"
#include "ui/models/token_text.h"

#include <QCoreApplication>

#include <algorithm>

namespace mixscope {

namespace {

constexpr double kClear = 0.5; // of a row's weight on one token
constexpr const char* kBeforeName = "named";

QString say(const char* text)
{
    return QCoreApplication::translate("Tour", text);
}

QString word(const RunStore& store, int token)
{
    return QString::fromStdString(store.token(token).text).trimmed();
}

QString named(const RunStore& store, int token)
{
    return tokenInline(store.token(token));
}

QString writes(const RunStore&, const TourMoment&)
{
    return say("“%1” was asked for you. The model answers token by token; a token is a word or a "
               "part of one. Nothing is prepared: it runs on this machine, now.")
        .arg(tourQuestion());
}

QString freezes(const RunStore& store, const TourMoment& moment)
{
    return say("Each column is a token, from the first to the newest. The tour has frozen all "
               "views on “%1”, number %2. Click or drag here to freeze another.")
        .arg(named(store, moment.query))
        .arg(moment.query);
}

QString looks(const RunStore& store, const TourMoment& moment)
{
    return say("One row for each token, one column for each earlier one. In layer %1, head %2, "
               "“%3” puts %4 % of its weight on “%5” of the question. The text in the chat is "
               "tinted with the same numbers.")
        .arg(moment.layer)
        .arg(moment.head)
        .arg(named(store, moment.query), QString::number(100.0 * moment.weight, 'f', 0),
             named(store, moment.key));
}

QString keeps(const RunStore& store, const TourMoment&)
{
    const ModelInfo& model = *store.model();
    const auto states = std::count_if(model.layers.begin(), model.layers.end(),
                                      [](const LayerInfo& layer) { return layer.has_state(); });
    return say("%1 of the %2 layers cannot look back. Each keeps a state that never grows, %3 in "
               "all, and every token changes it. The lanes show how large it is and how much each "
               "token changed it.")
        .arg(states)
        .arg(model.layers.size())
        .arg(bytesText(double(model.state_bytes)));
}

QString costs(const RunStore&, const TourMoment&)
{
    return say("One bar for each token, stacked by the kind of layer that took the time. The "
               "table names the slowest layer. What looking costs is measured too: it stands "
               "beside Probes in the top line.");
}

QString says(const RunStore& store, const TourMoment& moment)
{
    return say("All about “%1” in words and numbers, and what else the model might have said. "
               "Press L to follow the newest token again, Ctrl+K to find anything by name, F1 for "
               "the manual.")
        .arg(named(store, moment.query));
}

/// The head and the key of the question on which a token puts most weight.
TourMoment lookOf(const RunStore& store, int layer, int question, int query)
{
    TourMoment best {layer, 0, query, 0, 0.0};
    const AttentionStore& rows = *store.attention(layer);
    for (int head = 0; head < rows.heads(); ++head) {
        const auto row = rows.fractions(head, query);
        for (int key = 0; key < int(row.size()); ++key) {
            const double weight = row[std::size_t(key)] / 65535.0;
            if (weight <= best.weight || store.messageOf(key) != question) continue;
            if (word(store, key).size() < 2) continue;
            best.head = head;
            best.key = key;
            best.weight = weight;
        }
    }
    return best;
}

} // namespace

const std::vector<TourStop>& tourStops()
{
    static const std::vector<TourStop> stops {
        {"The model writes", "Transcript", nullptr, writes},
        {"Every token in its place", "Timeline", "attention", freezes},
        {"Where a token looks", "Attention map", "attention", looks},
        {"What the other layers keep", "State lanes", "state", keeps},
        {"Where the time goes", "Time per token", "time", costs},
        {"The same in words", "Inspector", "attention", says},
    };
    return stops;
}

QString tourQuestion()
{
    return QStringLiteral("Tell me a story about a fox named Pip.");
}

TourMoment tourMoment(const RunStore& store, int layer, int question)
{
    TourMoment best;
    if (store.attention(layer) == nullptr) return best;
    for (int query = 0; query < store.tokens(); ++query) {
        if (store.messageOf(query) <= question || store.token(query).special) continue;
        const TourMoment look = lookOf(store, layer, question, query);
        if (look.weight < kClear) continue;
        if (word(store, query) == kBeforeName) {
            best = look;
            best.sought = true;
            return best;
        }
        if (look.weight > best.weight) best = look;
    }
    return best;
}

} // namespace mixscope
