#pragma once

#include "engine/result.h"
#include "kernels/tensor_view.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mixscope {

/// One named tensor in a checkpoint: where its bytes are mapped and what they mean.
struct StoredTensor {
    std::string name;
    std::string dtype; ///< as written in the file: "F32", "BF16", …
    std::vector<std::int64_t> shape;
    const std::byte* data = nullptr;
    std::uint64_t bytes = 0;
};

/// A read-only mapping of a whole file. Move-only; unmaps at the end of its life.
class MappedFile {
public:
    static Result<MappedFile> open(const std::filesystem::path& path);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    const std::byte* data() const { return data_; }
    std::uint64_t size() const { return size_; }

private:
    MappedFile() = default;
    const std::byte* data_ = nullptr;
    std::uint64_t size_ = 0;
};

/// Parses a safetensors image: header checks of the format (formats: lengths, UTF-8, JSON object,
/// exact fields, no holes or overlaps, no trailing bytes, no duplicate names) before anything is
/// allocated from a length in it. `name` is used in error sentences. Views point into `bytes`.
Result<std::vector<StoredTensor>> parse_safetensors(const std::byte* bytes, std::uint64_t size,
                                                    std::string_view name);

/// The tensors of a model folder: `model.safetensors`, or the shards of
/// `model.safetensors.index.json`. Owns the mappings; immutable after open; any thread.
class Checkpoint {
public:
    /// Errors: not_found (no safetensors, a shard missing), bad_format, io.
    static Result<Checkpoint> open(const std::filesystem::path& folder);

    const StoredTensor* find(std::string_view name) const;
    const std::vector<StoredTensor>& tensors() const { return tensors_; }
    std::uint64_t total_bytes() const;

private:
    std::vector<MappedFile> files_;
    std::vector<StoredTensor> tensors_;
    std::unordered_map<std::string, std::size_t> by_name_;
};

/// Writes f32 tensors (and string metadata) as one safetensors file, for eval and exports.
struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};
Result<void> write_safetensors(const std::filesystem::path& path,
                               const std::vector<NamedArray>& arrays,
                               const std::vector<std::pair<std::string, std::string>>& metadata);

} // namespace mixscope
