#pragma once

#include <QString>

#include <span>

namespace mixscope {

/// A named way to share the room of the window: a row of the table of layouts. The stage takes
/// what is left.
struct LayoutInfo {
    const char* id; ///< "two-up"; its command is "layout.two-up"
    double chat; ///< share of the width
    bool map; ///< whether the model map is shown
    bool inspector; ///< whether the inspector is shown beside the stage
    double timeline; ///< share of the height
    const char* view; ///< tab that is shown when the layout is chosen; null: the present one
    const char* beside; ///< view at the right of it; null: none
};

std::span<const LayoutInfo> layoutTable();
/// The layout of that id; Explore when there is none.
const LayoutInfo& layoutOf(const QString& id);

} // namespace mixscope
