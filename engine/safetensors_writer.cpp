#include "engine/tensor_file.h"
#include "engine/utf8.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace mixscope {
namespace {

constexpr std::size_t kAlignment = 8; // of the data, so that a mapped file can be used in place

bool shape_holds(const std::vector<std::int64_t>& shape, std::size_t values)
{
    std::uint64_t count = 1;
    for (const std::int64_t size : shape) {
        if (size < 0 || __builtin_mul_overflow(count, std::uint64_t(size), &count)) return false;
    }
    return count == values;
}

Result<void> check_array(const NamedArray& array)
{
    if (shape_holds(array.shape, array.values.size()) && valid_utf8(array.name)) return {};
    return Error {ErrorCode::bad_argument,
                  "\"" + sanitized_utf8(array.name) + "\" has "
                      + std::to_string(array.values.size())
                      + " values, wanted as many as its shape " + nlohmann::json(array.shape).dump()
                      + " holds, and a name in UTF-8",
                  "Give each array the shape of its values."};
}

std::string json_string(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string metadata_text(const std::vector<std::pair<std::string, std::string>>& metadata)
{
    std::string text;
    for (const auto& [key, value] : metadata) {
        if (!text.empty()) text += ',';
        text += json_string(key) + ':' + json_string(value);
    }
    return "\"__metadata__\":{" + text + "}";
}

std::string entry_text(const NamedArray& array, std::uint64_t begin)
{
    const std::uint64_t end = begin + array.values.size() * sizeof(float);
    return json_string(array.name) + R"(:{"dtype":"F32","shape":)"
        + nlohmann::json(array.shape).dump() + ",\"data_offsets\":[" + std::to_string(begin) + ','
        + std::to_string(end) + "]}";
}

std::string header_text(const std::vector<const NamedArray*>& arrays,
                        const std::vector<std::pair<std::string, std::string>>& metadata)
{
    std::string text = metadata.empty() ? "" : metadata_text(metadata);
    std::uint64_t offset = 0;
    for (const NamedArray* array : arrays) {
        if (!text.empty()) text += ',';
        text += entry_text(*array, offset);
        offset += array->values.size() * sizeof(float);
    }
    text = "{" + text + "}";
    text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
    return text;
}

} // namespace

Result<void> write_safetensors(const std::filesystem::path& path,
                               const std::vector<NamedArray>& arrays,
                               const std::vector<std::pair<std::string, std::string>>& metadata)
{
    std::vector<const NamedArray*> sorted;
    for (const NamedArray& array : arrays) {
        if (const auto checked = check_array(array); !checked) return checked.error();
        sorted.push_back(&array);
    }
    std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
    const auto twin = std::adjacent_find(sorted.begin(), sorted.end(),
                                         [](auto* a, auto* b) { return a->name == b->name; });
    if (twin != sorted.end()) {
        return Error {ErrorCode::bad_argument, "two arrays are named \"" + (*twin)->name + "\"",
                      "Give each array its own name."};
    }

    // A reader never sees half a file: it appears under its name when it is complete.
    std::filesystem::path partial = path;
    partial += ".partial";
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    const std::string header = header_text(sorted, metadata);
    const std::uint64_t length = header.size();
    file.write(reinterpret_cast<const char*>(&length), sizeof length);
    file << header;
    for (const NamedArray* array : sorted) {
        file.write(reinterpret_cast<const char*>(array->values.data()),
                   std::streamsize(array->values.size() * sizeof(float)));
    }
    file.close();
    std::error_code failure;
    if (file) std::filesystem::rename(partial, path, failure);
    if (!file || failure) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        return Error {ErrorCode::io, path.filename().string() + " could not be written",
                      "Check the folder's permissions and the free space on the disk."};
    }
    return {};
}

} // namespace mixscope
