#include "ui/models/layouts.h"

#include <algorithm>

namespace mixscope {

namespace {

constexpr LayoutInfo kLayouts[] = {
    {"explore", 0.24, true, true, 0.24, nullptr, nullptr},
    {"chat", 0.56, false, false, 0.18, nullptr, nullptr},
    {"profile", 0.18, true, true, 0.24, "time", nullptr},
    {"two-up", 0.18, false, false, 0.22, "attention", "state"},
};

} // namespace

std::span<const LayoutInfo> layoutTable()
{
    return kLayouts;
}

const LayoutInfo& layoutOf(const QString& id)
{
    const auto found =
        std::find_if(std::begin(kLayouts), std::end(kLayouts),
                     [&](const LayoutInfo& layout) { return id == QLatin1String(layout.id); });
    return found == std::end(kLayouts) ? kLayouts[0] : *found;
}

} // namespace mixscope
