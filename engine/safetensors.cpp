#include "engine/strict_json.h"
#include "engine/tensor_file.h"
#include "engine/utf8.h"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

// Reads the header of a safetensors image. Layout and rules: formats reference of the project,
// after the format text of the safetensors project.

namespace mixscope {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

using Json = nlohmann::json;

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kMaxTensors = 1'000'000;
constexpr std::size_t kMaxRank = 8;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::uint64_t kMaxDimension = std::uint64_t(1) << 48;

struct StoredType {
    std::string_view name;
    unsigned bits;
};
constexpr StoredType kTypes[] = {
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
};

const StoredType* find_type(std::string_view name)
{
    for (const StoredType& type : kTypes) {
        if (type.name == name) return &type;
    }
    return nullptr;
}

Error damaged(std::string_view file, const std::string& why)
{
    return {ErrorCode::bad_format, std::string(file) + ": " + why,
            "Download the file again; it is damaged or not a safetensors file."};
}

struct Entry {
    std::string name;
    const StoredType* type = nullptr;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

std::string tensor_label(std::string_view name)
{
    return "tensor \"" + std::string(name) + "\"";
}

std::string shape_text(const std::vector<std::int64_t>& shape)
{
    std::string text = "[";
    for (const std::int64_t size : shape) {
        if (text.size() > 1) text += ", ";
        text += std::to_string(size);
    }
    return text + "]";
}

// Receives the header's JSON events. Each level of nesting admits exactly one kind of thing, so
// the parser is a switch over where in the header it stands; anything else is refused.
class HeaderReader {
public:
    HeaderReader(std::string_view text, std::string_view file)
        : text_(text)
        , file_(file)
    {
    }

    bool null() { return unexpected("null"); }
    bool boolean(bool value) { return unexpected(value ? "true" : "false"); }
    bool number_integer(Json::number_integer_t value) { return unexpected(std::to_string(value)); }
    bool number_float(Json::number_float_t, const std::string& source)
    {
        return unexpected(source);
    }
    bool binary(Json::binary_t&) { return unexpected("binary data"); }

    bool number_unsigned(Json::number_unsigned_t value)
    {
        if (where_ == Where::shape) return add_dimension(value);
        if (where_ == Where::offsets) return add_offset(value);
        return unexpected(std::to_string(value));
    }

    bool string(std::string& value)
    {
        if (where_ == Where::metadata) return true;
        if (where_ != Where::field || field_ != kDtype) return unexpected("a string");
        entry_.type = find_type(value);
        where_ = Where::entry;
        return entry_.type != nullptr || refuse("has the unknown dtype \"" + value + "\"");
    }

    bool start_object(std::size_t)
    {
        if (where_ == Where::outside) {
            where_ = Where::header;
        } else if (where_ == Where::value) {
            where_ = in_metadata_ ? Where::metadata : Where::entry;
        } else {
            return unexpected("an object");
        }
        return true;
    }

    bool start_array(std::size_t)
    {
        if (where_ != Where::field || field_ == kDtype) return unexpected("a list");
        where_ = field_ == kShape ? Where::shape : Where::offsets;
        return true;
    }

    bool end_array()
    {
        if (where_ == Where::offsets && offsets_ != 2) {
            return refuse("has " + std::to_string(offsets_) + " data_offsets, wanted 2");
        }
        where_ = Where::entry;
        return true;
    }

    bool end_object()
    {
        if (where_ == Where::entry) {
            if (fields_ != (kDtype | kShape | kOffsets)) {
                return refuse("lacks one of dtype, shape and data_offsets");
            }
            entries_.push_back(std::move(entry_));
            entry_ = {};
        }
        where_ = where_ == Where::header ? Where::outside : Where::header;
        return true;
    }

    bool key(std::string& name)
    {
        if (where_ == Where::header) return start_entry(name);
        if (where_ == Where::metadata) {
            return metadata_keys_.insert(name).second
                || refuse_file("__metadata__ has the key \"" + name + "\" twice");
        }
        return start_field(name);
    }

    bool parse_error(std::size_t position, const std::string&, const Json::exception&)
    {
        return refuse_file("the header is not valid JSON at "
                           + describe_position(text_, position > 0 ? position - 1 : 0));
    }

    const std::optional<Error>& error() const { return error_; }
    std::vector<Entry> take() { return std::move(entries_); }

private:
    enum class Where { outside, header, value, metadata, entry, field, shape, offsets };
    enum Field : unsigned { kDtype = 1, kShape = 2, kOffsets = 4 };

    bool start_entry(const std::string& name)
    {
        if (!names_.insert(name).second) return refuse_file("\"" + name + "\" occurs twice");
        in_metadata_ = name == "__metadata__";
        where_ = Where::value;
        if (in_metadata_) return true;
        if (entries_.size() == kMaxTensors) return refuse_file("has more than 1000000 tensors");
        if (name.size() > kMaxNameBytes || name.find('\0') != std::string::npos) {
            return refuse_file("has a tensor name of " + std::to_string(name.size())
                               + " bytes, wanted at most 4096 and no zero byte");
        }
        entry_.name = name;
        fields_ = 0;
        offsets_ = 0;
        return true;
    }

    bool start_field(const std::string& name)
    {
        const unsigned field = name == "dtype" ? kDtype
            : name == "shape"                  ? kShape
            : name == "data_offsets"           ? kOffsets
                                               : 0U;
        if (field == 0) return refuse("has the unknown field \"" + name + "\"");
        if ((fields_ & field) != 0) return refuse("has the field \"" + name + "\" twice");
        fields_ |= field;
        field_ = field;
        where_ = Where::field;
        return true;
    }

    bool add_dimension(std::uint64_t value)
    {
        if (entry_.shape.size() == kMaxRank) return refuse("has more than 8 dimensions");
        if (value >= kMaxDimension) return refuse("has the dimension " + std::to_string(value));
        entry_.shape.push_back(std::int64_t(value));
        return true;
    }

    bool add_offset(std::uint64_t value)
    {
        (offsets_ == 0 ? entry_.begin : entry_.end) = value;
        ++offsets_;
        return offsets_ <= 2 || refuse("has more than 2 data_offsets");
    }

    bool unexpected(const std::string& found)
    {
        switch (where_) {
        case Where::outside:
            return refuse_file("the header is not a JSON object");
        case Where::metadata:
            return refuse_file("__metadata__ holds " + found + ", wanted strings");
        case Where::shape:
        case Where::offsets:
            return refuse("has " + found + " where a whole number belongs");
        default:
            if (in_metadata_) return refuse_file("__metadata__ is " + found + ", wanted an object");
            return refuse("has " + found + " in a place where it cannot be");
        }
    }

    bool refuse(const std::string& why)
    {
        return refuse_file(tensor_label(entry_.name) + " " + why);
    }

    bool refuse_file(const std::string& why)
    {
        error_ = damaged(file_, why);
        return false;
    }

    std::string_view text_;
    std::string_view file_;
    Where where_ = Where::outside;
    bool in_metadata_ = false;
    unsigned field_ = 0;
    unsigned fields_ = 0;
    int offsets_ = 0;
    Entry entry_;
    std::vector<Entry> entries_;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::string> metadata_keys_;
    std::optional<Error> error_;
};

// Bytes that the shape asks for; empty when the count overflows or ends inside a byte.
std::optional<std::uint64_t> wanted_bytes(const Entry& entry)
{
    std::uint64_t bits = entry.type->bits;
    for (const std::int64_t size : entry.shape) {
        if (__builtin_mul_overflow(bits, std::uint64_t(size), &bits)) return std::nullopt;
    }
    if (bits % 8 != 0) return std::nullopt;
    return bits / 8;
}

// Tensors must tile the data exactly: no hole, no overlap, nothing behind the last one.
Result<void> check_layout(std::vector<Entry>& entries, std::uint64_t data_bytes,
                          std::string_view file)
{
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t expected = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != expected || entry.end < entry.begin) {
            return damaged(file,
                           tensor_label(entry.name) + " has bytes " + std::to_string(entry.begin)
                               + " to " + std::to_string(entry.end) + ", wanted them to start at "
                               + std::to_string(expected));
        }
        expected = entry.end;
        const auto bytes = wanted_bytes(entry);
        if (!bytes || *bytes != entry.end - entry.begin) {
            return damaged(file,
                           tensor_label(entry.name) + " has "
                               + std::to_string(entry.end - entry.begin) + " bytes, wanted "
                               + (bytes ? std::to_string(*bytes) : "a possible number") + " for "
                               + std::string(entry.type->name) + " " + shape_text(entry.shape));
        }
    }
    if (expected != data_bytes) {
        return damaged(file,
                       "has " + std::to_string(data_bytes) + " bytes of data, wanted "
                           + std::to_string(expected) + " as its header says");
    }
    return {};
}

std::string_view trim_json_space(std::string_view text)
{
    constexpr std::string_view kSpace = " \t\n\r";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

} // namespace

Result<std::vector<StoredTensor>> parse_safetensors(const std::byte* bytes, std::uint64_t size,
                                                    std::string_view name)
{
    if (size < kLengthBytes) {
        return damaged(name, "has " + std::to_string(size) + " bytes, wanted at least 8");
    }
    std::uint64_t length = 0;
    std::memcpy(&length, bytes, sizeof length);
    if (length > kMaxHeaderBytes || length > size - kLengthBytes) {
        return damaged(name,
                       "announces a header of " + std::to_string(length) + " bytes, wanted at most "
                           + std::to_string(std::min(kMaxHeaderBytes, size - kLengthBytes)));
    }
    const char* start = reinterpret_cast<const char*>(bytes) + kLengthBytes;
    const std::string_view header = trim_json_space({start, std::size_t(length)});
    if (header.empty() || header.front() != '{' || header.back() != '}') {
        return damaged(name, "the header is not a JSON object");
    }
    if (const std::size_t zero = header.find('\0'); zero != std::string_view::npos) {
        return damaged(name, "the header has a zero byte at " + describe_position(header, zero));
    }
    HeaderReader reader(header, name);
    Json::sax_parse(header, &reader);
    if (reader.error()) return *reader.error();

    std::vector<Entry> entries = reader.take();
    const std::uint64_t data_bytes = size - kLengthBytes - length;
    if (const auto layout = check_layout(entries, data_bytes, name); !layout) return layout.error();

    std::vector<StoredTensor> tensors;
    tensors.reserve(entries.size());
    const std::byte* data = bytes + kLengthBytes + length;
    for (Entry& entry : entries) {
        tensors.push_back({std::move(entry.name), std::string(entry.type->name),
                           std::move(entry.shape), data + entry.begin, entry.end - entry.begin});
    }
    return tensors;
}

} // namespace mixscope
