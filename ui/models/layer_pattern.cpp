#include "ui/models/layer_pattern.h"

#include <algorithm>

namespace mixscope {

LayerPattern repeatingPattern(const std::vector<std::string>& kinds)
{
    LayerPattern best;
    const int layers = int(kinds.size());
    for (int length = 2; 2 * length <= layers; ++length) {
        for (int first = 0; first + 2 * length <= layers; ++first) {
            const auto group = kinds.begin() + first;
            if (std::all_of(group, group + length, [&](const auto& k) { return k == *group; }))
                continue;
            int times = 1;
            while (first + (times + 1) * length <= layers
                   && std::equal(group, group + length, group + times * length))
                ++times;
            if (times > 1 && times * length > best.times * best.length)
                best = {first, length, times};
        }
    }
    return best;
}

} // namespace mixscope
