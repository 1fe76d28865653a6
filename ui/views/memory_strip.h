#pragma once

#include "ui/models/memory_row.h"
#include "ui/views/view.h"

#include <vector>

class QLabel;

namespace mixscope {

class Caption;
class StackPlot;
struct BarRow;
class TableWriter;

/// What a recurrent head still holds of each token: a bar per token up to the one in focus, what
/// remains filled and what is gone faint; after it, the fate of its own write as a line. Exact for
/// states with one decay factor per token, absent for others.
class MemoryStrip : public QWidget {
    Q_OBJECT
public:
    enum class As { amount, share };

    MemoryStrip(ViewContext context, QWidget* parent);

    /// Whose memory, as what; appends tokens. Nothing is drawn for a layer it is not exact for.
    void update(int layer, int head, int firstChanged);
    void setAs(As as);
    void showSelection();
    void restyle();
    /// Little height: without the lines of text that a larger view has.
    void setCompact(bool compact);
    StackPlot* plot() const { return bars_; }
    /// The tokens of which most remains, for a list beside it.
    std::vector<BarRow> strongest(std::size_t count) const;
    /// "half gone after 38 tokens", of the token in focus.
    QString fate(int token) const;
    /// The same in two words, for a list: "after 38 tokens", "64 % left".
    QString shortFate(int token) const;
    void writeTable(TableWriter& table) const;

private:
    double value(int source, int at) const;
    int at() const; ///< token whose state is shown

    ViewContext context_;
    MemoryRow row_;
    As as_ = As::amount;
    int layer_ = -1, head_ = -1;
    Caption* caption_;
    StackPlot* bars_;
    QLabel* words_;
};

} // namespace mixscope
