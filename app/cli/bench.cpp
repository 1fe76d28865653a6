// mixscope-cli bench: prefill and decode speed, the share of the memory's read rate, and what
// looking costs. Cases alternate, so that a busy neighbour hits all of them.

#include "app/cli/options.h"

#include "engine/bench.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdio>
#include <iostream>

namespace mixscope::cli {

namespace {

std::vector<int> parse_counts(const std::string& text, const char* option)
{
    std::vector<int> out;
    for (const std::string& part : split_commas(text)) {
        int n = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), n);
        if (error != std::errc {} || end != part.data() + part.size() || n < 0) {
            throw Failure {{ErrorCode::bad_argument,
                            std::string(option) + ": \"" + part + "\" is no number of tokens",
                            "Give whole numbers separated by commas."}};
        }
        out.push_back(n);
    }
    return out;
}

std::vector<ProbeLevel> parse_levels(const std::string& text)
{
    std::vector<ProbeLevel> out;
    for (const std::string& part : split_commas(text)) {
        const std::optional<ProbeLevel> level = probe_level_named(part);
        if (!level) {
            throw Failure {{ErrorCode::bad_argument, "--probes: \"" + part + "\" is no level",
                            "Known are: off, light, standard, full."}};
        }
        out.push_back(*level);
    }
    return out;
}

class Bench final : public Command {
public:
    void attach(CLI::App& app, CommonOptions&) override
    {
        auto* model = app.add_option("model", model_, "model folder");
        app.add_option("--prefill", prefill_, "prompt lengths");
        app.add_option("--decode", decode_, "tokens to decode")->check(CLI::PositiveNumber);
        app.add_option("--context", context_, "tokens before the decoded ones");
        app.add_option("--probes", probes_, "levels: off, light, standard, full");
        app.add_option("--runs", runs_, "rounds over all cases")->check(CLI::Range(3, 1000));
        app.add_option("--random-weights", config_, "config.json of a model made of random numbers")
            ->excludes(model);
    }

    void run(const CommonOptions& common) override
    {
        if (model_.empty() && config_.empty()) {
            throw Failure {{ErrorCode::bad_argument, "there is no model to measure",
                            "Give a model folder or --random-weights config.json."}};
        }
        BenchPlan plan;
        plan.prefill = parse_counts(prefill_, "--prefill");
        plan.decode = decode_;
        plan.context = parse_counts(context_, "--context");
        plan.levels = parse_levels(probes_);
        plan.rounds = runs_;
        const std::unique_ptr<LoadedModel> model = config_.empty()
            ? open_model(model_, common)
            : must(random_model(config_, common.engine));
        const std::vector<BenchRow> rows = must(run_bench(*model, plan));
        if (common.json) print_json(rows);
        else print_text(*model, rows);
    }

private:
    static void print_json(const std::vector<BenchRow>& rows)
    {
        nlohmann::ordered_json out = nlohmann::ordered_json::array();
        for (const BenchRow& row : rows) {
            out.push_back({{"what", row.what},
                           {"context", row.context},
                           {"probes", row.probes},
                           {"median", row.median},
                           {"spread", row.spread},
                           {"unit", row.unit},
                           {"bytes_per_token", row.bytes_per_token},
                           {"flops_per_token", row.flops_per_token},
                           {"limit", row.limit},
                           {"share_of_limit", row.share_of_limit}});
        }
        std::cout << out.dump(1) << std::endl;
    }

    static void print_text(const LoadedModel& model, const std::vector<BenchRow>& rows)
    {
        std::printf("%s, %s, %s\n", model.info->name.c_str(), model.info->weight_dtype.c_str(),
                    model.info->backend.c_str());
        std::printf("%-14s %8s %-9s %12s %8s %12s %12s %12s %6s\n", "what", "context", "probes",
                    "median", "spread", "MB/token", "MFLOP/token", "limit", "share");
        for (const BenchRow& row : rows) {
            std::printf("%-14s %8d %-9s %8.0f %-3s %7.1f%% %12.2f %12.1f %12.0f %5.0f%%\n",
                        row.what.c_str(), row.context, row.probes.c_str(), row.median,
                        row.unit.c_str(), 100.0 * row.spread, row.bytes_per_token / 1e6,
                        row.flops_per_token / 1e6, row.limit, 100.0 * row.share_of_limit);
        }
    }

    std::string model_, config_;
    std::string prefill_ = "512,2048";
    std::string context_ = "0";
    std::string probes_ = "off,standard";
    int decode_ = 128;
    int runs_ = 5;
};

} // namespace

std::unique_ptr<Command> make_bench() { return std::make_unique<Bench>(); }

} // namespace mixscope::cli
