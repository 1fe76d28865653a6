#include "ui/models/inspector_rows.h"

#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/views/parts.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mixscope {

namespace {

using Kind = InspectorRow::Kind;
using Rows = std::vector<InspectorRow>;
constexpr std::size_t kChoices = 6;
constexpr std::size_t kTargets = 5;

QString say(const char* text)
{
    return QCoreApplication::translate("Inspector", text);
}

QString number(double value, int decimals)
{
    return std::isnan(value) ? QStringLiteral("–") : QString::number(value, 'f', decimals);
}

void addToken(Rows& rows, const RunStore& store, int index)
{
    const TokenInfo& token = store.token(index);
    rows.push_back({Kind::caption, say("Token %1").arg(index)});
    rows.push_back(
        {Kind::headline,
         token.special ? tokenLabel(token) : QStringLiteral("“%1”").arg(tokenLabel(token))});
    rows.push_back(
        {Kind::numbers,
         say("id %1  p %2  surprise %3 bit")
             .arg(token.id)
             .arg(number(double(token.probability), 2), number(double(token.surprise_bits), 1))});
}

void addChoices(Rows& rows, const RunStore& store, int index)
{
    const TokenInfo& token = store.token(index);
    if (token.next.empty() || store.model() == nullptr) return;
    const TokenId drawn = index + 1 < store.tokens() ? store.token(index + 1).id : -1;
    rows.push_back({Kind::caption, say("Top choices before sampling")});
    for (std::size_t i = 0; i < std::min(kChoices, token.next.size()); ++i) {
        const TopChoice& choice = token.next[i];
        rows.push_back({Kind::bar, pieceLabel(*store.model(), choice.id),
                        number(double(choice.p_raw), 2), double(choice.p_raw), "attn",
                        choice.id == drawn});
    }
    rows.push_back(
        {Kind::numbers, say("entropy %1 bit").arg(number(double(token.entropy_bits), 2))});
}

/// Where the focused head looks from the token: the heaviest keys of its row.
void addTargets(Rows& rows, const RunStore& store, const Selection& selection, int index)
{
    const Selection::Focus focus = selection.attention();
    const AttentionStore* attention = store.attention(focus.layer);
    if (attention == nullptr) return;
    const std::vector<float> row = attention->row(focus.head, index);
    if (row.empty()) return;
    rows.push_back({Kind::rule});
    rows.push_back(
        {Kind::caption, say("Layer %1, head %2 looks at").arg(focus.layer).arg(focus.head)});
    std::vector<int> keys(row.size());
    std::iota(keys.begin(), keys.end(), 0);
    const std::size_t count = std::min(kTargets, keys.size());
    std::partial_sort(keys.begin(), keys.begin() + std::ptrdiff_t(count), keys.end(),
                      [&](int a, int b) { return row[std::size_t(a)] > row[std::size_t(b)]; });
    for (std::size_t i = 0; i < count; ++i) {
        const float weight = row[std::size_t(keys[i])];
        rows.push_back({Kind::bar,
                        QStringLiteral("%1  %2").arg(keys[i]).arg(tokenLabel(store.token(keys[i]))),
                        number(double(weight), 2), double(weight), "attn", i == 0});
    }
    double entropy = 0.0;
    for (const float weight : row)
        entropy -= weight > 0.0F ? double(weight) * std::log2(double(weight)) : 0.0;
    rows.push_back({Kind::numbers, say("entropy %1 bit").arg(number(entropy, 2))});
}

/// What the recurrent state of the focused head does with the token.
void addState(Rows& rows, const RunStore& store, const Selection& selection, int index)
{
    const Selection::Focus focus = selection.state();
    const auto value = [&](Probe probe) {
        const Lane* lane = store.lane(probe, focus.layer);
        return lane ? double(lane->at(index, focus.head)) : std::nan("");
    };
    const double norm = value(Probe::state_norm), keep = value(Probe::keep);
    if (std::isnan(norm) && std::isnan(keep)) return;
    rows.push_back({Kind::rule});
    rows.push_back(
        {Kind::caption, say("Layer %1, head %2: its memory").arg(focus.layer).arg(focus.head)});
    rows.push_back({Kind::pair, say("‖S‖ norm of the state"), number(norm, 2)});
    rows.push_back({Kind::pair, say("‖ΔS‖/‖S‖ change"), number(value(Probe::state_change), 3)});
    rows.push_back({Kind::pair, say("keep"), number(keep, 3)});
    rows.push_back({Kind::pair, say("write"), number(value(Probe::write), 2)});
    rows.push_back({Kind::pair, say("out gate"), number(value(Probe::out_gate), 3)});
    if (keep > 0.0 && keep < 1.0) {
        const double halfLife = -std::log(2.0) / std::log(keep);
        rows.push_back({Kind::pair, say("half-life at this keep"),
                        say("%1 tokens").arg(number(halfLife, halfLife < 10 ? 1 : 0))});
    }
}

void addExperts(Rows& rows, const RunStore& store, const Selection& selection, int index)
{
    const Lane* router = store.lane(Probe::router, selection.layer());
    if (router == nullptr) return;
    const std::span<const float> shares = router->at(index);
    if (shares.empty() || std::isnan(shares[0])) return;
    rows.push_back({Kind::rule});
    rows.push_back({Kind::caption, say("Experts of layer %1").arg(selection.layer())});
    const Lane* chosen = store.lane(Probe::experts, selection.layer());
    const std::span<const float> picks = chosen ? chosen->at(index) : std::span<const float>();
    for (std::size_t i = 0; i < shares.size() && i < 16; ++i) {
        const bool picked = std::find(picks.begin(), picks.end(), float(i)) != picks.end();
        rows.push_back({Kind::bar, QString::number(i), number(double(shares[i]), 2),
                        double(shares[i]), "moe", picked});
    }
}

} // namespace

std::vector<InspectorRow> inspectorRows(const RunStore& store, const Selection& selection)
{
    Rows rows;
    const int index = selection.token();
    if (index < 0 || index >= store.tokens()) {
        rows.push_back({Kind::caption,
                        store.model()
                            ? say("Click a token, here or in any view, to see its numbers.")
                            : say("No model is open.")});
        return rows;
    }
    addToken(rows, store, index);
    addChoices(rows, store, index);
    addTargets(rows, store, selection, index);
    addState(rows, store, selection, index);
    addExperts(rows, store, selection, index);
    return rows;
}

QString inspectorText(const std::vector<InspectorRow>& rows)
{
    QStringList lines;
    for (const InspectorRow& row : rows) {
        if (row.kind == Kind::rule) continue;
        lines << (row.value.isEmpty() ? row.text : row.text + QStringLiteral(": ") + row.value);
    }
    return lines.join('\n');
}

} // namespace mixscope
