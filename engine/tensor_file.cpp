#include "engine/tensor_file.h"

#include "engine/read_file.h"
#include "engine/strict_json.h"

#include <cerrno>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace mixscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";
constexpr std::uint64_t kMaxIndexBytes = std::uint64_t(256) << 20;

Error missing(const std::string& what, const std::string& hint)
{
    return {ErrorCode::not_found, what, hint};
}

Error unreadable(const fs::path& path, const std::string& why)
{
    return {ErrorCode::io, path.filename().string() + " " + why,
            "Check that the file is a regular file that you may read."};
}

bool plain_file_name(const std::string& name)
{
    return !name.empty() && name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos
        && name != "." && name != "..";
}

} // namespace

Result<MappedFile> MappedFile::open(const fs::path& path)
{
    // Non-blocking: a pipe in a model folder must give an error, not wait for a writer.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        if (errno == ENOENT) {
            return missing(path.filename().string() + " was not found",
                           "Download the file into the model's folder.");
        }
        return unreadable(path, "could not be opened: " + std::generic_category().message(errno));
    }
    struct stat info = {};
    MappedFile file;
    const bool regular = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
    void* mapped = MAP_FAILED;
    if (regular && info.st_size > 0) {
        mapped = ::mmap(nullptr, std::size_t(info.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0);
    }
    ::close(descriptor);
    if (!regular) return unreadable(path, "is not a regular file");
    if (info.st_size == 0) return file;
    if (mapped == MAP_FAILED) return unreadable(path, "could not be mapped into memory");
    file.data_ = static_cast<const std::byte*>(mapped);
    file.size_ = std::uint64_t(info.st_size);
    return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr))
    , size_(std::exchange(other.size_, 0))
{
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

MappedFile::~MappedFile()
{
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

Result<Checkpoint::ShardMap> Checkpoint::read_index(const fs::path& path)
{
    const std::string file = path.filename().string();
    const auto bad = [&](const std::string& why) {
        return Error {ErrorCode::bad_format, file + ": " + why,
                      "Download the index again, or convert the model to a single file."};
    };
    const auto text = read_file(path, kMaxIndexBytes);
    if (!text) return text.error();
    const auto index = parse_strict_json(*text, file, {.bytes = kMaxIndexBytes, .depth = 16});
    if (!index) return index.error();
    if (!index->is_object() || !index->contains("weight_map")
        || !index->at("weight_map").is_object()) {
        return bad("\"weight_map\" is missing, wanted an object of tensor names and file names");
    }
    ShardMap shards;
    for (const auto& [tensor, shard] : index->at("weight_map").items()) {
        if (!shard.is_string() || !plain_file_name(shard.get_ref<const std::string&>())) {
            return bad("tensor \"" + tensor + "\" is in " + describe_json(shard)
                       + ", wanted the plain name of a file in the model's folder");
        }
        shards[shard.get<std::string>()].push_back(tensor);
    }
    return shards;
}

Result<void> Checkpoint::add_file(const fs::path& path, const std::vector<std::string>* wanted)
{
    const std::string file = path.filename().string();
    auto mapped = MappedFile::open(path);
    if (!mapped) return mapped.error();
    auto parsed = parse_safetensors(mapped->data(), mapped->size(), file);
    if (!parsed) return parsed.error();

    std::unordered_map<std::string_view, const StoredTensor*> present;
    for (const StoredTensor& tensor : *parsed) {
        present.emplace(tensor.name, &tensor);
    }
    std::vector<const StoredTensor*> chosen;
    if (wanted == nullptr) {
        for (const StoredTensor& tensor : *parsed) {
            chosen.push_back(&tensor);
        }
    } else {
        for (const std::string& name : *wanted) {
            const auto at = present.find(name);
            if (at == present.end()) {
                return missing(file + " has no tensor \"" + name + "\", wanted by the index",
                               "Download the shard again; it does not belong to this index.");
            }
            chosen.push_back(at->second);
        }
    }
    for (const StoredTensor* tensor : chosen) {
        by_name_.emplace(tensor->name, tensors_.size());
        tensors_.push_back(*tensor);
    }
    files_.push_back(std::move(mapped).value());
    return {};
}

Result<Checkpoint> Checkpoint::open(const fs::path& folder)
{
    std::error_code ignored;
    const bool single = fs::exists(folder / kSingleFile, ignored);
    const bool sharded = fs::exists(folder / kIndexFile, ignored);
    if (!single && !sharded) {
        return missing("no " + std::string(kSingleFile) + " and no " + kIndexFile + " in "
                           + folder.filename().string(),
                       "Choose a folder with a model in the safetensors format.");
    }
    if (!sharded) return open_file(folder / kSingleFile);

    const auto shards = read_index(folder / kIndexFile);
    if (single) {
        auto whole = open_file(folder / kSingleFile);
        if (whole && shards && whole->holds_all(*shards)) return whole;
        if (!shards) return whole;
    }
    if (!shards) return shards.error();
    Checkpoint checkpoint;
    for (const auto& [file, names] : *shards) {
        if (const auto added = checkpoint.add_file(folder / file, &names); !added) {
            return added.error();
        }
    }
    return checkpoint;
}

Result<Checkpoint> Checkpoint::open_file(const fs::path& path)
{
    Checkpoint checkpoint;
    if (const auto added = checkpoint.add_file(path, nullptr); !added) return added.error();
    return checkpoint;
}

bool Checkpoint::holds_all(const ShardMap& shards) const
{
    for (const auto& [file, names] : shards) {
        for (const std::string& name : names) {
            if (find(name) == nullptr) return false;
        }
    }
    return true;
}

const StoredTensor* Checkpoint::find(std::string_view name) const
{
    const auto at = by_name_.find(std::string(name));
    return at == by_name_.end() ? nullptr : &tensors_[at->second];
}

std::uint64_t Checkpoint::total_bytes() const
{
    std::uint64_t bytes = 0;
    for (const StoredTensor& tensor : tensors_) {
        bytes += tensor.bytes;
    }
    return bytes;
}

} // namespace mixscope
