#pragma once

#include <QString>

#include <vector>

namespace mixscope {

class RunStore;
class Selection;

/// One line of the inspector.
struct InspectorRow {
    enum class Kind {
        caption, ///< small heading
        headline, ///< the token itself, large
        numbers, ///< a line of numbers
        bar, ///< text, bar, value
        pair, ///< text and value
        rule, ///< a line between two parts
    };
    Kind kind;
    QString text = {};
    QString value = {};
    double part = 0.0; ///< length of the bar, 0 … 1
    QString color = {}; ///< layer kind of the bar: "attn", "ssm", "moe"
    bool strong = false;
    QString exact = {}; ///< the value in full precision, for copying; empty: `value` is exact
    int pin = -1; ///< place of the pin that the row speaks of
};

/// What the inspector says about the focused token, layer and head, in the engine's numbers.
std::vector<InspectorRow> inspectorRows(const RunStore& store, const Selection& selection);

/// The same as plain text, a line each: what a screen reader reads.
QString inspectorText(const std::vector<InspectorRow>& rows);

/// The same with every number in full precision: what is copied.
QString inspectorExactText(const std::vector<InspectorRow>& rows);
QString exactText(const InspectorRow& row);

} // namespace mixscope
