#include "engine/jinja/traced_text.h"

#include <algorithm>
#include <cassert>

namespace mixscope::jinja {

TracedText::TracedText(std::string bytes, int origin)
    : bytes_(std::move(bytes))
{
    if (!bytes_.empty()) runs_.push_back({bytes_.size(), origin});
}

void TracedText::append(std::string_view bytes, int origin)
{
    if (bytes.empty()) return;
    bytes_ += bytes;
    if (!runs_.empty() && runs_.back().origin == origin) {
        runs_.back().length += bytes.size();
    } else {
        runs_.push_back({bytes.size(), origin});
    }
}

void TracedText::append(const TracedText& text)
{
    std::size_t at = 0;
    for (const Run& run : text.runs_) {
        append(std::string_view(text.bytes_).substr(at, run.length), run.origin);
        at += run.length;
    }
}

TracedText TracedText::slice(std::size_t begin, std::size_t end) const
{
    TracedText out;
    std::size_t at = 0;
    for (const Run& run : runs_) {
        const std::size_t from = std::max(begin, at);
        const std::size_t to = std::min(end, at + run.length);
        if (from < to) out.append(std::string_view(bytes_).substr(from, to - from), run.origin);
        at += run.length;
    }
    return out;
}

int TracedText::weakest_origin() const
{
    for (const Run& run : runs_) {
        if (run.origin != kFromTemplate) return run.origin;
    }
    return kFromTemplate;
}

TracedText TracedText::with_bytes(std::string bytes) const
{
    assert(bytes.size() == bytes_.size());
    TracedText out = *this;
    out.bytes_ = std::move(bytes);
    return out;
}

} // namespace mixscope::jinja
