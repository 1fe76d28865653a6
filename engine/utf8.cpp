#include "engine/utf8.h"

#include <algorithm>

namespace mixscope {
namespace {

struct Lead {
    std::size_t length = 0; // 0: cannot start a character
    unsigned char low = 0x80; // range of the second byte; later ones are 80 … BF
    unsigned char high = 0xBF;
};

Lead classify(unsigned char byte)
{
    if (byte < 0x80) return {1};
    if (byte < 0xC2) return {0};
    if (byte < 0xE0) return {2};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0};
}

// How many of the bytes at the start of `text` fit the character that the first one announces.
std::size_t fitting_bytes(std::string_view text, const Lead& lead)
{
    const std::size_t available = std::min(lead.length, text.size());
    for (std::size_t i = 1; i < available; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool fits = i == 1 ? byte >= lead.low && byte <= lead.high : (byte & 0xC0) == 0x80;
        if (!fits) return i;
    }
    return available;
}

} // namespace

std::size_t utf8_length(std::string_view text)
{
    if (text.empty()) return 0;
    const Lead lead = classify(static_cast<unsigned char>(text.front()));
    return fitting_bytes(text, lead) == lead.length ? lead.length : 0;
}

bool utf8_incomplete(std::string_view text)
{
    if (text.empty()) return false;
    const Lead lead = classify(static_cast<unsigned char>(text.front()));
    return lead.length > text.size() && fitting_bytes(text, lead) == text.size();
}

bool valid_utf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string sanitized_utf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        out += length == 0 ? kReplacementCharacter : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

} // namespace mixscope
