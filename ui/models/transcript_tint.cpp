#include "ui/models/transcript_tint.h"

#include "ui/models/run_store.h"
#include "ui/models/selection.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace mixscope {

namespace {

constexpr double kFaintest = 0.01; // attention weights below are not tinted
constexpr double kSurpriseBits = 12.0; // full colour

QString say(const char* text)
{
    return QCoreApplication::translate("Tint", text);
}

double attentionPart(const RunStore& store, const Selection& selection, int token)
{
    const Selection::Focus focus = selection.attention();
    const AttentionStore* rows = store.attention(focus.layer);
    if (rows == nullptr) return 0.0;
    const double weight = double(rows->at(focus.head, selection.token(), token));
    return weight >= kFaintest ? std::sqrt(weight) : 0.0;
}

double stateValue(const RunStore& store, const Selection& selection, Probe probe, int token)
{
    const Lane* lane = store.lane(probe, selection.state().layer);
    return lane ? double(lane->at(token, selection.state().head)) : std::nan("");
}

} // namespace

QStringList tintNames()
{
    return {say("no tint"), say("attention"), say("surprise"), say("keep"), say("write")};
}

double tintOf(const RunStore& store, const Selection& selection, Tint tint, int token)
{
    double part = 0.0;
    switch (tint) {
    case Tint::none:
        break;
    case Tint::attention:
        part = attentionPart(store, selection, token);
        break;
    case Tint::surprise:
        part = double(store.token(token).surprise_bits) / kSurpriseBits;
        break;
    case Tint::keep:
        part = stateValue(store, selection, Probe::keep, token);
        break;
    case Tint::write: {
        const auto range = store.lockedRange(Probe::write, selection.state().layer);
        part = (stateValue(store, selection, Probe::write, token) - double(range[0]))
            / std::max(1e-12, double(range[1]) - double(range[0]));
    }
    }
    return std::isnan(part) ? 0.0 : std::clamp(part, 0.0, 1.0);
}

QString tintText(const RunStore& store, const Selection& selection, Tint tint)
{
    const auto headOf = [](const Selection::Focus& focus) {
        return say("layer %1 · head %2").arg(focus.layer).arg(focus.head);
    };
    switch (tint) {
    case Tint::attention:
        return store.attention(selection.attention().layer) != nullptr
            ? headOf(selection.attention())
            : say("no rows of this layer");
    case Tint::surprise:
        return say("0–12 bit");
    case Tint::keep:
    case Tint::write: {
        const int layer = selection.state().layer;
        const Probe probe = tint == Tint::keep ? Probe::keep : Probe::write;
        if (store.lane(probe, layer) == nullptr) return say("no gates were looked at");
        const auto range = store.lockedRange(probe, layer);
        return headOf(selection.state())
            + (tint == Tint::keep ? say(" · 0–1")
                                  : QStringLiteral(" · %1–%2")
                                        .arg(double(range[0]), 0, 'g', 2)
                                        .arg(double(range[1]), 0, 'g', 2));
    }
    case Tint::none:
        break;
    }
    return {};
}

} // namespace mixscope
