#include "ui/views/attention_view.h"
#include "ui/views/gates_view.h"
#include "ui/views/logits_view.h"
#include "ui/views/memory_view.h"
#include "ui/views/state_view.h"
#include "ui/views/time_view.h"

#include <array>

namespace mixscope {

namespace {

template <class V> View* make(ViewContext context, QWidget* parent)
{
    return new V(context, parent);
}

constexpr std::array kViews {
    ViewInfo {"attention", "Attention", make<AttentionView>},
    ViewInfo {"state", "State", make<StateView>},
    ViewInfo {"gates", "Gates", make<GatesView>},
    ViewInfo {"memory", "Memory", make<MemoryView>},
    ViewInfo {"time", "Time", make<TimeView>},
    ViewInfo {"logits", "Logits", make<LogitsView>},
};

} // namespace

std::span<const ViewInfo> viewTable()
{
    return kViews;
}

int viewRow(std::string_view id)
{
    for (std::size_t row = 0; row < kViews.size(); ++row) {
        if (id == kViews[row].id) return int(row);
    }
    return -1;
}

} // namespace mixscope
