#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace mixscope {

/// An empty folder that lives as long as this object. Throws std::runtime_error when it cannot
/// be made.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Writes a file and returns its path.
    std::filesystem::path write(std::string_view name, std::string_view bytes) const;

private:
    std::filesystem::path path_;
};

} // namespace mixscope
