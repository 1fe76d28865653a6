#include "engine/jinja/text_operations.h"

#include <algorithm>

namespace mixscope::jinja {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";

bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}
char to_upper(char c)
{
    return is_lower(c) ? char(c - 'a' + 'A') : c;
}
char to_lower(char c)
{
    return is_upper(c) ? char(c - 'A' + 'a') : c;
}

bool holds(std::string_view set, std::string_view character)
{
    return set.find(character) != std::string_view::npos;
}

} // namespace

TracedText stripped(const TracedText& text, const TracedText* set, bool left, bool right)
{
    const std::string_view bytes = text.bytes();
    const std::string_view members = set == nullptr ? kSpace : std::string_view(set->bytes());
    const std::vector<std::size_t> offsets = character_offsets(bytes);
    std::size_t first = 0;
    std::size_t last = offsets.size() - 1;
    const auto drops = [&](std::size_t i) {
        return holds(members, bytes.substr(offsets[i], offsets[i + 1] - offsets[i]));
    };
    while (left && first < last && drops(first)) {
        ++first;
    }
    while (right && first < last && drops(last - 1)) {
        --last;
    }
    return text.slice(offsets[first], offsets[last]);
}

TracedText upper_case(const TracedText& text)
{
    std::string bytes = text.bytes();
    std::transform(bytes.begin(), bytes.end(), bytes.begin(), to_upper);
    return text.with_bytes(std::move(bytes));
}

TracedText lower_case(const TracedText& text)
{
    std::string bytes = text.bytes();
    std::transform(bytes.begin(), bytes.end(), bytes.begin(), to_lower);
    return text.with_bytes(std::move(bytes));
}

TracedText capitalized(const TracedText& text, bool each_word)
{
    std::string bytes = text.bytes();
    bool start = true;
    for (char& c : bytes) {
        const bool letter = is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80;
        c = start ? to_upper(c) : to_lower(c);
        start = each_word && !letter;
    }
    return text.with_bytes(std::move(bytes));
}

Value replaced(Runtime& runtime, const TracedText& text, const TracedText& from,
               const TracedText& to, std::int64_t limit)
{
    if (from.size() == 0) {
        return runtime.fail("it replaces an empty string", ErrorCode::unsupported);
    }
    TracedText out;
    std::size_t at = 0;
    for (std::size_t found = 0; limit != 0; --limit) {
        found = text.bytes().find(from.bytes(), at);
        if (found == std::string::npos) break;
        if (!runtime.spend(1 + text.runs().size()) || !runtime.spend_bytes(to.size())) return {};
        out.append(text.slice(at, found));
        const int origin = text.slice(found, found + from.size()).weakest_origin();
        if (origin == kFromTemplate) {
            out.append(to);
        } else {
            out.append(to.bytes(), origin);
        }
        if (out.size() > kMaxTextBytes) return runtime.make_text(std::move(out));
        at = found + from.size();
    }
    out.append(text.slice(at, text.size()));
    return runtime.make_text(std::move(out));
}

Value split(Runtime& runtime, const TracedText& text, const TracedText* separator,
            std::int64_t limit)
{
    if (separator != nullptr && separator->size() == 0) return runtime.fail("a split at nothing");
    const std::string_view bytes = text.bytes();
    std::vector<Value> parts;
    std::size_t at = 0;
    const auto add = [&](std::size_t end) {
        if (runtime.spend(1 + text.runs().size())) parts.emplace_back(text.slice(at, end));
    };
    const auto skip_space = [&] {
        at = std::min(bytes.find_first_not_of(kSpace, at), bytes.size());
    };
    if (separator == nullptr) skip_space();
    while (limit != 0 && !runtime.failed()) {
        const std::size_t end = separator != nullptr ? bytes.find(separator->bytes(), at)
                                                     : bytes.find_first_of(kSpace, at);
        if (end == std::string_view::npos) break;
        add(end);
        at = end + (separator != nullptr ? separator->size() : 1);
        if (separator == nullptr) skip_space();
        --limit;
    }
    if (separator != nullptr || at < bytes.size()) add(bytes.size());
    return runtime.list_of(std::move(parts));
}

} // namespace mixscope::jinja
