// mixscope-cli eval: logits and probes of given tokens, as one safetensors file.

#include "app/cli/options.h"

#include "engine/evaluation.h"
#include "engine/tensor_file.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <iostream>

namespace mixscope::cli {

namespace {

std::vector<Probe> parse_probes(const std::string& text)
{
    if (text == "none") return {};
    std::vector<Probe> out;
    std::string known = "none, all";
    for (const ProbeInfo& info : probe_table()) {
        if (text == "all") out.push_back(info.id);
        known += std::string(", ") + info.name;
    }
    if (text == "all") return out;
    for (const std::string& name : split_commas(text)) {
        const std::optional<Probe> probe = probe_named(name);
        if (!probe) {
            throw Failure {{ErrorCode::bad_argument, "--probes: \"" + name + "\" is no probe point",
                            "Known are: " + known + "."}};
        }
        out.push_back(*probe);
    }
    return out;
}

std::vector<std::size_t> parse_chunks(const std::string& text)
{
    std::vector<std::size_t> out;
    for (const std::string& part : split_commas(text)) {
        std::size_t n = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), n);
        if (error != std::errc {} || end != part.data() + part.size() || n == 0) {
            throw Failure {{ErrorCode::bad_argument, "--chunks: \"" + part + "\" is no chunk length",
                            "Give lengths separated by commas, e.g. 7,1,11."}};
        }
        out.push_back(n);
    }
    return out;
}

class Eval final : public Command {
public:
    void attach(CLI::App& app, CommonOptions&) override
    {
        app.add_option("model", model_, "model folder")->required();
        app.add_option("--ids", ids_, "token ids: 1,2,3")->required();
        app.add_option("--out", out_, "safetensors file to write")->required();
        app.add_option("--chunks", chunks_, "lengths of the forward calls; the rest is one more");
        app.add_option("--probes", probes_, "none, all, or names separated by commas");
    }

    void run(const CommonOptions& common) override
    {
        const std::unique_ptr<LoadedModel> model = open_model(model_, common);
        const std::unique_ptr<Session> session = new_session(*model);
        const std::vector<TokenId> ids = parse_ids(ids_, "--ids", model->info->vocabulary);
        const std::vector<Probe> probes = parse_probes(probes_);
        const Evaluation done = must(evaluate(*session, ids, parse_chunks(chunks_), probes));
        must(write_safetensors(out_, done.arrays, done.metadata));
        nlohmann::ordered_json summary;
        for (const NamedArray& array : done.arrays) summary[array.name] = array.shape;
        if (common.json) std::cout << summary.dump() << std::endl;
        else std::cout << done.arrays.size() << " tensors written to " << out_ << std::endl;
    }

private:
    std::string model_, ids_, out_, chunks_;
    std::string probes_ = "none";
};

} // namespace

std::unique_ptr<Command> make_eval() { return std::make_unique<Eval>(); }

} // namespace mixscope::cli
