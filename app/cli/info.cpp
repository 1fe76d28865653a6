// mixscope-cli info: what a model is made of.

#include "app/cli/options.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>

namespace mixscope::cli {

namespace {

std::string size_text(std::uint64_t bytes)
{
    char text[32];
    const double value = double(bytes);
    if (bytes < 10'000) std::snprintf(text, sizeof text, "%llu B", (unsigned long long)bytes);
    else if (value < 1e7) std::snprintf(text, sizeof text, "%.1f kB", value / 1e3);
    else if (value < 1e10) std::snprintf(text, sizeof text, "%.1f MB", value / 1e6);
    else std::snprintf(text, sizeof text, "%.1f GB", value / 1e9);
    return text;
}

std::string layer_text(const LayerInfo& layer)
{
    std::string out = layer.mixer;
    if (layer.has_attention()) {
        out += " " + std::to_string(layer.n_heads) + " heads, " + std::to_string(layer.n_kv_heads)
            + " key/value heads of " + std::to_string(layer.head_dim);
    }
    if (layer.has_state()) {
        out += " " + std::to_string(layer.n_heads) + " heads, state "
            + std::to_string(layer.head_dim) + " x " + std::to_string(layer.d_state);
    }
    out += " + " + layer.feed_forward;
    if (layer.n_experts > 0) {
        out += " (" + std::to_string(layer.n_experts_used) + " of "
            + std::to_string(layer.n_experts) + " experts)";
    }
    return out;
}

class Info final : public Command {
public:
    void attach(CLI::App& app, CommonOptions&) override
    {
        app.add_option("model", model_, "model folder")->required();
        app.add_option("--context", context_, "tokens to compute the memory for")
            ->check(CLI::PositiveNumber);
    }

    void run(const CommonOptions& common) override
    {
        CommonOptions options = common;
        options.engine.backend = "cpu";
        const std::unique_ptr<LoadedModel> model = open_model(model_, options);
        const ModelInfo& info = *model->info;
        const std::uint64_t context = context_ > 0 ? std::uint64_t(context_)
                                                   : std::uint64_t(info.context_limit);
        if (common.json) print_json(info, context);
        else print_text(info, context);
    }

private:
    static void print_json(const ModelInfo& info, std::uint64_t context)
    {
        nlohmann::ordered_json out;
        out["family"] = info.family;
        out["layers"] = nlohmann::ordered_json::array();
        for (const LayerInfo& layer : info.layers) {
            out["layers"].push_back({{"kind", layer.mixer},
                                     {"feed_forward", layer.feed_forward},
                                     {"parameters", layer.parameters},
                                     {"bytes", layer.weight_bytes}});
        }
        out["parameters"] = info.parameters;
        out["weight_bytes"] = info.weight_bytes;
        out["kv_bytes_per_token"] = info.kv_bytes_per_token;
        out["state_bytes"] = info.state_bytes;
        out["context"] = context;
        out["kv_bytes"] = info.kv_bytes_per_token * context;
        out["tokenizer"] = info.tokenizer;
        out["unsupported"] = info.unsupported;
        std::cout << out.dump() << std::endl;
    }

    static void print_text(const ModelInfo& info, std::uint64_t context)
    {
        std::cout << info.name << "\n"
                  << "family      " << info.family << ", " << info.weight_dtype << "\n"
                  << "parameters  " << info.parameters << "\n"
                  << "weights     " << size_text(info.weight_bytes) << "\n"
                  << "state       " << size_text(info.state_bytes) << ", whatever the length\n"
                  << "KV cache    " << size_text(info.kv_bytes_per_token) << " a token, "
                  << size_text(info.kv_bytes_per_token * context) << " at " << context
                  << " tokens\n"
                  << "tokenizer   " << info.tokenizer << ", " << info.vocabulary << " rows\n"
                  << "chat        "
                  << (info.has_chat_template       ? "template in the model"
                          : info.template_problem.empty() ? "no template"
                                                          : "cannot be used: " + info.template_problem)
                  << "\n"
                  << "layers\n";
        for (std::size_t i = 0; i < info.layers.size(); ++i) {
            std::cout << "  " << i << "  " << layer_text(info.layers[i]) << ", "
                      << size_text(info.layers[i].weight_bytes) << "\n";
        }
        for (const std::string& part : info.unsupported) std::cout << "unsupported " << part << "\n";
        std::cout << std::flush;
    }

    std::string model_;
    std::int64_t context_ = 0;
};

} // namespace

std::unique_ptr<Command> make_info() { return std::make_unique<Info>(); }

} // namespace mixscope::cli
