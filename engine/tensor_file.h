#pragma once

#include "engine/result.h"
#include "kernels/tensor_view.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mixscope {

/// One named tensor in a checkpoint: where its bytes are mapped and what they mean. `data` is
/// aligned only as well as the file is laid out: copy from it with memcpy.
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

/// Parses a safetensors image: header checks of the format (lengths, UTF-8, JSON object, exact
/// fields, no holes or overlaps, no trailing bytes, no duplicate names) before anything is
/// allocated from a length in it. `name` is used in error sentences. Views point into `bytes`;
/// the tensors come in the order of their data.
Result<std::vector<StoredTensor>> parse_safetensors(const std::byte* bytes, std::uint64_t size,
                                                    std::string_view name);

/// The tensors of a model folder. Owns the mappings; immutable after open; any thread. The files
/// must not be changed while it lives.
class Checkpoint {
public:
    /// `model.safetensors`, or the shards of `model.safetensors.index.json`; the single file when
    /// both are there and it holds every tensor of the index. A shard's tensors that the index
    /// does not name are ignored.
    /// Errors: not_found (no safetensors, a shard or a tensor missing), bad_format, io.
    static Result<Checkpoint> open(const std::filesystem::path& folder);
    /// All tensors of one safetensors file.
    static Result<Checkpoint> open_file(const std::filesystem::path& path);

    const StoredTensor* find(std::string_view name) const; ///< null when there is none
    const std::vector<StoredTensor>& tensors() const { return tensors_; }
    std::uint64_t total_bytes() const;

private:
    using ShardMap = std::map<std::string, std::vector<std::string>>; // file -> its tensors

    static Result<ShardMap> read_index(const std::filesystem::path& path);
    Result<void> add_file(const std::filesystem::path& path,
                          const std::vector<std::string>* wanted); // null: all
    bool holds_all(const ShardMap& shards) const;

    std::vector<MappedFile> files_;
    std::vector<StoredTensor> tensors_;
    std::unordered_map<std::string, std::size_t> by_name_;
};

/// A row-major f32 tensor to be written.
struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// Writes arrays, sorted by name, and string metadata as one safetensors file. The file appears
/// when it is complete. Errors: bad_argument (shape and values disagree, two equal names), io.
Result<void> write_safetensors(const std::filesystem::path& path,
                               const std::vector<NamedArray>& arrays,
                               const std::vector<std::pair<std::string, std::string>>& metadata);

} // namespace mixscope
