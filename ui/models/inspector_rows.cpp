#include "ui/models/inspector_rows.h"

#include "ui/models/run_store.h"
#include "ui/models/selection.h"
#include "ui/models/token_text.h"
#include "ui/plot/value_scale.h"
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

/// Nine digits bring back every 32-bit number.
QString exact(double value)
{
    return std::isnan(value) ? QString() : QString::number(value, 'g', 9);
}

InspectorRow pair(const QString& text, double value, int decimals, const QString& unit = {})
{
    InspectorRow row {Kind::pair, text, number(value, decimals) + unit};
    if (!std::isnan(value)) row.exact = exact(value) + unit;
    return row;
}

InspectorRow bar(const QString& text, double value, const char* color, bool strong)
{
    InspectorRow row {Kind::bar, text, number(value, 2), value, color, strong};
    row.exact = exact(value);
    return row;
}

InspectorRow entropyRow(double bits)
{
    InspectorRow row {Kind::numbers, say("entropy %1 bit").arg(number(bits, 2))};
    row.exact = say("entropy %1 bit").arg(exact(bits));
    return row;
}

void addToken(Rows& rows, const RunStore& store, int index)
{
    const TokenInfo& token = store.token(index);
    rows.push_back({Kind::caption, say("Token %1").arg(index)});
    rows.push_back(
        {Kind::headline,
         token.special ? tokenLabel(token) : QStringLiteral("“%1”").arg(tokenInline(token))});
    InspectorRow numbers {Kind::numbers};
    const auto line = [&](const QString& p, const QString& bits) {
        return say("id %1  p %2  surprise %3 bit").arg(token.id).arg(p, bits);
    };
    numbers.text =
        line(number(double(token.probability), 2), number(double(token.surprise_bits), 1));
    numbers.exact = line(exact(double(token.probability)), exact(double(token.surprise_bits)));
    rows.push_back(std::move(numbers));
}

/// Time, rate and surprise of the range of tokens.
void addRange(Rows& rows, const RunStore& store, const Selection& selection)
{
    const TokenRange& range = selection.range();
    if (range.empty() || range.last >= store.tokens()) return;
    double ms = 0.0, bits = 0.0;
    int known = 0;
    for (int token = range.first; token <= range.last; ++token) {
        ms += double(store.time(token).ms);
        const double surprise = double(store.token(token).surprise_bits);
        if (!std::isfinite(surprise)) continue;
        bits += surprise;
        ++known;
    }
    rows.push_back({Kind::rule});
    rows.push_back({Kind::caption, say("Range %1–%2").arg(range.first).arg(range.last)});
    rows.push_back({Kind::pair, say("tokens"), QString::number(range.tokens())});
    rows.push_back(pair(say("mean time"), ms / range.tokens(), 2, say(" ms")));
    if (ms > 0.0) rows.push_back(pair(say("rate"), 1000.0 * range.tokens() / ms, 0, say(" tok/s")));
    if (known > 0) rows.push_back(pair(say("mean surprise"), bits / known, 2, say(" bit")));
}

/// The pinned tokens, and what the focused head puts from a later one on an earlier one.
void addPins(Rows& rows, const RunStore& store, const Selection& selection)
{
    if (!selection.pinned()) return;
    const Selection::Focus focus = selection.attention();
    const AttentionStore* attention = store.attention(focus.layer);
    rows.push_back({Kind::rule});
    rows.push_back({Kind::caption,
                    attention ? say("Pins · layer %1, head %2").arg(focus.layer).arg(focus.head)
                              : say("Pins")});
    std::vector<std::pair<int, int>> pins; // token, place
    for (int place = 0; place < Selection::kPins; ++place) {
        const int token = selection.pins()[std::size_t(place)];
        if (token < 0 || token >= store.tokens()) continue;
        InspectorRow row {Kind::pair,
                          QStringLiteral("%1  %2").arg(token).arg(tokenInline(store.token(token)))};
        row.pin = place;
        rows.push_back(std::move(row));
        pins.emplace_back(token, place);
    }
    std::sort(pins.begin(), pins.end());
    for (std::size_t late = 1; late < pins.size(); ++late) {
        for (std::size_t early = 0; early < late; ++early) {
            const auto [query, from] = pins[late];
            const auto [key, to] = pins[early];
            const double weight =
                attention ? double(attention->at(focus.head, query, key)) : std::nan("");
            rows.push_back(pair(say("%1 → %2, distance %3: weight")
                                    .arg(Selection::pinName(from), Selection::pinName(to))
                                    .arg(query - key),
                                weight, 2));
        }
    }
}

void addChoices(Rows& rows, const RunStore& store, int index)
{
    const TokenInfo& token = store.token(index);
    if (token.next.empty() || store.model() == nullptr) return;
    const TokenId drawn = index + 1 < store.tokens() ? store.token(index + 1).id : -1;
    if (rows.back().kind != Kind::numbers) rows.push_back({Kind::rule});
    rows.push_back({Kind::caption, say("Top choices before sampling")});
    for (std::size_t i = 0; i < std::min(kChoices, token.next.size()); ++i) {
        const TopChoice& choice = token.next[i];
        rows.push_back(bar(pieceLabel(*store.model(), choice.id), double(choice.p_raw), "attn",
                           choice.id == drawn));
    }
    rows.push_back(entropyRow(double(token.entropy_bits)));
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
        rows.push_back(
            bar(QStringLiteral("%1  %2").arg(keys[i]).arg(tokenInline(store.token(keys[i]))),
                double(weight), "attn", i == 0));
    }
    double entropy = 0.0;
    for (const float weight : row)
        entropy -= weight > 0.0F ? double(weight) * std::log2(double(weight)) : 0.0;
    rows.push_back(entropyRow(entropy));
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
    rows.push_back(pair(say("‖S‖ norm of the state"), norm, 2));
    rows.push_back(pair(say("‖ΔS‖/‖S‖ change"), value(Probe::state_change), 3));
    rows.push_back(pair(say("keep"), keep, 3));
    rows.push_back(pair(say("write"), value(Probe::write), 2));
    rows.push_back(pair(say("out gate"), value(Probe::out_gate), 3));
    if (keep > 0.0 && keep < 1.0) {
        const double halfLife = -std::log(2.0) / std::log(keep);
        rows.push_back(
            pair(say("half-life at this keep"), halfLife, halfLife < 10 ? 1 : 0, say(" tokens")));
    }
}

/// What the token in focus takes from the source token.
void addSource(Rows& rows, const RunStore& store, const Selection& selection, int index)
{
    const int source = selection.source();
    if (source < 0 || source >= store.tokens()) return;
    rows.push_back({Kind::rule});
    rows.push_back({Kind::caption,
                    source > index ? say("Source token %1, after the token").arg(source)
                                   : say("Source token %1, %2 back").arg(source).arg(index - source)});
    rows.push_back(
        {Kind::headline, QStringLiteral("“%1”").arg(tokenLabel(store.token(source)))});
    const Selection::Focus focus = selection.attention();
    const AttentionStore* attention = store.attention(focus.layer);
    if (attention == nullptr || source > index) return;
    const auto weight = double(attention->at(focus.head, index, source));
    InspectorRow row = pair(say("weight in layer %1, head %2").arg(focus.layer).arg(focus.head),
                            weight, 2);
    if (!std::isnan(weight)) row.value = shortNumber(weight); // small ones do not read as zero
    rows.push_back(std::move(row));
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
        rows.push_back(bar(QString::number(i), double(shares[i]), "moe", picked));
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
    addSource(rows, store, selection, index);
    addRange(rows, store, selection);
    addPins(rows, store, selection);
    addChoices(rows, store, index);
    addTargets(rows, store, selection, index);
    addState(rows, store, selection, index);
    addExperts(rows, store, selection, index);
    return rows;
}

QString exactText(const InspectorRow& row)
{
    if (row.kind == Kind::numbers) return row.exact.isEmpty() ? row.text : row.exact;
    return row.exact.isEmpty() ? row.value : row.exact;
}

namespace {

template <class Value> QString textOf(const Rows& rows, Value value)
{
    QStringList lines;
    for (const InspectorRow& row : rows) {
        if (row.kind == Kind::rule) continue;
        const QString said = value(row);
        const QString mark =
            row.pin < 0 ? QString() : QString(Selection::pinName(row.pin)) + QStringLiteral(": ");
        lines << mark
                + (row.kind == Kind::numbers ? said
                       : said.isEmpty()      ? row.text
                                             : row.text + QStringLiteral(": ") + said);
    }
    return lines.join('\n');
}

} // namespace

QString inspectorText(const std::vector<InspectorRow>& rows)
{
    return textOf(rows, [](const InspectorRow& row) {
        return row.kind == Kind::numbers ? row.text : row.value;
    });
}

QString inspectorExactText(const std::vector<InspectorRow>& rows)
{
    return textOf(rows, exactText);
}

} // namespace mixscope
