#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mixscope::jinja {

/// Origin of text: written by the template, or (0, 1, …) the content of that message.
inline constexpr int kFromTemplate = -1;

/// Text that remembers where each byte came from, so that what a person wrote can be told from
/// the template's own markup after any amount of cutting and joining.
class TracedText {
public:
    struct Run {
        std::size_t length;
        int origin;
    };

    TracedText() = default;
    explicit TracedText(std::string bytes, int origin = kFromTemplate);

    const std::string& bytes() const { return bytes_; }
    std::size_t size() const { return bytes_.size(); }
    const std::vector<Run>& runs() const { return runs_; } ///< neighbours differ in origin

    void append(std::string_view bytes, int origin);
    void append(const TracedText& text);
    TracedText slice(std::size_t begin, std::size_t end) const;

    /// kFromTemplate when all of it is the template's, else a message that wrote part of it:
    /// the origin of anything computed from this text as a whole.
    int weakest_origin() const;

    /// The same runs over other bytes of the same length.
    TracedText with_bytes(std::string bytes) const;

private:
    std::string bytes_;
    std::vector<Run> runs_;
};

} // namespace mixscope::jinja
