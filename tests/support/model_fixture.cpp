#include "model_fixture.h"

#include "fixtures.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace mixscope {

namespace {

template <class T>
T value_or_throw(Result<T> result)
{
    if (!result) throw std::runtime_error(result.error().what);
    return std::move(result).value();
}

} // namespace

std::unique_ptr<Session> TestModel::session(std::int64_t context, std::optional<DType> kv) const
{
    SessionOptions options;
    options.context = context;
    options.kv_dtype = kv;
    return value_or_throw(Session::create(*model, *backend, options));
}

std::unique_ptr<Model> build_test_model(const std::filesystem::path& folder, Backend& backend)
{
    ModelSpec spec = value_or_throw(
        parse_model_spec(value_or_throw(Params::read(folder / "config.json"))));
    auto checkpoint = std::make_shared<const Checkpoint>(value_or_throw(Checkpoint::open(folder)));
    return value_or_throw(Model::build(std::move(spec), checkpoint, backend));
}

TestModel open_test_model(const std::filesystem::path& folder, int threads,
                          std::optional<CpuIsa> isa)
{
    TestModel out;
    out.backend = value_or_throw(CpuBackend::create(threads, isa));
    out.model = build_test_model(folder, *out.backend);
    return out;
}

std::unique_ptr<LoadedModel> open_bundled(EngineOptions options)
{
    options.backend = "cpu";
    return value_or_throw(load_model(bundled_model(), options));
}

Golden::Golden(const std::filesystem::path& file)
    : file_(value_or_throw(MappedFile::open(file)))
{
    for (StoredTensor& tensor :
         value_or_throw(parse_safetensors(file_->data(), file_->size(), file.string()))) {
        tensors_[tensor.name] = tensor;
    }
}

const StoredTensor& Golden::at(const std::string& name) const
{
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw std::runtime_error("golden has no tensor " + name);
    return found->second;
}

std::vector<float> Golden::values(const std::string& name) const
{
    const StoredTensor& tensor = at(name);
    if (tensor.dtype != "F32") throw std::runtime_error(name + " is " + tensor.dtype);
    std::vector<float> out(tensor.bytes / sizeof(float));
    std::memcpy(out.data(), tensor.data, tensor.bytes);
    return out;
}

std::vector<std::int64_t> Golden::shape(const std::string& name) const { return at(name).shape; }

std::vector<TokenId> Golden::ids(const std::string& name) const
{
    const StoredTensor& tensor = at(name);
    if (tensor.dtype != "I32") throw std::runtime_error(name + " is " + tensor.dtype);
    std::vector<TokenId> out(tensor.bytes / sizeof(TokenId));
    std::memcpy(out.data(), tensor.data, tensor.bytes);
    return out;
}

std::vector<std::string> Golden::names() const
{
    std::vector<std::string> out;
    for (const auto& [name, tensor] : tensors_) out.push_back(name);
    return out;
}

double relative_error(const std::vector<float>& a, const std::vector<float>& b)
{
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double largest = 0.0;
    double worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(double(a[i]) - double(b[i]));
        if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
        largest = std::max(largest, std::abs(double(b[i])));
        worst = std::max(worst, difference);
    }
    return largest > 0.0 ? worst / largest : worst;
}

} // namespace mixscope
