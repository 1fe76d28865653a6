#include "engine/loaded_model.h"

#include "engine/backends.h"
#include "engine/model_plan.h"

#include <algorithm>

namespace mixscope {

namespace {

constexpr std::int64_t kDefaultContextLimit = 32768;

Result<std::optional<DType>> kv_dtype_named(const std::string& name)
{
    if (name.empty()) return std::optional<DType> {};
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        if (name == name_of(dtype)) return std::optional<DType> {dtype};
    }
    return Error {ErrorCode::bad_argument,
                  "KV cache type is \"" + name + "\", wanted f32, f16 or bf16",
                  "Leave it out to use the default."};
}

Result<SessionOptions> session_options(const EngineOptions& options, std::int64_t limit)
{
    const Result<std::optional<DType>> kv = kv_dtype_named(options.kv_dtype);
    if (!kv) return kv.error();
    if (options.context < 0 || options.context > limit) {
        return Error {ErrorCode::bad_argument,
                      "context is " + std::to_string(options.context) + " tokens, wanted 1 to "
                          + std::to_string(limit) + ", what the model was trained for",
                      "Choose a shorter context."};
    }
    SessionOptions out;
    out.context = options.context > 0 ? options.context : std::min(limit, kDefaultContextLimit);
    out.kv_dtype = *kv;
    return out;
}

/// The template is optional: a model without one, or with one that cannot be rendered, still
/// continues plain text.
void load_template(const std::filesystem::path& folder, LoadedModel& out, ModelInfo& info)
{
    Result<ChatTemplate> read = ChatTemplate::load(folder);
    if (read) {
        out.chat_template = std::move(read).value();
        info.has_chat_template = true;
    } else if (read.error().code != ErrorCode::not_found) {
        info.template_problem = read.error().what;
    }
}

void sum_state(const Model& model, DType kv_dtype, ModelInfo& info)
{
    for (int i = 0; i < model.n_layers(); ++i) {
        LayerInfo& layer = info.layers[std::size_t(i)];
        for (const StateField& field : model.mixer(i).state_fields()) {
            std::uint64_t n = 1;
            for (const std::int64_t size : field.shape) n *= std::uint64_t(size);
            if (field.grows) layer.kv_bytes_per_token += n * size_of(kv_dtype);
            else layer.state_bytes += n * sizeof(float);
        }
        info.state_bytes += layer.state_bytes;
        info.kv_bytes_per_token += layer.kv_bytes_per_token;
    }
}

Error cancelled()
{
    return {ErrorCode::cancelled, "opening the model was cancelled", "Open it again when you like."};
}

/// On a device the weights are copied; on the host they stay in the mapped file.
Result<void> check_memory(const Checkpoint& checkpoint, const Backend& backend)
{
    if (backend.place() == Place::host) return {};
    const auto mebibytes = [](std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; };
    const std::uint64_t wanted = checkpoint.total_bytes();
    const std::uint64_t free = backend.free_bytes();
    if (wanted <= free) return {};
    return Error {ErrorCode::out_of_memory,
                  "the weights need " + mebibytes(wanted) + ", " + backend.description() + " has "
                      + mebibytes(free) + " free",
                  "Close other programs that use the GPU, choose a smaller model, or use the CPU."};
}

/// tokens > rows cannot run; rows > tokens is padding that sampling leaves out.
Result<void> check_vocabulary(const Tokenizer& tokenizer, const ModelSpec& spec)
{
    if (tokenizer.size() <= spec.vocabulary) return {};
    return Error {ErrorCode::bad_format,
                  "the tokenizer has " + std::to_string(tokenizer.size()) + " tokens, the model "
                      + std::to_string(spec.vocabulary) + " rows",
                  "The tokenizer belongs to another model; download both again."};
}

Result<Params> read_config(const std::filesystem::path& folder)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored)) {
        return Error {ErrorCode::not_found, folder.string() + " is no folder",
                      "Choose the folder that holds config.json and the safetensors files."};
    }
    return Params::read(folder / "config.json");
}

/// What is known of a model once its parts are: layers, bytes, state, where it lies.
void describe(const Model& model, const Backend& backend, const SessionOptions& session,
              const std::filesystem::path& folder, ModelInfo& info)
{
    model.describe(info);
    sum_state(model, session.kv_dtype.value_or(backend.default_kv_dtype()), info);
    std::error_code ignored;
    const std::filesystem::path canonical = std::filesystem::weakly_canonical(folder, ignored);
    info.name = canonical.filename().string();
    info.path = canonical.string();
    info.backend = backend.description();
    info.context_limit = int(session.context);
}

} // namespace

Result<ModelPlan> plan_model(const std::filesystem::path& folder, const EngineOptions& options)
{
    const Result<Params> config = read_config(folder);
    if (!config) return config.error();
    Result<ModelSpec> spec = parse_model_spec(*config);
    if (!spec) return spec.error();
    const Result<SessionOptions> session = session_options(options, spec->context_limit);
    if (!session) return session.error();
    EngineOptions modest = options;
    modest.threads = 1; // nothing is computed
    Result<std::unique_ptr<Backend>> backend = create_backend(modest);
    if (!backend) return backend.error();
    Result<Checkpoint> opened = Checkpoint::open(folder);
    if (!opened) return opened.error();
    const Result<std::unique_ptr<Model>> model =
        Model::build(std::move(spec).value(),
                     std::make_shared<const Checkpoint>(std::move(opened).value()), **backend,
                     Weights::Values::leave);
    if (!model) return model.error();
    ModelPlan plan;
    describe(**model, **backend, *session, folder, plan.info);
    plan.free_bytes = (*backend)->free_bytes();
    return plan;
}

Result<std::unique_ptr<LoadedModel>> load_model(const std::filesystem::path& folder,
                                                const EngineOptions& options,
                                                const ProgressSink& progress, std::stop_token stop)
{
    const auto step = [&](const char* what, double fraction) {
        if (progress) progress({what, fraction});
        return !stop.stop_requested();
    };
    if (!step("reading config.json", 0.0)) return cancelled();
    const Result<Params> config = read_config(folder);
    if (!config) return config.error();
    Result<ModelSpec> spec = parse_model_spec(*config);
    if (!spec) return spec.error();

    auto out = std::make_unique<LoadedModel>();
    auto info = std::make_shared<ModelInfo>();
    if (!step("reading the tokenizer", 0.1)) return cancelled();
    Result<std::unique_ptr<Tokenizer>> tokenizer = load_tokenizer(folder);
    if (!tokenizer) return tokenizer.error();
    out->tokenizer = std::move(tokenizer).value();
    if (Result<void> fits = check_vocabulary(*out->tokenizer, *spec); !fits) return fits.error();
    Result<GenerationConfig> generation = load_generation_config(folder, *config, *out->tokenizer);
    if (!generation) return generation.error();
    load_template(folder, *out, *info);
    Result<SessionOptions> session = session_options(options, spec->context_limit);
    if (!session) return session.error();
    out->session_options = *session;

    if (!step("mapping the weights", 0.3)) return cancelled();
    Result<std::unique_ptr<Backend>> backend = create_backend(options);
    if (!backend) return backend.error();
    out->backend = std::move(backend).value();
    Result<Checkpoint> opened = Checkpoint::open(folder);
    if (!opened) return opened.error();
    auto checkpoint = std::make_shared<const Checkpoint>(std::move(opened).value());
    if (Result<void> fits = check_memory(*checkpoint, *out->backend); !fits) return fits.error();
    if (!step("checking the weights", 0.5)) return cancelled();
    Result<std::unique_ptr<Model>> model
        = Model::build(std::move(spec).value(), std::move(checkpoint), *out->backend);
    if (!model) return model.error();
    out->model = std::move(model).value();

    describe(*out->model, *out->backend, *session, folder, *info);
    info->tokenizer = out->tokenizer->kind();
    for (TokenId id = 0; id < out->tokenizer->size(); ++id) {
        info->pieces.push_back(out->tokenizer->piece(id));
        info->piece_bytes.push_back(out->tokenizer->bytes_of(id));
    }
    info->read_bytes_per_s = out->backend->read_rate(
        std::size_t(std::min<std::uint64_t>(info->weight_bytes, std::uint64_t(64) << 20)));
    info->generation = std::move(generation).value();
    out->info = std::move(info);
    if (!step("ready", 1.0)) return cancelled();
    return out;
}

} // namespace mixscope
