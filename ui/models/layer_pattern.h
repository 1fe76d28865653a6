#pragma once

#include <string>
#include <vector>

namespace mixscope {

/// A group of layers that comes several times in a row.
struct LayerPattern {
    int first = 0; ///< layer where the first group begins
    int length = 0; ///< layers in a group; 0: nothing repeats
    int times = 0;
};

/// The repeating group that covers most layers, the shortest of those that cover as many. A group
/// has at least two layers and comes at least twice; layers that are all alike do not count.
/// `kinds`: one word a layer.
LayerPattern repeatingPattern(const std::vector<std::string>& kinds);

} // namespace mixscope
