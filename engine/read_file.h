#pragma once

#include "engine/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace mixscope {

/// The bytes of a regular file (links followed). Errors name the file: not_found, io, bad_format
/// when it is larger than `max_bytes` (checked before anything is allocated).
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

} // namespace mixscope
