#pragma once

#include <filesystem>
#include <string_view>

namespace mixscope {

/// A file or folder of tests/fixtures as unpacked in the build folder, e.g.
/// "granite/granite-hybrid-moe", "tokenizers-spm/spm-bpe/cases.json",
/// "tiny-hybrid-golden/golden.safetensors". Throws std::runtime_error when it is not there, so a
/// misspelt name fails its test instead of being taken for a missing model.
std::filesystem::path fixture_path(std::string_view relative);

/// The model that ships with the program, in the source tree.
std::filesystem::path bundled_model();

} // namespace mixscope
