#pragma once

#include "engine/cpu_backend.h"
#include "engine/generator.h"
#include "engine/model.h"
#include "engine/session.h"
#include "engine/tensor_file.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mixscope {

/// A model folder without a tokenizer, ready to run on the CPU.
struct TestModel {
    std::unique_ptr<CpuBackend> backend;
    std::unique_ptr<Model> model;

    std::unique_ptr<Session> session(std::int64_t context = 512,
                                     std::optional<DType> kv = std::nullopt) const;
};

/// The model in a folder, its weights on the backend, without a tokenizer. Throws
/// std::runtime_error with the error sentence when it cannot be opened.
std::unique_ptr<Model> build_test_model(const std::filesystem::path& folder, Backend& backend);

TestModel open_test_model(const std::filesystem::path& folder, int threads = 2,
                          std::optional<CpuIsa> isa = std::nullopt);

/// The bundled model with tokenizer and template.
std::unique_ptr<LoadedModel> open_bundled(EngineOptions options = {});

/// Reference outputs: tensors of a golden file by name, as f32 or ids.
class Golden {
public:
    explicit Golden(const std::filesystem::path& file);

    bool has(const std::string& name) const { return tensors_.count(name) != 0; }
    std::vector<float> values(const std::string& name) const;
    std::vector<std::int64_t> shape(const std::string& name) const;
    std::vector<TokenId> ids(const std::string& name) const;
    std::vector<std::string> names() const;

private:
    const StoredTensor& at(const std::string& name) const;

    std::optional<MappedFile> file_;
    std::map<std::string, StoredTensor> tensors_;
};

/// max |a - b| / max |b|; infinity when the lengths differ or something is NaN.
double relative_error(const std::vector<float>& a, const std::vector<float>& b);

/// Keeps everything a reply shows.
class RecordingListener : public ReplyListener {
public:
    void prompt_ready(int kept_tokens, const Prompt& prompt) override
    {
        kept = kept_tokens;
        prompt_tokens = int(prompt.ids.size());
    }
    void progress(int done, int, double) override { progress_done.push_back(done); }
    void between_tokens() override { ++turns; }
    void batch(TokenBatch value) override
    {
        batches.push_back(std::move(value));
    }

    int kept = -1;
    int prompt_tokens = 0;
    int turns = 0;
    std::vector<int> progress_done;
    std::vector<TokenBatch> batches;
};

} // namespace mixscope
