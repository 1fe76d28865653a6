// mixscope-cli: the engine without Qt.

#include "app/cli/options.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <vector>

namespace {

using namespace mixscope;
using namespace mixscope::cli;

constexpr CommandInfo kCommands[] = {
    {"info", "what a model is made of", make_info},
    {"tokenize", "text to token ids and back", make_tokenize},
    {"eval", "logits and probes of given tokens, as safetensors", make_eval},
    {"generate", "write a text", make_generate},
    {"chat", "a conversation in the terminal", make_chat},
    {"bench", "speed, and the cost of looking", make_bench},
};

void attach_common(CLI::App& app, CommonOptions& common)
{
    app.add_flag("--json", common.json, "one JSON object on stdout");
    app.add_option("--backend", common.engine.backend, "cpu, cuda, cuda:N (GPU number N) or auto");
    app.add_option("--threads", common.engine.threads, "CPU threads (one for each core)");
    app.add_option("--kv", common.engine.kv_dtype, "type of the KV cache: f32, f16, bf16");
    app.add_option("--cpu-isa", common.engine.cpu_isa, "avx2, avx512 or amx (the best there is)");
}

int fail(const Error& error)
{
    std::cerr << "error: " << error.what << "\nhint: " << error.hint << std::endl;
    return 1;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Looks into hybrid language models.", "mixscope-cli");
    app.require_subcommand(1);
    CommonOptions common;
    std::vector<std::unique_ptr<Command>> commands;
    std::vector<CLI::App*> parsers;
    for (const CommandInfo& info : kCommands) {
        CLI::App* parser = app.add_subcommand(info.name, info.summary);
        commands.push_back(info.make());
        parsers.push_back(parser);
        attach_common(*parser, common);
        commands.back()->attach(*parser, common);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            if (parsers[i]->parsed()) commands[i]->run(common);
        }
        return 0;
    } catch (const Failure& failure) {
        return fail(failure.error);
    } catch (const std::bad_alloc&) {
        return fail({ErrorCode::out_of_memory, "the system refused more memory",
                     "Choose a shorter context or close other programs."});
    } catch (const std::exception& broken) {
        return fail({ErrorCode::device, std::string("internal fault: ") + broken.what(),
                     "Please report it with the command line and the model."});
    }
}
