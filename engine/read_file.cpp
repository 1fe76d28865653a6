#include "engine/read_file.h"

#include <fstream>

namespace mixscope {

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes)
{
    const std::string name = path.filename().string();
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) {
        return Error {ErrorCode::not_found, name + " was not found",
                      "Download the file into the model's folder."};
    }
    if (!std::filesystem::is_regular_file(status)) {
        return Error {ErrorCode::io, name + " is not a regular file",
                      "Replace it with the model's own file."};
    }
    const std::uint64_t size = std::filesystem::file_size(path, failure);
    if (!failure && size > max_bytes) {
        return Error {ErrorCode::bad_format,
                      name + " has " + std::to_string(size) + " bytes, wanted at most "
                          + std::to_string(max_bytes),
                      "Check that the file belongs to the model; download it again."};
    }
    std::ifstream file(path, std::ios::binary);
    std::string text(failure ? 0 : std::size_t(size), '\0');
    if (failure || !file.read(text.data(), std::streamsize(text.size()))) {
        return Error {ErrorCode::io, name + " could not be read",
                      "Check the file's permissions and the disk."};
    }
    return text;
}

} // namespace mixscope
