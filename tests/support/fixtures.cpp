#include "tests/support/fixtures.h"

#include <stdexcept>
#include <string>

namespace mixscope {

std::filesystem::path fixture_path(std::string_view relative)
{
    std::filesystem::path path = std::filesystem::path(MIXSCOPE_FIXTURES) / relative;
    if (!std::filesystem::exists(path)) {
        throw std::runtime_error("no fixture " + path.string());
    }
    return path;
}

std::filesystem::path bundled_model()
{
    return std::filesystem::path(MIXSCOPE_SOURCE) / "resources/models/tiny-hybrid-13m";
}

} // namespace mixscope
