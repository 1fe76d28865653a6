#pragma once

#include <span>
#include <string_view>

namespace mixscope {

/// When a key counts.
enum class KeyReach {
    anywhere, ///< everywhere but in a box that takes text
    unclaimed, ///< only when the focused control has no use for it: arrows, space
};

/// One row of the table of what can be done. The ids stay the same from version to version:
/// settings, lessons and scripts name commands by them.
struct CommandInfo {
    const char* id; ///< "run.stop"
    const char* text; ///< as a menu says it
    const char* menu; ///< menu it stands in, in the order of the table; empty: none
    const char* keys; ///< QKeySequence text, several with a space between; may be empty
    KeyReach reach = KeyReach::anywhere;
};

std::span<const CommandInfo> commandTable();

/// True when no key stands in the table twice.
constexpr bool keysAreUnique(std::span<const CommandInfo> table)
{
    const auto next = [](std::string_view& keys) {
        const std::size_t end = keys.find(' ');
        const std::string_view key = keys.substr(0, end);
        keys = end == std::string_view::npos ? std::string_view() : keys.substr(end + 1);
        return key;
    };
    for (std::size_t a = 0; a < table.size(); ++a) {
        for (std::string_view left = table[a].keys; !left.empty();) {
            const std::string_view key = next(left);
            for (std::string_view rest = left; !rest.empty();) {
                if (next(rest) == key) return false;
            }
            for (std::size_t b = a + 1; b < table.size(); ++b) {
                for (std::string_view other = table[b].keys; !other.empty();) {
                    if (next(other) == key) return false;
                }
            }
        }
    }
    return true;
}

} // namespace mixscope
