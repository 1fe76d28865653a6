#include "engine/tokenizer.h"

#include "engine/params.h"
#include "engine/read_file.h"
#include "engine/tokenizers/sentencepiece_tokenizer.h"
#include "engine/utf8.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace mixscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kModelFile = "tokenizer.model";
constexpr std::uint64_t kMaxModelBytes = std::uint64_t(64) << 20;

// Files of tokenizers that are not understood yet, to be named in the error.
constexpr const char* kOtherFiles[] = {"tokenizer.json", "vocab.json", "tiktoken.model",
                                       "tekken.json", "rwkv_vocab_v20230424.txt"};

Error bad_config(const std::string& why)
{
    return {ErrorCode::bad_format, "tokenizer_config.json: " + why,
            "Check the file, or download the model again."};
}

// A token is written as its text or as an object with the text in "content".
std::optional<std::string> token_text(const Json& value)
{
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_object() || !value.contains("content")) return std::nullopt;
    return token_text(value.at("content"));
}

Result<TokenizerConfig::Added> added_token(const std::string& key, const Json& value)
{
    TokenizerConfig::Added token;
    const auto text = token_text(value);
    const auto number = std::from_chars(key.data(), key.data() + key.size(), token.id);
    if (!text || number.ec != std::errc() || number.ptr != key.data() + key.size()) {
        return bad_config(R"("added_tokens_decoder" has the entry ")" + key
                          + R"(", wanted a number and an object with "content")");
    }
    token.text = *text;
    if (value.is_object() && value.contains("special") && value.at("special").is_boolean()) {
        token.special = value.at("special").get<bool>();
    }
    return token;
}

Result<void> read_added_tokens(const Params& params, TokenizerConfig& config)
{
    if (!params.has("added_tokens_decoder")) return {};
    const auto entries = params.object("added_tokens_decoder");
    if (!entries) return entries.error();
    for (const auto& [key, value] : entries->json().items()) {
        auto token = added_token(key, value);
        if (!token) return token.error();
        if (token->special) config.special.push_back(token->text);
        config.added.push_back(std::move(token).value());
    }
    std::sort(config.added.begin(), config.added.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return {};
}

Result<std::optional<std::string>> read_token(const Params& params, const char* key)
{
    const Json& all = params.json();
    if (!all.contains(key)) return std::optional<std::string>();
    if (all.at(key).is_null()) return std::optional<std::string>("");
    if (auto text = token_text(all.at(key))) return text;
    return bad_config("\"" + std::string(key)
                      + "\" is neither a string nor an object with content");
}

Result<TokenizerConfig> read_config(const fs::path& file)
{
    TokenizerConfig config;
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return config;
    const auto params = Params::read(file);
    if (!params) return params.error();
    for (const char* key :
         {"bos_token", "eos_token", "pad_token", "cls_token", "sep_token", "mask_token"}) {
        const auto text = read_token(*params, key);
        if (!text) return text.error();
        if (*text && !(*text)->empty()) config.special.push_back(**text);
        if (std::string_view(key) == "bos_token") config.bos = *text;
        if (std::string_view(key) == "eos_token") config.eos = *text;
    }
    if (params->has("additional_special_tokens")) {
        for (const Json& value : params->json().at("additional_special_tokens")) {
            if (const auto text = token_text(value)) config.special.push_back(*text);
        }
    }
    const auto adds_bos = params->boolean_or("add_bos_token", false);
    if (!adds_bos) return adds_bos.error();
    config.adds_bos = *adds_bos;
    if (const auto added = read_added_tokens(*params, config); !added) return added.error();
    return config;
}

} // namespace

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const fs::path& folder)
{
    std::error_code ignored;
    if (!fs::exists(folder / kModelFile, ignored)) {
        for (const char* other : kOtherFiles) {
            if (!fs::exists(folder / other, ignored)) continue;
            return Error {ErrorCode::unsupported,
                          std::string(other) + " is a kind of tokenizer that is not supported yet",
                          "Choose a model with a SentencePiece tokenizer.model."};
        }
        return Error {ErrorCode::not_found, "no tokenizer.model in " + folder.filename().string(),
                      "Download the model's tokenizer.model into its folder."};
    }
    const auto bytes = read_file(folder / kModelFile, kMaxModelBytes);
    if (!bytes) return bytes.error();
    const auto config = read_config(folder / "tokenizer_config.json");
    if (!config) return config.error();
    auto model = parse_sentencepiece_model(*bytes, kModelFile);
    if (!model) return model.error();
    auto tokenizer = SentencePieceTokenizer::create(std::move(model).value(), *config, kModelFile);
    if (!tokenizer) return tokenizer.error();
    return std::unique_ptr<Tokenizer>(std::move(tokenizer).value());
}

std::string Utf8Stream::push(std::string_view bytes)
{
    pending_ += bytes;
    std::string_view rest = pending_;
    std::string out;
    while (!rest.empty() && !utf8_incomplete(rest)) {
        const std::size_t length = utf8_length(rest);
        out += length == 0 ? kReplacementCharacter : rest.substr(0, length);
        rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
    pending_ = std::string(rest);
    return out;
}

std::string Utf8Stream::finish()
{
    std::string out = sanitized_utf8(pending_);
    pending_.clear();
    return out;
}

} // namespace mixscope
